// The gradient of each example for every weight and bias.
import { gradients, type Tensor, vmap } from "@nabla/autograd";
import { callable, checkKind, checkTensor } from "@nabla/autograd/checks";
import { checkModel } from "../checks.ts";
import type { Layer } from "../layer.ts";
import { type Cost, costOf } from "./example-costs.ts";

/**
 * The gradient of each example's own cost, one tensor for each of `model.parameters()`, in their order:
 * [examples, ...the parameter's shape], as one graph. Row k is dC_k/dp; the change of the parameter that
 * example k wants, its nudge, is minus that. Since the cost C is the mean of the C_k, the mean of the
 * rows is the batch's gradient dC/dp, and the mean of the nudges is the negative gradient.
 *
 * @example
 * const layer = dense(1, 1, { bias: false });
 * layer.weight.assign([[2]]);
 * const [inputs, targets] = [tensor([[1], [3]]), tensor([[0], [0]])];
 * const [each] = perExampleGradients(layer, quadraticCost, inputs, targets);
 * each?.flatten().arraySync(); // => [4, 36]
 */
export function perExampleGradients(
  model: Layer,
  cost: Cost,
  inputs: Tensor,
  targets: Tensor,
): readonly Tensor[] {
  checkModel("perExampleGradients", model, "forward");
  for (const x of [inputs, targets]) checkTensor("perExampleGradients", x);
  checkKind("perExampleGradients", "cost", cost, callable);
  const parameters = model.parameters();
  const ofOne = (input: Tensor, target: Tensor): readonly Tensor[] =>
    gradients(
      costOf("perExampleGradients", cost, model.forward(input.expandDims(0)), target.expandDims(0)),
      parameters,
    );
  return vmap(ofOne)(inputs, targets);
}
