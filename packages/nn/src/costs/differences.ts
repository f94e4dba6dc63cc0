// Costs of numbers: how far outputs are from targets.
import { type SameShapeCheck, type ShapeOf, softplus, type Tensor, where } from "@nabla/autograd";
import { checkOptions, positive } from "@nabla/autograd/checks";
import { targetsLike } from "../checks.ts";
import { meanOf } from "../metrics/errors.ts";
import { type StatefulMetric, withState } from "../metrics/metric.ts";
import {
  counted,
  type FirstOf,
  isPlainMean,
  ofReduction,
  type Reduced,
  type Reduction,
  type ReductionOptions,
} from "./reduction.ts";

/**
 * The mean over examples of the sum of squared differences between outputs and targets, which both
 * have the shape [examples, outputs]. (`meanSquaredError` divides by the number of outputs as
 * well.)
 *
 * @example
 * quadraticCost(tensor([[0.5, 0], [1, 1]]), tensor([[1, 0], [1, 0]])).itemSync(); // => 0.625
 */
export function quadraticCost<
  X extends Tensor,
  Y extends Tensor,
  const R extends Reduction = "mean",
>(
  outputs: X,
  targets: SameShapeCheck<"quadraticCost", ShapeOf<X>, ShapeOf<Y>, Y>,
  options: ReductionOptions<R> = {},
): Reduced<R, FirstOf<X>> {
  checkOptions("quadraticCost", options, ofReduction);
  const wanted = targetsLike("quadraticCost", outputs, targets);
  const given: Tensor = outputs;
  const examples = given.shape.slice(0, 1);
  const { seen, reduced } = counted("quadraticCost", examples, options);
  const squares = seen(given).sub(seen(wanted)).square();
  const others = given.shape.slice(1).map((_, axis) => axis + 1);
  const cost: Tensor = isPlainMean(options)
    ? squares.sum().div(examples[0] ?? 1)
    : reduced(others.length === 0 ? squares : squares.sum(others));
  return cost as Reduced<R, FirstOf<X>>;
}

/** The type of `meanSquaredError`. */
export interface MeanSquaredError extends StatefulMetric<number> {
  <X extends Tensor, Y extends Tensor, const R extends Reduction = "mean">(
    outputs: X,
    targets: SameShapeCheck<"meanSquaredError", ShapeOf<X>, ShapeOf<Y>, Y>,
    options?: ReductionOptions<R>,
  ): Reduced<R, ShapeOf<X>>;
}

/**
 * The mean of squared differences between outputs and targets, over all elements of any shape: a cost, and a
 * metric with state.
 *
 * @example
 * meanSquaredError(tensor([[1, 2]]), tensor([[1, 4]])).itemSync(); // => 2
 */
export const meanSquaredError: MeanSquaredError = /* @__PURE__ */ withState(
  <R extends Reduction>(
    outputs: Tensor,
    targets: unknown,
    options: ReductionOptions<R> = {},
  ): Reduced<R, never> => {
    checkOptions("meanSquaredError", options, ofReduction);
    const square = (difference: Tensor): Tensor => difference.square();
    return ofElements("meanSquaredError", outputs, targets, options, square);
  },
  /* @__PURE__ */ meanOf("meanSquaredError", (difference) => difference.square()),
);

export interface HuberOptions<R extends Reduction = Reduction> extends ReductionOptions<R> {
  /** From which difference on the cost is linear, in the units of the outputs. Default: 1. */
  readonly delta?: number;
}

/**
 * The mean over all elements of d^2 / 2 for differences |d| <= `delta`, and of delta
 * (|d| - delta / 2) for larger ones, which so do not pull more the further off they are. P. J.
 * Huber, "Robust estimation of a location parameter", 1964. `delta` (default: 1) is in the units of
 * the outputs.
 *
 * @example
 * huber(tensor([0.5, 3]), tensor([0, 0])).itemSync(); // => 1.3125
 */
export function huber<X extends Tensor, Y extends Tensor, const R extends Reduction = "mean">(
  outputs: X,
  targets: SameShapeCheck<"huber", ShapeOf<X>, ShapeOf<Y>, Y>,
  options: HuberOptions<R> = {},
): Reduced<R, ShapeOf<X>> {
  checkOptions("huber", options, { ...ofReduction, delta: positive });
  const { delta = 1 } = options;
  return ofElements("huber", outputs, targets, options, (difference) => {
    // Not of |d|: at 0 its slope is none, and the square's would be lost.
    const near = difference.clip(-delta, delta);
    return near.mul(difference.sub(near.mul(0.5)));
  });
}

/**
 * The mean over all elements of log(cosh(d)): about d^2 / 2 for small differences and |d| - log 2 for
 * large ones, with slope tanh(d). Accurate to a few roundings in either range, and finite wherever d is.
 *
 * @example
 * logCosh(tensor([1, 1000]), tensor([0, 0]), { reduction: "none" }).arraySync(); // => [0.4338, 999.3069]
 */
export function logCosh<X extends Tensor, Y extends Tensor, const R extends Reduction = "mean">(
  outputs: X,
  targets: SameShapeCheck<"logCosh", ShapeOf<X>, ShapeOf<Y>, Y>,
  options: ReductionOptions<R> = {},
): Reduced<R, ShapeOf<X>> {
  checkOptions("logCosh", options, ofReduction);
  return ofElements("logCosh", outputs, targets, options, (difference) => {
    // For small d, cosh d - 1 = 2 sinh(d / 2)^2, whose digits a difference of logarithms would lose.
    const isSmall = difference.abs().less(1);
    const half = where(isSmall, difference, 0).mul(0.5).sinh();
    const small = half.square().mul(2).log1p();
    const large = where(isSmall, 1, difference);
    return where(isSmall, small, large.add(softplus(large.mul(-2))).sub(Math.LN2));
  });
}

/** Applies `f` to the differences elementwise, and reduces. The caller has checked the options. */
export function ofElements<R extends Reduction>(
  operation: string,
  outputs: Tensor,
  targets: unknown,
  options: ReductionOptions<R>,
  f: (difference: Tensor) => Tensor,
): Reduced<R, never> {
  const wanted = targetsLike(operation, outputs, targets);
  const { seen, reduced } = counted(operation, outputs.shape, options);
  return reduced(f(seen(outputs).sub(seen(wanted)))) as Reduced<R, never>;
}
