// Scatters that set, or take extremes or means, and gathers and scatters by several axes; functions
// only. Indices are int32 or uint8. Negative ones count from the end; one out of range is an error
// when the graph runs. Values and gradients are defined in ops/scatter.ts.
import type { Node } from "../graph/node.ts";
import * as ops from "../ops/scatter.ts";
import { flag } from "./kinds.ts";
import { checkOptions } from "./options.ts";
import type * as T from "./shapes.ts";
import { computedNodeOf, type ShapeOf, type Tensor, tensorOf } from "./tensor.ts";

export interface ScatterOptions {
  /**
   * Whether an element of `x` is combined with the updates at its position. If not, it is kept only where
   * there is no update. Default: true.
   */
  readonly includeSelf?: boolean;
}

/**
 * Puts the slices of `updates` in place of those of `x` at `indices` along `axis`; of several at one
 * place the last stays, as in NumPy. `updates` has the shape that `gather` would return. Gradients go
 * to what is left of both. Throws `ShapeError` if shapes do not fit.
 *
 * @example
 * const at = tensor([2, 0, 2], { dtype: "int32" });
 * scatterSet(zeros([4]), 0, at, tensor([1, 2, 3])).arraySync(); // => [2, 0, 3, 0]
 */
export function scatterSet<X extends Tensor, const A extends number>(
  x: X,
  axis: T.AxesCheck<"scatterSet", ShapeOf<X>, A, A>,
  indices: Tensor,
  updates: Tensor,
): Tensor<ShapeOf<X>> {
  const [node, at, set] = [x, indices, updates].map((t) => computedNodeOf("scatterSet", t));
  return tensorOf(ops.scatterSet(node!, axis as number, at!, set!));
}

/**
 * Takes the largest of each slice of `x` and the slices of `updates` at `indices` along `axis`,
 * element by element, as PyTorch's `index_reduce` with "amax". Equal ones share the gradient; NaN wins,
 * and its gradient is NaN.
 * Otherwise as `scatterSet`.
 *
 * @example
 * const at = tensor([2, 0, 2], { dtype: "int32" });
 * scatterMax(full([3], 2), 0, at, tensor([5, 1, 3])).arraySync(); // => [2, 2, 5]
 */
export function scatterMax<X extends Tensor, const A extends number>(
  x: X,
  axis: T.AxesCheck<"scatterMax", ShapeOf<X>, A, A>,
  indices: Tensor,
  updates: Tensor,
  options: ScatterOptions = {},
): Tensor<ShapeOf<X>> {
  return reduced("scatterMax", ops.scatterMax, [x, indices, updates], axis, options);
}

/**
 * Takes the smallest of each slice of `x` and the slices of `updates` at `indices` along `axis`;
 * otherwise as `scatterMax`.
 *
 * @example
 * const at = tensor([2, 0, 2], { dtype: "int32" });
 * scatterMin(full([3], 2), 0, at, tensor([5, 1, 3])).arraySync(); // => [1, 2, 2]
 * scatterMin(full([3], 2), 0, at, tensor([5, 1, 3]), { includeSelf: false }).arraySync(); // => [1, 2, 3]
 */
export function scatterMin<X extends Tensor, const A extends number>(
  x: X,
  axis: T.AxesCheck<"scatterMin", ShapeOf<X>, A, A>,
  indices: Tensor,
  updates: Tensor,
  options: ScatterOptions = {},
): Tensor<ShapeOf<X>> {
  return reduced("scatterMin", ops.scatterMin, [x, indices, updates], axis, options);
}

/**
 * Averages each slice of `x` and the slices of `updates` at `indices` along `axis`, as PyTorch's
 * `index_reduce` with "mean"; with `includeSelf: false`, those of `updates` alone. Integers become
 * float32. Otherwise as `scatterSet`.
 *
 * @example
 * const at = tensor([2, 0, 2], { dtype: "int32" });
 * const given = tensor([5, 1, 3]);
 * scatterMean(zeros([4]), 0, at, given, { includeSelf: false }).arraySync(); // => [1, 0, 4, 0]
 */
export function scatterMean<X extends Tensor, const A extends number>(
  x: X,
  axis: T.AxesCheck<"scatterMean", ShapeOf<X>, A, A>,
  indices: Tensor,
  updates: Tensor,
  options: ScatterOptions = {},
): Tensor<ShapeOf<X>> {
  return reduced("scatterMean", ops.scatterMean, [x, indices, updates], axis, options);
}

/**
 * Picks the slices of `x` at points, like TensorFlow's `gather_nd`: `indices` `[...points, k]` holds
 * places along the first k axes of `x`, and the result is `[...points, ...rest]`, with the axes of `x`
 * from the k-th on. `nonzero` makes such indices. A slice that is picked twice gets both gradients.
 * Throws `ShapeError` unless k is from 1 to the number of axes.
 *
 * @example
 * const corners = tensor([[0, 1], [-1, 0]], { dtype: "int32" });
 * gatherNd(tensor([[1, 2], [3, 4]]), corners).arraySync(); // => [2, 3]
 */
export function gatherNd(x: Tensor, indices: Tensor): Tensor {
  const [node, at] = [computedNodeOf("gatherNd", x), computedNodeOf("gatherNd", indices)];
  return tensorOf(ops.gatherNd(node, at));
}

/**
 * Puts each element of `values` in `x` at its own index along `axis` (default: the last), like
 * NumPy's `put_along_axis`, but into a new tensor: what `takeAlongAxis` picks. The other axes of
 * `indices`, and all of `values`, broadcast. Of several at one place the last stays. Throws
 * `ShapeError` if shapes do not fit.
 *
 * @example
 * const columns = tensor([[2], [0]], { dtype: "int32" });
 * putAlongAxis(zeros([2, 3]), columns, tensor(7), 1).arraySync(); // => [[0, 0, 7], [7, 0, 0]]
 */
export function putAlongAxis<X extends Tensor, const A extends number = -1>(
  x: X,
  indices: Tensor,
  values: Tensor,
  axis?: T.AxesCheck<"putAlongAxis", ShapeOf<X>, A, A>,
): Tensor<ShapeOf<X>> {
  const [node, at, set] = [x, indices, values].map((t) => computedNodeOf("putAlongAxis", t));
  return tensorOf(ops.putAlongAxis(node!, at!, set!, (axis ?? -1) as number));
}

type Scatter = (x: Node, axis: number, indices: Node, updates: Node, includeSelf?: boolean) => Node;

function reduced<X extends Tensor>(
  name: string,
  scatter: Scatter,
  given: readonly [X, Tensor, Tensor],
  axis: unknown,
  options: ScatterOptions,
): Tensor<ShapeOf<X>> {
  const [node, at, updates] = given.map((t) => computedNodeOf(name, t));
  checkOptions(name, options, { includeSelf: flag });
  return tensorOf(scatter(node!, axis as number, at!, updates!, options.includeSelf));
}
