// Variance and norms along axes, as functions and as methods; axes as in reduce.ts. Values and
// gradients are defined in ops/statistics.ts.
import type { Axes as GivenAxes, Shape } from "../graph/shape.ts";
import * as ops from "../ops/statistics.ts";
import { anything, flag } from "./kinds.ts";
import { checkOptions } from "./options.ts";
import type { ReduceOptions } from "./reduce.ts";
import type * as T from "./shapes.ts";
import { addMethods, computedNodeOf, type ShapeOf, type Tensor, tensorOf } from "./tensor.ts";

export interface SpreadOptions<KeepDims extends boolean = boolean> extends ReduceOptions<KeepDims> {
  /** Subtracted from the count in the divisor: 1 for the estimate from a sample. Default: 0. */
  readonly correction?: number;
}

export interface NormOptions<KeepDims extends boolean = boolean> extends ReduceOptions<KeepDims> {
  /** The power of the absolute values; Infinity: the largest absolute value. Default: 2. */
  readonly p?: number;
}

declare module "./tensor.ts" {
  interface Tensor<out S extends Shape = Shape> {
    /** Averages the squared distances from the mean: over n, as in NumPy, or n - `correction`. */
    variance<
      X extends Tensor,
      const A extends T.Axes = undefined,
      KeepDims extends boolean = false,
    >(
      this: X,
      axis?: T.AxesCheck<"variance", ShapeOf<X>, A, A>,
      options?: SpreadOptions<KeepDims>,
    ): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>>;
    /** Computes the square root of the variance. Where that is 0, so is the derivative. */
    std<X extends Tensor, const A extends T.Axes = undefined, KeepDims extends boolean = false>(
      this: X,
      axis?: T.AxesCheck<"std", ShapeOf<X>, A, A>,
      options?: SpreadOptions<KeepDims>,
    ): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>>;
    /**
     * Computes the norm (sum |x|^p)^(1/p) without overflow; p is 2 if left out. Derivatives at 0
     * are 0.
     */
    norm<X extends Tensor, const A extends T.Axes = undefined, KeepDims extends boolean = false>(
      this: X,
      axis?: T.AxesCheck<"norm", ShapeOf<X>, A, A>,
      options?: NormOptions<KeepDims>,
    ): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>>;
  }
}

/**
 * Averages the squared distances from the mean: over n elements, as in NumPy, or n - `correction`.
 * Also as in NumPy, it is infinite where these squares overflow (distances of 1.8e19 in float32):
 * divide by a typical size first.
 *
 * @example
 * variance(tensor([1, 2, 3, 4])).itemSync(); // => 1.25
 */
export function variance<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.AxesCheck<"variance", ShapeOf<X>, A, A>,
  options: SpreadOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  checkOptions("variance", options, { keepDims: flag, correction: anything });
  return tensorOf(
    ops.variance(
      computedNodeOf("variance", x),
      axis as GivenAxes,
      options.keepDims,
      options.correction,
    ),
  );
}

/**
 * Computes the square root of the variance, infinite where that is. Where it is 0, so is the
 * derivative.
 *
 * @example
 * std(tensor([1, 2, 3, 4]), 0, { correction: 1 }).itemSync(); // => 1.291
 */
export function std<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.AxesCheck<"std", ShapeOf<X>, A, A>,
  options: SpreadOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  checkOptions("std", options, { keepDims: flag, correction: anything });
  return tensorOf(
    ops.std(computedNodeOf("std", x), axis as GivenAxes, options.keepDims, options.correction),
  );
}

/**
 * Computes the norm (sum |x|^p)^(1/p) without overflow; p is 2 if left out. The derivatives at 0
 * are 0.
 *
 * @example
 * norm(tensor([[3, 4], [0, 0]]), 1).arraySync(); // => [5, 0]
 */
export function norm<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.AxesCheck<"norm", ShapeOf<X>, A, A>,
  options: NormOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  checkOptions("norm", options, { keepDims: flag, p: anything });
  return tensorOf(
    ops.norm(computedNodeOf("norm", x), axis as GivenAxes, options.keepDims, options.p),
  );
}

addMethods({ variance, std, norm });
