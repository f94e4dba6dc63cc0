// Costs of numbers: how far outputs are from targets.
import type { SameShapeCheck, ShapeOf, Tensor } from "@nabla/autograd";
import { targetsLike } from "../checks.ts";
import { meanOf } from "../metrics/errors.ts";
import { type StatefulMetric, withState } from "../metrics/metric.ts";
import { checkOptions, positive } from "../options.ts";

/**
 * The mean over examples of the sum of squared differences between outputs and targets, which both
 * have the shape [examples, outputs]. (`meanSquaredError` divides by the number of outputs as
 * well.)
 *
 * @example
 * quadraticCost(tensor([[0.5, 0], [1, 1]]), tensor([[1, 0], [1, 0]])).itemSync(); // => 0.625
 */
export function quadraticCost<X extends Tensor, Y extends Tensor>(
  outputs: X,
  targets: SameShapeCheck<"quadraticCost", ShapeOf<X>, ShapeOf<Y>, Y>,
): Tensor<[]> {
  const difference = differenceOf("quadraticCost", outputs, targets);
  const examples = outputs.rank === 0 ? 1 : outputs.shape[0]!;
  return difference.square().sum().div(examples);
}

/** The type of `meanSquaredError`. */
export interface MeanSquaredError extends StatefulMetric<number> {
  <X extends Tensor, Y extends Tensor>(
    outputs: X,
    targets: SameShapeCheck<"meanSquaredError", ShapeOf<X>, ShapeOf<Y>, Y>,
  ): Tensor<[]>;
}

/**
 * The mean of squared differences between outputs and targets, over all elements of any shape: a cost, and a
 * metric with state.
 *
 * @example
 * meanSquaredError(tensor([[1, 2]]), tensor([[1, 4]])).itemSync(); // => 2
 */
export const meanSquaredError: MeanSquaredError = /* @__PURE__ */ withState(
  (outputs: Tensor, targets: unknown): Tensor<[]> =>
    differenceOf("meanSquaredError", outputs, targets).square().mean(),
  /* @__PURE__ */ meanOf("meanSquaredError", (difference) => difference.square()),
);

/**
 * The mean over all elements of d^2 / 2 for differences |d| <= `delta`, and of delta
 * (|d| - delta / 2) for larger ones, which so do not pull more the further off they are. P. J.
 * Huber, "Robust estimation of a location parameter", 1964. `delta` (default: 1) is in the units of
 * the outputs.
 *
 * @example
 * huber(tensor([0.5, 3]), tensor([0, 0])).itemSync(); // => 1.3125
 */
export function huber<X extends Tensor, Y extends Tensor>(
  outputs: X,
  targets: SameShapeCheck<"huber", ShapeOf<X>, ShapeOf<Y>, Y>,
  options: { readonly delta?: number } = {},
): Tensor<[]> {
  checkOptions("huber", options, { delta: positive });
  const { delta = 1 } = options;
  // Not of |d|: at 0 its slope is none, and the square's would be lost.
  const difference = differenceOf("huber", outputs, targets);
  const near = difference.clip(-delta, delta);
  return near.mul(difference.sub(near.mul(0.5))).mean();
}

function differenceOf(operation: string, outputs: Tensor, targets: unknown): Tensor {
  const wanted = targetsLike(operation, outputs, targets);
  return outputs.sub(wanted);
}
