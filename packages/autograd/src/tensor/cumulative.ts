// Running totals along an axis, as functions and as methods. Values and gradients are defined in
// ops/prefix.ts.
import type { Shape } from "../graph/shape.ts";
import * as ops from "../ops/prefix.ts";
import { checkFlags } from "./checks.ts";
import type * as T from "./shapes.ts";
import { addMethods, nodeOf, type ShapeOf, type Tensor, tensorOf } from "./tensor.ts";

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
  checkFlags("cumSum", options, "exclusive", "reverse");
  return tensorOf(ops.cumSum(nodeOf("cumSum", x), axis as number | undefined, options));
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
  checkFlags("cumProd", options, "exclusive", "reverse");
  return tensorOf(ops.cumProd(nodeOf("cumProd", x), axis as number | undefined, options));
}

addMethods({ cumSum, cumProd });
