// Gather, scatter and sorting, as functions and as methods. Indices are int32 or uint8. Negative
// ones count from the end; one out of range is an error when the graph runs.
import type { Shape } from "../graph/shape.ts";
import * as ops from "../ops/indexing.ts";
import { flag, text } from "./kinds.ts";
import { checkOptions } from "./options.ts";
import type * as T from "./shapes.ts";
import {
  addMethods,
  computedNodeOf,
  nodeOf,
  type ShapeOf,
  type Tensor,
  tensorOf,
} from "./tensor.ts";

declare module "./tensor.ts" {
  interface Tensor<out S extends Shape = Shape> {
    /**
     * Picks the slices at `indices` along `axis`, which is replaced by the shape of the indices.
     */
    gather<X extends Tensor, const A extends number, I extends Tensor>(
      this: X,
      axis: T.AxesCheck<"gather", ShapeOf<X>, A, A>,
      indices: I,
      options?: GatherOptions,
    ): Tensor<T.Gather<ShapeOf<X>, A, ShapeOf<I>>>;
    /** Adds the slices of `updates` at `indices` along `axis`. */
    scatterAdd<X extends Tensor, const A extends number>(
      this: X,
      axis: T.AxesCheck<"scatterAdd", ShapeOf<X>, A, A>,
      indices: Tensor,
      updates: Tensor,
    ): Tensor<ShapeOf<X>>;
    /** Picks the elements at `indices` along `axis` (default: the last), each by its own index. */
    takeAlongAxis<X extends Tensor, I extends Tensor, const A extends number = -1>(
      this: X,
      indices: T.TakeAlongCheck<ShapeOf<X>, ShapeOf<I>, A, I>,
      axis?: A,
      options?: TakeAlongOptions,
    ): Tensor<T.TakeAlong<ShapeOf<X>, ShapeOf<I>, A>>;
    /** Sorts along `axis` (default: the last) in ascending order; NaN comes last. */
    sort<X extends Tensor, const A extends number = -1>(
      this: X,
      axis?: T.AxesCheck<"sort", ShapeOf<X>, A, A>,
      options?: SortOptions,
    ): Tensor<ShapeOf<X>>;
    /** Finds the `k` largest elements along `axis` (default: the last), and their indices. */
    topK<X extends Tensor, const K extends number, const A extends number = -1>(
      this: X,
      k: T.TopKCheck<ShapeOf<X>, K, A, K>,
      axis?: T.AxesCheck<"topK", ShapeOf<X>, A, A>,
      options?: TopKOptions,
    ): TopElements<T.TopK<ShapeOf<X>, K, A>>;
    /** Finds the indices that sort `axis` (default: the last) in ascending order, as int32. */
    argSort<X extends Tensor, const A extends number = -1>(
      this: X,
      axis?: T.AxesCheck<"argSort", ShapeOf<X>, A, A>,
      options?: SortOptions,
    ): Tensor<ShapeOf<X>>;
  }
}

export interface GatherOptions {
  /**
   * The operation whose indices these are, such as a custom layer: errors name it, and none counts
   * from the end.
   */
  readonly indicesOf?: string;
}

export interface TakeAlongOptions {
  /** The operation whose labels the indices are: errors name it, and none counts from the end. */
  readonly labelsOf?: string;
}

export interface SortOptions {
  /** The largest first. Default: false. */
  readonly descending?: boolean;
}

/**
 * Picks the slices of `x` at `indices` along `axis`, which is replaced by the shape of the indices
 * (NumPy's `take`). A slice that is picked twice gets both gradients.
 *
 * @example
 * const rows = tensor([2, 0], { dtype: "int32" });
 * gather(tensor([[1, 2], [3, 4], [5, 6]]), 0, rows).arraySync(); // => [[5, 6], [1, 2]]
 */
export function gather<X extends Tensor, const A extends number, I extends Tensor>(
  x: X,
  axis: T.AxesCheck<"gather", ShapeOf<X>, A, A>,
  indices: I,
  options: GatherOptions = {},
): Tensor<T.Gather<ShapeOf<X>, A, ShapeOf<I>>> {
  checkOptions("gather", options, { indicesOf: text });
  const { indicesOf } = options;
  const of = indicesOf ?? "gather";
  return tensorOf(ops.gather(nodeOf(of, x), axis as number, nodeOf(of, indices), indicesOf));
}

/**
 * Adds the slices of `updates` to `x` at `indices` along `axis`, in order. `updates` has the shape
 * that `gather` would return.
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
  const [node, where, added] = [x, indices, updates].map((t) => computedNodeOf("scatterAdd", t));
  return tensorOf(ops.scatterAdd(node!, axis as number, where!, added!));
}

/**
 * Picks the elements of `x` at `indices` along `axis` (default: the last), each by its own index;
 * the other axes of both broadcast. With the results of `argSort` or `argMax` it returns the
 * elements themselves.
 *
 * @example
 * const columns = tensor([[2], [0]], { dtype: "int32" });
 * takeAlongAxis(tensor([[1, 2, 3], [4, 5, 6]]), columns).arraySync(); // => [[3], [4]]
 */
export function takeAlongAxis<X extends Tensor, I extends Tensor, const A extends number = -1>(
  x: X,
  indices: T.TakeAlongCheck<ShapeOf<X>, ShapeOf<I>, A, I>,
  axis?: A,
  options: TakeAlongOptions = {},
): Tensor<T.TakeAlong<ShapeOf<X>, ShapeOf<I>, A>> {
  checkOptions("takeAlongAxis", options, { labelsOf: text });
  const { labelsOf } = options;
  const where = nodeOf(labelsOf ?? "takeAlongAxis", indices as Tensor);
  return tensorOf(ops.takeAlongAxis(nodeOf("takeAlongAxis", x), where, axis, labelsOf));
}

/**
 * Sorts the elements along `axis` (default: the last) in ascending order. NaN comes last, in
 * descending order too. A gradient goes to where each element came from.
 *
 * @example
 * sort(tensor([3, 1, 2])).arraySync(); // => [1, 2, 3]
 * sort(tensor([3, 1, 2]), 0, { descending: true }).arraySync(); // => [3, 2, 1]
 */
export function sort<X extends Tensor, const A extends number = -1>(
  x: X,
  axis?: T.AxesCheck<"sort", ShapeOf<X>, A, A>,
  options: SortOptions = {},
): Tensor<ShapeOf<X>> {
  checkOptions("sort", options, { descending: flag });
  return tensorOf(
    ops.sort(computedNodeOf("sort", x), axis as number | undefined, options.descending),
  );
}

export interface TopKOptions {
  /** Whether to take the largest elements, or the smallest. Default: true. */
  readonly largest?: boolean;
}

/** The result of `topK`: elements, and their indices along the axis, as int32. */
export interface TopElements<S extends Shape> {
  readonly values: Tensor<S>;
  readonly indices: Tensor<S>;
}

/**
 * Finds the `k` largest elements along `axis` (default: the last), in descending order, and their
 * indices; with `largest: false` the smallest. NaN is neither. Gradients go through the values.
 *
 * @example
 * const { values, indices } = topK(tensor([3, 9, 5]), 2);
 * values.arraySync(); // => [9, 5]
 * indices.arraySync(); // => [1, 2]
 */
export function topK<X extends Tensor, const K extends number, const A extends number = -1>(
  x: X,
  k: T.TopKCheck<ShapeOf<X>, K, A, K>,
  axis?: T.AxesCheck<"topK", ShapeOf<X>, A, A>,
  options: TopKOptions = {},
): TopElements<T.TopK<ShapeOf<X>, K, A>> {
  checkOptions("topK", options, { largest: flag });
  const node = computedNodeOf("topK", x);
  const { values, indices } = ops.topK(
    node,
    k as number,
    axis as number | undefined,
    options.largest,
  );
  return { values: tensorOf(values), indices: tensorOf(indices) };
}

/**
 * Finds the indices that sort `axis` (default: the last) in ascending order, as int32. NaN comes
 * last; equal elements keep their order.
 *
 * @example
 * argSort(tensor([3, 1, 2])).arraySync(); // => [1, 2, 0]
 */
export function argSort<X extends Tensor, const A extends number = -1>(
  x: X,
  axis?: T.AxesCheck<"argSort", ShapeOf<X>, A, A>,
  options: SortOptions = {},
): Tensor<ShapeOf<X>> {
  checkOptions("argSort", options, { descending: flag });
  return tensorOf(
    ops.argSort(computedNodeOf("argSort", x), axis as number | undefined, options.descending),
  );
}

addMethods({ gather, scatterAdd, takeAlongAxis, sort, topK, argSort });
