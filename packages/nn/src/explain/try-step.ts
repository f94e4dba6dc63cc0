// What a step of gradient descent by some examples does, to them and to others.
import { gradients, realizeAsync, type Tensor } from "@nabla/autograd";
import { callable, checkKind, checkOptions, checkTensor, positive } from "@nabla/autograd/checks";
import { checkModel } from "../checks.ts";
import { quadraticCost } from "../costs.ts";
import { type Layer, namedCellsOf } from "../layer.ts";
import { type CostOptions, costOf } from "./example-costs.ts";

export interface StepOptions extends CostOptions {
  /** How far the step goes: each parameter changes by minus this times its gradient. */
  readonly learningRate: number;
}

/** The results of looking before a step and after it. */
export interface StepResult<Seen> {
  readonly before: Seen;
  readonly after: Seen;
}

/**
 * Takes one step of gradient descent on these examples, calls `look`, and undoes the step: afterwards the
 * model has its previous values, including buffers such as running statistics. `look` is called before
 * and after the step, and measures whatever you need: the cost of these examples, or of others. It must
 * return numbers, or tensors that were read: graphs of the parameters cannot be read once the step is
 * undone.
 *
 * @example
 * const layer = dense(1, 1, { bias: false });
 * layer.weight.assign([[1]]);
 * const others = { inputs: tensor([[1]]), targets: tensor([[1]]) };
 * const look = () => measure(layer, others, { cost: quadraticCost });
 * const options = { learningRate: 0.5 };
 * await tryStep(layer, tensor([[1]]), tensor([[3]]), options, look);
 * // => { before: { cost: 0 }, after: { cost: 4 } }
 * layer.weight.arraySync(); // => [[1]]
 */
export async function tryStep<Seen>(
  model: Layer,
  inputs: Tensor,
  targets: Tensor,
  options: StepOptions,
  look: () => Seen | PromiseLike<Seen>,
): Promise<StepResult<Seen>> {
  checkModel("tryStep", model, "forward");
  for (const x of [inputs, targets]) checkTensor("tryStep", x);
  checkOptions("tryStep", options, { learningRate: positive, cost: callable }, "learningRate");
  checkKind("tryStep", "look", look, callable);
  const { learningRate, cost = quadraticCost } = options;
  const parameters = model.parameters();
  const cells = namedCellsOf(model).map(([, cell]) => cell);
  const own = cells.map((cell) => cell.snapshot());
  await realizeAsync(...own);
  try {
    const before = await look();
    const value = costOf("tryStep", cost, model.forward(inputs), targets);
    const slopes = gradients(value, parameters);
    const stepped = parameters.map((p, i) => p.sub(slopes[i]!.mul(learningRate)));
    await realizeAsync(...stepped);
    parameters.forEach((p, i) => p.assign(stepped[i]!));
    return { before, after: await look() };
  } finally {
    cells.forEach((cell, i) => cell.assign(own[i]!));
  }
}
