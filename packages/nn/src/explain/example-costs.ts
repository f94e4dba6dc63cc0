// The cost of each example, and its terms.
import { formatShape, ShapeError, type Tensor, vmap } from "@nabla/autograd";
import { callable, checkOptions, checkTensor } from "@nabla/autograd/checks";
import { checkModel, targetsLike } from "../checks.ts";
import { quadraticCost } from "../costs.ts";
import type { Layer } from "../layer.ts";

/** One number for outputs and targets: the mean over their examples. */
export type Cost = (outputs: Tensor, targets: Tensor) => Tensor;

/** What the cost gives. Throws `NablaError` unless that is a tensor. */
export function costOf(operation: string, cost: Cost, outputs: Tensor, targets: Tensor): Tensor {
  const value = cost(outputs, targets);
  checkTensor(`${operation}: the cost`, value);
  return value;
}

export interface CostOptions {
  /** A mean over examples, such as `crossEntropy`. Default: `quadraticCost`. */
  readonly cost?: Cost;
}

/**
 * The cost of each example, [examples]: for the quadratic cost the sum of squared differences C_k = sum_j
 * (a_j - y_j)^2. The batch's cost is their mean. Inputs and targets have one row per example.
 *
 * @example
 * const network = sequential((x) => x);
 * const [outputs, targets] = [tensor([[0.5, 0], [1, 1]]), tensor([[1, 0], [1, 0]])];
 * exampleCosts(network, outputs, targets).arraySync(); // => [0.25, 1]
 */
export function exampleCosts(
  model: Layer,
  inputs: Tensor,
  targets: Tensor,
  options: CostOptions = {},
): Tensor<[number]> {
  checkModel("exampleCosts", model, "forward");
  for (const x of [inputs, targets]) checkTensor("exampleCosts", x);
  checkOptions("exampleCosts", options, { cost: callable });
  const { cost = quadraticCost } = options;
  const one = (output: Tensor, target: Tensor): Tensor =>
    costOf("exampleCosts", cost, output.expandDims(0), target.expandDims(0)).reshape([]);
  return vmap(one)(model.forward(inputs), targets) as Tensor<[number]>;
}

/**
 * The terms of the quadratic cost, [examples, outputs]: the squared difference (a_j - y_j)^2 of
 * each output from its target. The terms of an example add up to its cost (`exampleCosts`), and the
 * mean of these is `quadraticCost`. Throws `ShapeError` unless the model's outputs are [examples,
 * outputs] and the targets have that shape.
 *
 * @example
 * const network = sequential((x) => x);
 * const [outputs, targets] = [tensor([[0.5, 0], [1, 1]]), tensor([[1, 0], [1, 0]])];
 * costTerms(network, outputs, targets).arraySync(); // => [[0.25, 0], [0, 1]]
 */
export function costTerms(model: Layer, inputs: Tensor, targets: Tensor): Tensor<[number, number]> {
  checkModel("costTerms", model, "forward");
  for (const x of [inputs, targets]) checkTensor("costTerms", x);
  const outputs = model.forward(inputs);
  const wanted = targetsLike("costTerms", outputs, targets);
  if (outputs.rank !== 2) {
    throw new ShapeError(
      `costTerms: the model gives ${formatShape(outputs.shape)}, expected [examples, outputs]`,
    );
  }
  return outputs.sub(wanted).square() as Tensor<[number, number]>;
}
