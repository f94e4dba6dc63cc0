// Reductions that leave out NaN, as NumPy's functions that begin with "nan"; functions only. Axes and
// options are those of reduce.ts and statistics.ts; of integers they are the reductions themselves.
// What is left out has gradient 0. Values and gradients are defined in ops/nan-reductions.ts.
import { describe } from "../graph/describe.ts";
import { NablaError } from "../graph/errors.ts";
import type { Axes as GivenAxes } from "../graph/shape.ts";
import * as ops from "../ops/nan-reductions.ts";
import { nanQuantile as quantileOf } from "../ops/order.ts";
import type { CumulativeOptions } from "../ops/prefix.ts";
import { anything, flag } from "./kinds.ts";
import { reduction } from "./operators.ts";
import { checkOptions } from "./options.ts";
import type { ReduceOptions } from "./reduce.ts";
import type * as T from "./shapes.ts";
import type { SpreadOptions } from "./statistics.ts";
import { computedNodeOf, type ShapeOf, type Tensor, tensorOf } from "./tensor.ts";

/**
 * Sums all elements but NaN; 0 where there are none. Dtypes are those of `sum`.
 *
 * @example
 * nanSum(tensor([1, Number.NaN, 3])).itemSync(); // => 4
 */
export function nanSum<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.AxesCheck<"nanSum", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  return reduction("nanSum", ops.nanSum, x, axis, options);
}

/**
 * Multiplies all elements but NaN; 1 where there are none. Dtypes are those of `prod`.
 *
 * @example
 * nanProd(tensor([2, Number.NaN, 3])).itemSync(); // => 6
 */
export function nanProd<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.AxesCheck<"nanProd", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  return reduction("nanProd", ops.nanProd, x, axis, options);
}

/**
 * Averages all elements but NaN; NaN where there are none.
 *
 * @example
 * nanMean(tensor([[1, Number.NaN], [3, 5]]), 0).arraySync(); // => [2, 5]
 */
export function nanMean<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.AxesCheck<"nanMean", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  return reduction("nanMean", ops.nanMean, x, axis, options);
}

/**
 * Takes the largest element that is not NaN; NaN where all are. Equal ones share the gradient.
 * Throws `ShapeError` where there are no elements.
 *
 * @example
 * nanMax(tensor([1, Number.NaN, 3])).itemSync(); // => 3
 */
export function nanMax<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.NonEmptyAxesCheck<"nanMax", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  return reduction("nanMax", ops.nanMax, x, axis, options);
}

/**
 * Takes the smallest element that is not NaN; NaN where all are. Equal ones share the gradient.
 * Throws `ShapeError` where there are no elements.
 *
 * @example
 * nanMin(tensor([1, Number.NaN, 3])).itemSync(); // => 1
 */
export function nanMin<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.NonEmptyAxesCheck<"nanMin", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  return reduction("nanMin", ops.nanMin, x, axis, options);
}

/**
 * Finds the index of the first largest element that is not NaN, as int32; over all axes: row-major.
 * The run throws `NablaError` where all elements are NaN. (NumPy takes a NaN for -Infinity, and gives
 * its index beside infinities; this does not.)
 *
 * @example
 * nanArgMax(tensor([1, Number.NaN, 3])).itemSync(); // => 2
 */
export function nanArgMax<
  X extends Tensor,
  const A extends number | undefined = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.NonEmptyAxesCheck<"nanArgMax", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  return reduction("nanArgMax", ops.nanArgMax, x, axis, options);
}

/**
 * Finds the index of the first smallest element that is not NaN, as int32; otherwise as `nanArgMax`.
 *
 * @example
 * nanArgMin(tensor([Number.NaN, 2, 1])).itemSync(); // => 2
 */
export function nanArgMin<
  X extends Tensor,
  const A extends number | undefined = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.NonEmptyAxesCheck<"nanArgMin", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  return reduction("nanArgMin", ops.nanArgMin, x, axis, options);
}

/**
 * Averages the squared distances from the mean of all elements but NaN: over their number n, or
 * n - `correction`. NaN where that is not above 0, as in NumPy.
 *
 * @example
 * nanVariance(tensor([1, 2, Number.NaN, 3]), 0, { correction: 1 }).itemSync(); // => 1
 */
export function nanVariance<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.AxesCheck<"nanVariance", ShapeOf<X>, A, A>,
  options: SpreadOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  checkOptions("nanVariance", options, { keepDims: flag, correction: anything });
  return tensorOf(
    ops.nanVariance(
      computedNodeOf("nanVariance", x),
      axis as GivenAxes,
      options.keepDims,
      options.correction,
    ),
  );
}

/**
 * Computes the square root of `nanVariance`. Where that is 0, so is the derivative.
 *
 * @example
 * nanStd(tensor([1, Number.NaN, 3])).itemSync(); // => 1
 */
export function nanStd<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.AxesCheck<"nanStd", ShapeOf<X>, A, A>,
  options: SpreadOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  checkOptions("nanStd", options, { keepDims: flag, correction: anything });
  return tensorOf(
    ops.nanStd(
      computedNodeOf("nanStd", x),
      axis as GivenAxes,
      options.keepDims,
      options.correction,
    ),
  );
}

/**
 * Finds the `quantile` of all elements but NaN; NaN where there are none.
 *
 * @example
 * nanQuantile(tensor([4, Number.NaN, 1, 3, 2]), 0.25).itemSync(); // => 1.75
 */
export function nanQuantile<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  q: number,
  axis?: T.NonEmptyAxesCheck<"nanQuantile", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  const node = computedNodeOf("nanQuantile", x);
  if (!(typeof q === "number" && q >= 0 && q <= 1)) {
    throw new NablaError(`nanQuantile: q is ${describe(q)}, expected a number from 0 to 1`);
  }
  checkOptions("nanQuantile", options, { keepDims: flag });
  return tensorOf(quantileOf("nanQuantile", node, q, axis as GivenAxes, options.keepDims));
}

/**
 * Finds the `median` of all elements but NaN; NaN where there are none.
 *
 * @example
 * nanMedian(tensor([3, Number.NaN, 1, 100])).itemSync(); // => 3
 */
export function nanMedian<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.NonEmptyAxesCheck<"nanMedian", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  checkOptions("nanMedian", options, { keepDims: flag });
  const node = computedNodeOf("nanMedian", x);
  return tensorOf(quantileOf("nanMedian", node, 0.5, axis as GivenAxes, options.keepDims));
}

/**
 * Computes running sums along `axis` as `cumSum` does; NaN counts as 0.
 *
 * @example
 * nanCumSum(tensor([1, Number.NaN, 3])).arraySync(); // => [1, 1, 4]
 */
export function nanCumSum<X extends Tensor, const A extends number | undefined = undefined>(
  x: X,
  axis?: T.AxesCheck<"nanCumSum", ShapeOf<X>, A, A>,
  options: CumulativeOptions = {},
): Tensor<T.Cumulative<ShapeOf<X>, A>> {
  checkOptions("nanCumSum", options, { exclusive: flag, reverse: flag });
  return tensorOf(
    ops.nanCumSum(computedNodeOf("nanCumSum", x), axis as number | undefined, options),
  );
}

/**
 * Computes running products along `axis` as `cumProd` does; NaN counts as 1.
 *
 * @example
 * nanCumProd(tensor([2, Number.NaN, 3])).arraySync(); // => [2, 2, 6]
 */
export function nanCumProd<X extends Tensor, const A extends number | undefined = undefined>(
  x: X,
  axis?: T.AxesCheck<"nanCumProd", ShapeOf<X>, A, A>,
  options: CumulativeOptions = {},
): Tensor<T.Cumulative<ShapeOf<X>, A>> {
  checkOptions("nanCumProd", options, { exclusive: flag, reverse: flag });
  return tensorOf(
    ops.nanCumProd(computedNodeOf("nanCumProd", x), axis as number | undefined, options),
  );
}
