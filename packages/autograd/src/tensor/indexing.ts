// Elements picked by indices that are data themselves: int32 or uint8. Negative indices count from
// the end; one outside the axis is an error when the graph runs.
import type { Shape } from "../graph/shape.ts";
import * as ops from "../ops/indexing.ts";
import type * as T from "./shapes.ts";
import { addMethods, nodeOf, type ShapeOf, type Tensor, tensorOf } from "./tensor.ts";

declare module "./tensor.ts" {
  interface Tensor<out S extends Shape = Shape> {
    /** The slices at `indices` along `axis`, which the shape of the indices replaces. */
    gather<X extends Tensor, const A extends number, I extends Tensor>(
      this: X,
      axis: T.AxesCheck<"gather", ShapeOf<X>, A, A>,
      indices: I,
    ): Tensor<T.Gather<ShapeOf<X>, A, ShapeOf<I>>>;
    /** With the slices of `updates` added at `indices` along `axis`. */
    scatterAdd<X extends Tensor, const A extends number>(
      this: X,
      axis: T.AxesCheck<"scatterAdd", ShapeOf<X>, A, A>,
      indices: Tensor,
      updates: Tensor,
    ): Tensor<ShapeOf<X>>;
    /** Where the elements along `axis` (default: the last) stand in ascending order, as int32. */
    argSort<X extends Tensor, const A extends number = -1>(
      this: X,
      axis?: T.AxesCheck<"argSort", ShapeOf<X>, A, A>,
      options?: SortOptions,
    ): Tensor<ShapeOf<X>>;
  }
}

export interface SortOptions {
  /** The greatest first. Default: false. */
  readonly descending?: boolean;
}

/**
 * The slices of `x` at `indices` along `axis`, which the shape of the indices replaces (NumPy's
 * `take`). Indices that come twice get both gradients.
 *
 * @example
 * const rows = tensor([2, 0], { dtype: "int32" });
 * gather(tensor([[1, 2], [3, 4], [5, 6]]), 0, rows).arraySync(); // => [[5, 6], [1, 2]]
 */
export function gather<X extends Tensor, const A extends number, I extends Tensor>(
  x: X,
  axis: T.AxesCheck<"gather", ShapeOf<X>, A, A>,
  indices: I,
): Tensor<T.Gather<ShapeOf<X>, A, ShapeOf<I>>> {
  return tensorOf(ops.gather(nodeOf("gather", x), axis as number, nodeOf("gather", indices)));
}

/**
 * `x` with the slices of `updates` added at `indices` along `axis`, in their order. `updates` has
 * the shape that `gather` would give.
 *
 * @example
 * const twice = tensor([1, 1], { dtype: "int32" });
 * scatterAdd(zeros([3]), 0, twice, tensor([10, 5])).arraySync(); // => [0, 15, 0]
 */
export function scatterAdd<X extends Tensor, const A extends number>(
  x: X,
  axis: T.AxesCheck<"scatterAdd", ShapeOf<X>, A, A>,
  indices: Tensor,
  updates: Tensor,
): Tensor<ShapeOf<X>> {
  const [node, where, added] = [x, indices, updates].map((t) => nodeOf("scatterAdd", t));
  return tensorOf(ops.scatterAdd(node!, axis as number, where!, added!));
}

/**
 * Where the elements along `axis` (default: the last) stand in ascending order, as int32. NaN
 * comes last; equal elements keep their order.
 *
 * @example
 * argSort(tensor([3, 1, 2])).arraySync(); // => [1, 2, 0]
 */
export function argSort<X extends Tensor, const A extends number = -1>(
  x: X,
  axis?: T.AxesCheck<"argSort", ShapeOf<X>, A, A>,
  { descending = false }: SortOptions = {},
): Tensor<ShapeOf<X>> {
  return tensorOf(ops.argSort(nodeOf("argSort", x), axis as number | undefined, descending));
}

addMethods({ gather, scatterAdd, argSort });
