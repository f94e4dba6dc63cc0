// Running totals along an axis, as functions and as methods. Values and gradients are defined in
// ops/prefix.ts and ops/running-extremes.ts; those of the latter are functions only.
import type { Node } from "../graph/node.ts";
import type { Shape } from "../graph/shape.ts";
import * as ops from "../ops/prefix.ts";
import * as extremes from "../ops/running-extremes.ts";
import { flag } from "./kinds.ts";
import { checkOptions } from "./options.ts";
import type * as T from "./shapes.ts";
import { addMethods, computedNodeOf, type ShapeOf, type Tensor, tensorOf } from "./tensor.ts";

export type { CumulativeOptions } from "../ops/prefix.ts";

declare module "./tensor.ts" {
  interface Tensor<out S extends Shape = Shape> {
    /** Computes running sums along `axis`; left out: over all axes, row-major. */
    cumSum<X extends Tensor, const A extends number | undefined = undefined>(
      this: X,
      axis?: T.AxesCheck<"cumSum", ShapeOf<X>, A, A>,
      options?: ops.CumulativeOptions,
    ): Tensor<T.Cumulative<ShapeOf<X>, A>>;
    /** Computes running products along `axis`; left out: over all axes, row-major. */
    cumProd<X extends Tensor, const A extends number | undefined = undefined>(
      this: X,
      axis?: T.AxesCheck<"cumProd", ShapeOf<X>, A, A>,
      options?: ops.CumulativeOptions,
    ): Tensor<T.Cumulative<ShapeOf<X>, A>>;
  }
}

/**
 * Computes running sums along `axis`, like NumPy's `cumsum`: if it is left out, over all elements
 * in row-major order. Dtypes are those of `sum`; float32 is accumulated in float64, and rounded for
 * each element. `exclusive`: without the element itself; `reverse`: from the end.
 *
 * @example
 * cumSum(tensor([1, 2, 3])).arraySync(); // => [1, 3, 6]
 * cumSum(tensor([1, 2, 3]), 0, { exclusive: true }).arraySync(); // => [0, 1, 3]
 * cumSum(tensor([[1, 2], [3, 4]]), 1, { reverse: true }).arraySync(); // => [[3, 2], [7, 4]]
 */
export function cumSum<X extends Tensor, const A extends number | undefined = undefined>(
  x: X,
  axis?: T.AxesCheck<"cumSum", ShapeOf<X>, A, A>,
  options: ops.CumulativeOptions = {},
): Tensor<T.Cumulative<ShapeOf<X>, A>> {
  checkOptions("cumSum", options, { exclusive: flag, reverse: flag });
  return tensorOf(ops.cumSum(computedNodeOf("cumSum", x), axis as number | undefined, options));
}

/**
 * Computes running products along `axis`, like NumPy's `cumprod`: if it is left out, over all
 * elements in row-major order. Options and accumulators are those of `cumSum`. The gradient does
 * not divide: it is right where elements are 0.
 *
 * @example
 * cumProd(tensor([1, 2, 3, 4])).arraySync(); // => [1, 2, 6, 24]
 */
export function cumProd<X extends Tensor, const A extends number | undefined = undefined>(
  x: X,
  axis?: T.AxesCheck<"cumProd", ShapeOf<X>, A, A>,
  options: ops.CumulativeOptions = {},
): Tensor<T.Cumulative<ShapeOf<X>, A>> {
  checkOptions("cumProd", options, { exclusive: flag, reverse: flag });
  return tensorOf(ops.cumProd(computedNodeOf("cumProd", x), axis as number | undefined, options));
}

export interface RunningOptions {
  /** Whether to go from the last element to the first. */
  readonly reverse?: boolean;
}

/**
 * Takes the largest of each element and all before it along `axis`, like PyTorch's `cummax`; if the
 * axis is left out, over all elements in row-major order. From the first NaN on all are NaN. The
 * gradient goes to the last of the elements that equal the extreme, as in PyTorch. `reverse`: from
 * the end.
 *
 * @example
 * cumMax(tensor([1, 3, 2, 5])).arraySync(); // => [1, 3, 3, 5]
 * cumMax(tensor([1, 3, 2]), 0, { reverse: true }).arraySync(); // => [3, 3, 2]
 */
export function cumMax<X extends Tensor, const A extends number | undefined = undefined>(
  x: X,
  axis?: T.AxesCheck<"cumMax", ShapeOf<X>, A, A>,
  options: RunningOptions = {},
): Tensor<T.Cumulative<ShapeOf<X>, A>> {
  return running("cumMax", extremes.cumMax, x, axis, options);
}

/**
 * Takes the smallest of each element and all before it along `axis`, like PyTorch's `cummin`;
 * otherwise as `cumMax`.
 *
 * @example
 * cumMin(tensor([3, 1, 2, 0])).arraySync(); // => [3, 1, 1, 0]
 */
export function cumMin<X extends Tensor, const A extends number | undefined = undefined>(
  x: X,
  axis?: T.AxesCheck<"cumMin", ShapeOf<X>, A, A>,
  options: RunningOptions = {},
): Tensor<T.Cumulative<ShapeOf<X>, A>> {
  return running("cumMin", extremes.cumMin, x, axis, options);
}

/**
 * Computes log(e^x[0] + … + e^x[k]) for each element along `axis` without overflow, like PyTorch's
 * `logcumsumexp`; if the axis is left out, over all elements in row-major order. -Infinity where all
 * so far are, with gradient 0. Integers become float32. `reverse`: from the end.
 *
 * @example
 * logCumSumExp(tensor([1000, 1000, -Infinity])).arraySync(); // => [1000, 1000.693, 1000.693]
 */
export function logCumSumExp<X extends Tensor, const A extends number | undefined = undefined>(
  x: X,
  axis?: T.AxesCheck<"logCumSumExp", ShapeOf<X>, A, A>,
  options: RunningOptions = {},
): Tensor<T.Cumulative<ShapeOf<X>, A>> {
  return running("logCumSumExp", extremes.logCumSumExp, x, axis, options);
}

function running<S extends Shape>(
  name: string,
  operation: (x: Node, axis?: number, isReversed?: boolean) => Node,
  x: Tensor,
  axis: unknown,
  options: RunningOptions,
): Tensor<S> {
  checkOptions(name, options, { reverse: flag });
  return tensorOf(operation(computedNodeOf(name, x), axis as number | undefined, options.reverse));
}

addMethods({ cumSum, cumProd });
