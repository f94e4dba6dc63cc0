// Reductions, as functions and as methods. `axis`: one axis, several, or (left out) all; negative
// ones count from the end. Reduced axes are removed, or stay as size 1 with `keepDims`. A missing
// axis throws `ShapeError`. Values and gradients are defined in ops/reduce.ts.
import type { Axes as GivenAxes, Shape } from "../graph/shape.ts";
import * as ops from "../ops/reduce.ts";
import * as composed from "../ops/softmax.ts";
import { reduction } from "./operators.ts";
import type * as T from "./shapes.ts";
import { addMethods, computedNodeOf, type ShapeOf, type Tensor, tensorOf } from "./tensor.ts";

export interface ReduceOptions<KeepDims extends boolean = boolean> {
  /** Keep reduced axes, with size 1. Default: false. */
  readonly keepDims?: KeepDims;
}

declare module "./tensor.ts" {
  interface Tensor<out S extends Shape = Shape> {
    /** Sums elements; 0 if empty. Integers are summed in float64, truth values counted in int32. */
    sum<X extends Tensor, const A extends T.Axes = undefined, KeepDims extends boolean = false>(
      this: X,
      axis?: T.AxesCheck<"sum", ShapeOf<X>, A, A>,
      options?: ReduceOptions<KeepDims>,
    ): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>>;
    /** Averages elements; NaN if empty. The mean of integers is float32, from their exact sum. */
    mean<X extends Tensor, const A extends T.Axes = undefined, KeepDims extends boolean = false>(
      this: X,
      axis?: T.AxesCheck<"mean", ShapeOf<X>, A, A>,
      options?: ReduceOptions<KeepDims>,
    ): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>>;
    /** Takes the largest element; NaN if one is. Equal ones share the gradient. */
    max<X extends Tensor, const A extends T.Axes = undefined, KeepDims extends boolean = false>(
      this: X,
      axis?: T.NonEmptyAxesCheck<"max", ShapeOf<X>, A, A>,
      options?: ReduceOptions<KeepDims>,
    ): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>>;
    /** Takes the smallest element; NaN if one is. Equal ones share the gradient. */
    min<X extends Tensor, const A extends T.Axes = undefined, KeepDims extends boolean = false>(
      this: X,
      axis?: T.NonEmptyAxesCheck<"min", ShapeOf<X>, A, A>,
      options?: ReduceOptions<KeepDims>,
    ): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>>;
    /** Multiplies elements; 1 if empty. Integers in float64, truth values in int32. */
    prod<X extends Tensor, const A extends T.Axes = undefined, KeepDims extends boolean = false>(
      this: X,
      axis?: T.AxesCheck<"prod", ShapeOf<X>, A, A>,
      options?: ReduceOptions<KeepDims>,
    ): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>>;
    /** Tells whether any element is true, as bool; false if empty. Numbers are true unless 0. */
    any<X extends Tensor, const A extends T.Axes = undefined, KeepDims extends boolean = false>(
      this: X,
      axis?: T.AxesCheck<"any", ShapeOf<X>, A, A>,
      options?: ReduceOptions<KeepDims>,
    ): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>>;
    /** Tells whether all elements are true, as bool; true if empty. Numbers are true unless 0. */
    all<X extends Tensor, const A extends T.Axes = undefined, KeepDims extends boolean = false>(
      this: X,
      axis?: T.AxesCheck<"all", ShapeOf<X>, A, A>,
      options?: ReduceOptions<KeepDims>,
    ): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>>;
    /** Computes log(sum(exp(x))) without overflow; -infinity if empty. */
    logSumExp<
      X extends Tensor,
      const A extends T.Axes = undefined,
      KeepDims extends boolean = false,
    >(
      this: X,
      axis?: T.AxesCheck<"logSumExp", ShapeOf<X>, A, A>,
      options?: ReduceOptions<KeepDims>,
    ): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>>;
    /**
     * Finds the index of the first largest element, as int32; over all axes: row-major.
     */
    argMax<
      X extends Tensor,
      const A extends number | undefined = undefined,
      KeepDims extends boolean = false,
    >(
      this: X,
      axis?: T.NonEmptyAxesCheck<"argMax", ShapeOf<X>, A, A>,
      options?: ReduceOptions<KeepDims>,
    ): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>>;
    /** Finds the index of the first smallest element, as int32; over all axes: row-major. */
    argMin<
      X extends Tensor,
      const A extends number | undefined = undefined,
      KeepDims extends boolean = false,
    >(
      this: X,
      axis?: T.NonEmptyAxesCheck<"argMin", ShapeOf<X>, A, A>,
      options?: ReduceOptions<KeepDims>,
    ): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>>;
    /** Computes exp(x) / sum(exp(x)) along `axis` (default: the last): positive, with sum 1. */
    softmax<X extends Tensor, const A extends number = -1>(
      this: X,
      axis?: T.AxesCheck<"softmax", ShapeOf<X>, A, A>,
    ): Tensor<ShapeOf<X>>;
    /** Computes log(softmax(x)) along `axis` (default: the last), without loss of digits. */
    logSoftmax<X extends Tensor, const A extends number = -1>(
      this: X,
      axis?: T.AxesCheck<"logSoftmax", ShapeOf<X>, A, A>,
    ): Tensor<ShapeOf<X>>;
  }
}

/**
 * Sums elements; 0 if empty. Integers (int32, uint8) are summed in float64, which is exact up to
 * 2^53 where int32 would wrap around; truth values are counted in int32.
 *
 * @example
 * sum(tensor([[1, 2], [3, 4]]), 0).arraySync(); // => [4, 6]
 */
export function sum<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.AxesCheck<"sum", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  return reduction("sum", ops.sum, x, axis, options);
}

/**
 * Averages elements; NaN if empty. The mean of integers is float32, from their exact sum.
 *
 * @example
 * mean(tensor([[1, 2], [3, 4]]), 1).arraySync(); // => [1.5, 3.5]
 */
export function mean<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.AxesCheck<"mean", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  return reduction("mean", ops.mean, x, axis, options);
}

/**
 * Takes the largest element; NaN if one is. Equal ones share the gradient.
 *
 * @example
 * max(tensor([[1, 5], [3, 4]]), 1).arraySync(); // => [5, 4]
 */
export function max<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.NonEmptyAxesCheck<"max", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  return reduction("max", ops.max, x, axis, options);
}

/**
 * Takes the smallest element; NaN if one is. Equal ones share the gradient.
 *
 * @example
 * min(tensor([[1, 5], [3, 4]]), 1).arraySync(); // => [1, 3]
 */
export function min<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.NonEmptyAxesCheck<"min", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  return reduction("min", ops.min, x, axis, options);
}

/**
 * Multiplies elements; 1 if empty. Integers are multiplied in float64, which is exact up to 2^53,
 * truth values in int32.
 *
 * @example
 * prod(tensor([[1, 2], [3, 4]]), 1).arraySync(); // => [2, 12]
 */
export function prod<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.AxesCheck<"prod", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  return reduction("prod", ops.prod, x, axis, options);
}

/**
 * Tells whether any element is true, as bool; false if empty. Numbers are true unless 0.
 *
 * @example
 * any(tensor([[0, 2], [0, 0]]), 1).arraySync(); // => [1, 0]
 */
export function any<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.AxesCheck<"any", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  return reduction("any", ops.any, x, axis, options);
}

/**
 * Tells whether all elements are true, as bool; true if empty. Numbers are true unless 0.
 *
 * @example
 * all(tensor([[1, 2], [3, 0]]), 1).arraySync(); // => [1, 0]
 */
export function all<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.AxesCheck<"all", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  return reduction("all", ops.all, x, axis, options);
}

/**
 * Computes log(sum(exp(x))) without overflow; -infinity if empty.
 *
 * @example
 * logSumExp(tensor([0, 0])).arraySync(); // => 0.6931
 */
export function logSumExp<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.AxesCheck<"logSumExp", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  return reduction("logSumExp", composed.logSumExp, x, axis, options);
}

/**
 * Finds the index of the first largest element, as int32; over all axes: row-major.
 *
 * @example
 * argMax(tensor([[1, 5], [3, 4]]), 1).arraySync(); // => [1, 1]
 */
export function argMax<
  X extends Tensor,
  const A extends number | undefined = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.NonEmptyAxesCheck<"argMax", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  return reduction("argMax", ops.argMax, x, axis, options);
}

/**
 * Finds the index of the first smallest element, as int32; over all axes: row-major.
 *
 * @example
 * argMin(tensor([[1, 5], [3, 4]]), 1).arraySync(); // => [0, 0]
 */
export function argMin<
  X extends Tensor,
  const A extends number | undefined = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.NonEmptyAxesCheck<"argMin", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  return reduction("argMin", ops.argMin, x, axis, options);
}

/**
 * Computes exp(x) / sum(exp(x)) along `axis` (default: the last): positive, with sum 1.
 *
 * @example
 * softmax(tensor([0, 0])).arraySync(); // => [0.5, 0.5]
 */
export function softmax<X extends Tensor, const A extends number = -1>(
  x: X,
  axis?: T.AxesCheck<"softmax", ShapeOf<X>, A, A>,
): Tensor<ShapeOf<X>> {
  return tensorOf(composed.softmax(computedNodeOf("softmax", x), axis as GivenAxes));
}

/**
 * Computes log(softmax(x)) along `axis` (default: the last), without loss of digits.
 *
 * @example
 * logSoftmax(tensor([0, 0])).exp().arraySync(); // => [0.5, 0.5]
 */
export function logSoftmax<X extends Tensor, const A extends number = -1>(
  x: X,
  axis?: T.AxesCheck<"logSoftmax", ShapeOf<X>, A, A>,
): Tensor<ShapeOf<X>> {
  return tensorOf(composed.logSoftmax(computedNodeOf("logSoftmax", x), axis as GivenAxes));
}

addMethods({ sum, mean, max, min, prod, any, all, logSumExp, argMax, argMin, softmax, logSoftmax });
