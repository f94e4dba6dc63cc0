// Averages with weights, ranges, counts, covariances and correlations; functions only. Axes as in
// reduce.ts. Values and gradients are defined in ops/covariance.ts.
import type { Axes as GivenAxes } from "../graph/shape.ts";
import * as ops from "../ops/covariance.ts";
import { anything, flag } from "./kinds.ts";
import { reduction } from "./operators.ts";
import { checkOptions } from "./options.ts";
import type { ReduceOptions } from "./reduce.ts";
import type * as T from "./shapes.ts";
import { computedNodeOf, type ShapeOf, type Tensor, tensorOf } from "./tensor.ts";

/**
 * Averages weighted elements, like NumPy's `average`: the sum of the products divided by the sum of the
 * weights. `weights` has the shape of `x`, or, for one axis, a number for each position along it. NaN or
 * infinite where weights sum to 0.
 *
 * @example
 * average(tensor([1, 2, 6]), tensor([1, 1, 2])).itemSync(); // => 3.75
 * average(tensor([[1, 2], [3, 4]]), tensor([1, 3]), 0).arraySync(); // => [2.5, 3.5]
 */
export function average<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  weights: Tensor,
  axis?: T.AxesCheck<"average", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  const [node, given] = [computedNodeOf("average", x), computedNodeOf("average", weights)];
  checkOptions("average", options, { keepDims: flag });
  return tensorOf(ops.average(node, given, axis as GivenAxes, options.keepDims));
}

/**
 * Subtracts the smallest element from the largest, like NumPy's `ptp`; NaN if one is.
 *
 * @example
 * peakToPeak(tensor([3, 1, 7])).itemSync(); // => 6
 */
export function peakToPeak<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.NonEmptyAxesCheck<"peakToPeak", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  return reduction("peakToPeak", ops.peakToPeak, x, axis, options);
}

/**
 * Counts the elements that are not 0, as int32; NaN is not.
 *
 * @example
 * countNonzero(tensor([[0, 3], [5, 1]]), 0).arraySync(); // => [1, 2]
 */
export function countNonzero<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.AxesCheck<"countNonzero", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  return reduction("countNonzero", ops.countNonzero, x, axis, options);
}

export interface CovarianceOptions {
  /** Subtracted from the number of observations in the divisor. Default: 1, as in NumPy. */
  readonly correction?: number;
}

/**
 * Computes the covariances of variables, which are the rows of `x` `[variables, observations]`, like
 * NumPy's `cov`: `[variables, variables]`, or one number of one variable, such as a list of observations. Throws `ShapeError`
 * for more axes.
 *
 * @example
 * cov(tensor([[1, 2, 3], [6, 4, 2]])).arraySync(); // => [[1, -2], [-2, 4]]
 */
export function cov(x: Tensor, options: CovarianceOptions = {}): Tensor {
  const node = computedNodeOf("cov", x);
  checkOptions("cov", options, { correction: anything });
  return tensorOf(ops.cov(node, options.correction));
}

/**
 * Computes the correlations of variables, which are the rows of `x` `[variables, observations]`, like
 * NumPy's `corrcoef`: from -1 to 1, NaN of those that do not vary. Throws `ShapeError` for more than 2
 * axes.
 *
 * @example
 * corrCoef(tensor([[1, 2, 3], [6, 4, 2]])).arraySync(); // => [[1, -1], [-1, 1]]
 */
export function corrCoef(x: Tensor): Tensor {
  return tensorOf(ops.corrCoef(computedNodeOf("corrCoef", x)));
}
