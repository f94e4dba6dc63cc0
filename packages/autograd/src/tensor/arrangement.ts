// Other arrangements of the same elements, as functions and as methods. Shapes that do not fit:
// `ShapeError`. How each moves elements, and its gradient, is defined in ops/movement.ts.
import type { Axes as GivenAxes, Padding as GivenPadding, Shape } from "../graph/shape.ts";
import { normalizeIndex, splitSizes } from "../graph/shape.ts";
import * as ops from "../ops/movement.ts";
import type * as T from "./shapes.ts";
import { addMethods, nodeOf, type ShapeOf, type Tensor, tensorOf } from "./tensor.ts";

/** One tensor for each shape of a tuple. */
export type Tensors<Shapes extends readonly Shape[]> = { [I in keyof Shapes]: Tensor<Shapes[I]> };
/** The shapes of a list of tensors. */
export type ShapesOf<List extends readonly Tensor[]> = {
  readonly [I in keyof List]: ShapeOf<List[I]>;
};

declare module "./tensor.ts" {
  interface Tensor<out S extends Shape = Shape> {
    /** The same elements, in row-major order, in another shape; one size may be -1. */
    reshape<X extends Tensor, const To extends number[]>(
      this: X,
      shape: T.ReshapeCheck<"reshape", ShapeOf<X>, To, readonly [...To]>,
    ): Tensor<T.Reshape<ShapeOf<X>, To>>;
    /** All axes from `startAxis` (default 0) on made one. */
    flatten<X extends Tensor, const A extends number = 0>(
      this: X,
      startAxis?: A,
    ): Tensor<T.Flatten<ShapeOf<X>, A>>;
    /** The last two axes swapped. */
    transpose<X extends Tensor>(
      this: T.TransposeCheck<ShapeOf<X>, X>,
    ): Tensor<T.Transpose<ShapeOf<X>>>;
    /** Axis `i` of the result is axis `order[i]` of this tensor. */
    permute<X extends Tensor, const Order extends number[]>(
      this: X,
      order: T.PermuteCheck<ShapeOf<X>, Order, readonly [...Order]>,
    ): Tensor<T.Permute<ShapeOf<X>, Order>>;
    /** With an axis of size 1 at `axis` of the result. */
    expandDims<X extends Tensor, const A extends number>(
      this: X,
      axis: T.InsertAtCheck<"expandDims", ShapeOf<X>, A, A>,
    ): Tensor<T.InsertAt<ShapeOf<X>, A, 1>>;
    /** Without the axes of size 1: all of them, or those given. */
    squeeze<X extends Tensor, const A extends T.Axes = undefined>(
      this: X,
      axis?: T.SqueezeCheck<ShapeOf<X>, A, A>,
    ): Tensor<T.Squeeze<ShapeOf<X>, A>>;
    /** Axes of size 1 repeated, and axes added in front, as far as `shape` says. */
    broadcastTo<X extends Tensor, const To extends number[]>(
      this: X,
      shape: T.BroadcastToCheck<ShapeOf<X>, To, readonly [...To]>,
    ): Tensor<To>;
    /** The elements `from` to `to` (excluded) along `axis`; negative bounds count from the end. */
    slice<
      X extends Tensor,
      const A extends number,
      const From extends number,
      const To extends number | undefined = undefined,
    >(
      this: X,
      axis: T.AxesCheck<"slice", ShapeOf<X>, A, A>,
      from: From,
      to?: To,
    ): Tensor<T.Slice<ShapeOf<X>, A, From, To>>;
    /** The slice at `index` of the first axis, which goes; a negative index counts from the end. */
    at<X extends Tensor, const I extends number>(
      this: X,
      index: T.AtCheck<ShapeOf<X>, I, I>,
    ): Tensor<T.At<ShapeOf<X>>>;
    /** `value` (default 0) laid around: one pair `[before, after]` an axis. */
    pad<X extends Tensor, const P extends T.Padding>(
      this: X,
      padding: T.PadCheck<ShapeOf<X>, P, P>,
      value?: number,
    ): Tensor<T.Pad<ShapeOf<X>, P>>;
    /** The elements along `axis` (default: all axes) in reverse order. */
    flip<X extends Tensor, const A extends T.Axes = undefined>(
      this: X,
      axis?: T.AxesCheck<"flip", ShapeOf<X>, A, A>,
    ): Tensor<ShapeOf<X>>;
    /** Cut along `axis` (default 0) into `parts` equal parts, or into parts of the given sizes. */
    split<X extends Tensor, const P extends T.Parts, const A extends number = 0>(
      this: X,
      parts: T.SplitCheck<ShapeOf<X>, P, A, P>,
      axis?: T.AxesCheck<"split", ShapeOf<X>, A, A>,
    ): Tensors<T.Split<ShapeOf<X>, P, A>>;
  }
}

/**
 * The same elements, in row-major order, in another shape; one size may be -1.
 *
 * @example
 * reshape(tensor([1, 2, 3, 4]), [2, -1]).arraySync(); // => [[1, 2], [3, 4]]
 */
export function reshape<X extends Tensor, const To extends number[]>(
  x: X,
  shape: T.ReshapeCheck<"reshape", ShapeOf<X>, To, readonly [...To]>,
): Tensor<T.Reshape<ShapeOf<X>, To>> {
  return tensorOf(ops.reshape(nodeOf("reshape", x), shape as Shape));
}

/**
 * All axes from `startAxis` (default 0) on made one.
 *
 * @example
 * flatten(tensor([[1, 2], [3, 4]])).arraySync(); // => [1, 2, 3, 4]
 */
export function flatten<X extends Tensor, const A extends number = 0>(
  x: X,
  startAxis?: A,
): Tensor<T.Flatten<ShapeOf<X>, A>> {
  return tensorOf(ops.flatten(nodeOf("flatten", x), startAxis));
}

/**
 * The last two axes swapped.
 *
 * @example
 * transpose(tensor([[1, 2], [3, 4]])).arraySync(); // => [[1, 3], [2, 4]]
 */
export function transpose<X extends Tensor>(
  x: T.TransposeCheck<ShapeOf<X>, X>,
): Tensor<T.Transpose<ShapeOf<X>>> {
  return tensorOf(ops.transpose(nodeOf("transpose", x as Tensor)));
}

/**
 * Axis `i` of the result is axis `order[i]` of `x`.
 *
 * @example
 * permute(zeros([2, 3, 4]), [2, 0, 1]).shape; // => [4, 2, 3]
 */
export function permute<X extends Tensor, const Order extends number[]>(
  x: X,
  order: T.PermuteCheck<ShapeOf<X>, Order, readonly [...Order]>,
): Tensor<T.Permute<ShapeOf<X>, Order>> {
  return tensorOf(ops.permute(nodeOf("permute", x), order as Shape));
}

/**
 * With an axis of size 1 at `axis` of the result.
 *
 * @example
 * expandDims(tensor([1, 2]), 1).arraySync(); // => [[1], [2]]
 */
export function expandDims<X extends Tensor, const A extends number>(
  x: X,
  axis: T.InsertAtCheck<"expandDims", ShapeOf<X>, A, A>,
): Tensor<T.InsertAt<ShapeOf<X>, A, 1>> {
  return tensorOf(ops.expandDims(nodeOf("expandDims", x), axis as number));
}

/**
 * Without the axes of size 1: all of them, or those given.
 *
 * @example
 * squeeze(tensor([[1], [2]]), 1).arraySync(); // => [1, 2]
 */
export function squeeze<X extends Tensor, const A extends T.Axes = undefined>(
  x: X,
  axis?: T.SqueezeCheck<ShapeOf<X>, A, A>,
): Tensor<T.Squeeze<ShapeOf<X>, A>> {
  return tensorOf(ops.squeeze(nodeOf("squeeze", x), axis as GivenAxes));
}

/**
 * Axes of size 1 repeated, and axes added in front, as far as `shape` says.
 *
 * @example
 * broadcastTo(tensor([1, 2]), [2, 2]).arraySync(); // => [[1, 2], [1, 2]]
 */
export function broadcastTo<X extends Tensor, const To extends number[]>(
  x: X,
  shape: T.BroadcastToCheck<ShapeOf<X>, To, readonly [...To]>,
): Tensor<To> {
  return tensorOf(ops.broadcastTo(nodeOf("broadcastTo", x), shape as Shape));
}

/**
 * The elements `from` to `to` (excluded; default: the end) along `axis`. As in `Array.slice`
 * negative bounds count from the end, and bounds beyond it stop there.
 *
 * @example
 * slice(tensor([1, 2, 3, 4]), 0, 1, -1).arraySync(); // => [2, 3]
 */
export function slice<
  X extends Tensor,
  const A extends number,
  const From extends number,
  const To extends number | undefined = undefined,
>(
  x: X,
  axis: T.AxesCheck<"slice", ShapeOf<X>, A, A>,
  from: From,
  to?: To,
): Tensor<T.Slice<ShapeOf<X>, A, From, To>> {
  return tensorOf(ops.slice(nodeOf("slice", x), axis as number, from, to));
}

/**
 * The slice at `index` of the first axis, which goes; a negative index counts from the end.
 *
 * @example
 * at(tensor([[1, 2], [3, 4]]), -1).arraySync(); // => [3, 4]
 */
export function at<X extends Tensor, const I extends number>(
  x: X,
  index: T.AtCheck<ShapeOf<X>, I, I>,
): Tensor<T.At<ShapeOf<X>>> {
  const node = nodeOf("at", x);
  const place = normalizeIndex("at", index as number, 0, node.shape);
  return tensorOf(ops.squeeze(ops.slice(node, 0, place, place + 1), 0));
}

/**
 * `value` (default 0) laid around: one pair `[before, after]` an axis.
 *
 * @example
 * pad(tensor([1, 2]), [[1, 2]]).arraySync(); // => [0, 1, 2, 0, 0]
 */
export function pad<X extends Tensor, const P extends T.Padding>(
  x: X,
  padding: T.PadCheck<ShapeOf<X>, P, P>,
  value: number = 0,
): Tensor<T.Pad<ShapeOf<X>, P>> {
  return tensorOf(ops.pad(nodeOf("pad", x), padding as readonly GivenPadding[], value));
}

/**
 * The elements along `axis` (default: all axes) in reverse order.
 *
 * @example
 * flip(tensor([1, 2, 3])).arraySync(); // => [3, 2, 1]
 */
export function flip<X extends Tensor, const A extends T.Axes = undefined>(
  x: X,
  axis?: T.AxesCheck<"flip", ShapeOf<X>, A, A>,
): Tensor<ShapeOf<X>> {
  return tensorOf(ops.flip(nodeOf("flip", x), axis as GivenAxes));
}

/**
 * Cut along `axis` (default 0) into `parts` equal parts, or into parts of the given sizes.
 *
 * @example
 * split(tensor([1, 2, 3, 4]), 2).map((part) => part.arraySync()); // => [[1, 2], [3, 4]]
 */
export function split<X extends Tensor, const P extends T.Parts, const A extends number = 0>(
  x: X,
  parts: T.SplitCheck<ShapeOf<X>, P, A, P>,
  axis?: T.AxesCheck<"split", ShapeOf<X>, A, A>,
): Tensors<T.Split<ShapeOf<X>, P, A>> {
  const node = nodeOf("split", x);
  const along = (axis ?? 0) as number;
  let from = 0;
  return splitSizes(node.shape, parts, along).map((size) => {
    const part = ops.slice(node, along, from, from + size);
    from += size;
    return tensorOf(part);
  }) as readonly Tensor[] as Tensors<T.Split<ShapeOf<X>, P, A>>;
}

/**
 * The tensors one after the other along `axis` (default 0); all other sizes must agree.
 *
 * @example
 * concat([tensor([1, 2]), tensor([3])]).arraySync(); // => [1, 2, 3]
 */
export function concat<const L extends readonly Tensor[], const A extends number = 0>(
  tensors: readonly [...L] & T.ConcatCheck<ShapesOf<L>, A>,
  axis?: A,
): Tensor<T.Concat<ShapesOf<L>, A>> {
  return tensorOf(ops.concat(nodesOf("concat", tensors), axis));
}

/**
 * The tensors, which have equal shapes, along a new axis at `axis` (default 0) of the result.
 *
 * @example
 * stack([tensor([1, 2]), tensor([3, 4])]).arraySync(); // => [[1, 2], [3, 4]]
 */
export function stack<const L extends readonly Tensor[], const A extends number = 0>(
  tensors: readonly [...L] & T.StackCheck<ShapesOf<L>, A>,
  axis?: A,
): Tensor<T.Stack<ShapesOf<L>, A>> {
  return tensorOf(ops.stack(nodesOf("stack", tensors), axis));
}

function nodesOf(operation: string, tensors: readonly Tensor[]) {
  return tensors.map((x) => nodeOf(operation, x));
}

addMethods({
  reshape,
  flatten,
  transpose,
  permute,
  expandDims,
  squeeze,
  broadcastTo,
  slice,
  at,
  pad,
  flip,
  split,
});
