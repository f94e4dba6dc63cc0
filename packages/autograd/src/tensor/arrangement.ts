// Other arrangements of the same elements, as functions and as methods. Shapes that do not fit:
// `ShapeError`. How each moves elements, and its gradient, is defined in ops/movement.ts.
import { describe } from "../graph/describe.ts";
import { NablaError } from "../graph/errors.ts";
import type {
  Axes as GivenAxes,
  Padding as GivenPadding,
  Range as GivenRange,
  PadMode,
  Shape,
} from "../graph/shape.ts";
import { normalizeIndex } from "../graph/shape.ts";
import * as ops from "../ops/movement.ts";
import * as composed from "../ops/rearrange.ts";
import type * as T from "./shapes.ts";
import { addMethods, nodeOf, type ShapeOf, type Tensor, tensorOf } from "./tensor.ts";

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
      startAxis?: T.FlattenCheck<ShapeOf<X>, A, A>,
    ): Tensor<T.Flatten<ShapeOf<X>, A>>;
    /** The last two axes swapped; given an order, all axes in that order. */
    transpose<X extends Tensor, const Order extends number[] = never>(
      this: T.TransposeCheck<ShapeOf<X>, X, Order>,
      order?: T.PermuteCheck<ShapeOf<X>, Order, readonly [...Order], "transpose">,
    ): Tensor<T.Transpose<ShapeOf<X>, Order>>;
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
    /**
     * Every `step`-th element `from` to `to` (excluded) along `axis`; negative bounds count from
     * the end, negative steps go backwards. A list has one range `[from, to, step]` for each of the
     * first axes.
     */
    slice<
      X extends Tensor,
      const A extends number | readonly T.Range[],
      const From extends number | undefined = undefined,
      const To extends number | undefined = undefined,
      const Step extends number | undefined = undefined,
    >(
      this: X,
      axis: T.SliceCheck<ShapeOf<X>, A, A>,
      from?: From,
      to?: To,
      step?: T.StepCheck<A, Step>,
    ): Tensor<T.Slice<ShapeOf<X>, A, From, To, Step>>;
    /** The slice at `index` of the first axis, which goes; a negative index counts from the end. */
    at<X extends Tensor, const I extends number>(
      this: X,
      index: T.AtCheck<ShapeOf<X>, I, I>,
    ): Tensor<T.At<ShapeOf<X>>>;
    /**
     * `value` (default 0), or elements of its own, laid around: a pair `[before, after]` an axis.
     */
    pad<X extends Tensor, const P extends T.Padding>(
      this: X,
      padding: T.PadCheck<ShapeOf<X>, P, P>,
      value?: number | PadMode,
    ): Tensor<T.Pad<ShapeOf<X>, P>>;
    /** The elements along `axis` (default: all axes) in reverse order. */
    flip<X extends Tensor, const A extends T.Axes = undefined>(
      this: X,
      axis?: T.AxesCheck<"flip", ShapeOf<X>, A, A>,
    ): Tensor<ShapeOf<X>>;
    /**
     * The elements moved on by `shift` along `axis`; what leaves at the end comes in at the front.
     */
    roll<X extends Tensor, const A extends T.Axes = undefined>(
      this: X,
      shift: number | readonly number[],
      axis?: T.AxesCheck<"roll", ShapeOf<X>, A, A>,
    ): Tensor<ShapeOf<X>>;
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
  startAxis?: T.FlattenCheck<ShapeOf<X>, A, A>,
): Tensor<T.Flatten<ShapeOf<X>, A>> {
  return tensorOf(ops.flatten(nodeOf("flatten", x), startAxis as number | undefined));
}

/**
 * The last two axes swapped, of batches of matrices too. Given an order, as NumPy's `transpose`,
 * axis `i` of the result is axis `order[i]` of `x`.
 *
 * @example
 * transpose(tensor([[1, 2], [3, 4]])).arraySync(); // => [[1, 3], [2, 4]]
 * transpose(zeros([2, 3, 4]), [2, 0, 1]).shape; // => [4, 2, 3]
 */
export function transpose<X extends Tensor, const Order extends number[] = never>(
  x: T.TransposeCheck<ShapeOf<X>, X, Order>,
  order?: T.PermuteCheck<ShapeOf<X>, Order, readonly [...Order], "transpose">,
): Tensor<T.Transpose<ShapeOf<X>, Order>> {
  return tensorOf(ops.transpose(nodeOf("transpose", x as Tensor), order as Shape | undefined));
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
 * Every `step`-th element `from` to `to` (excluded) along `axis`, as NumPy's `from:to:step`:
 * negative bounds count from the end, bounds beyond it stop there, negative steps go backwards.
 * What is left out is all of it. A list in place of the axis has one range `[from, to, step]` for
 * each of the first axes.
 *
 * @example
 * slice(tensor([1, 2, 3, 4]), 0, 1, -1).arraySync(); // => [2, 3]
 * slice(tensor([1, 2, 3, 4]), 0, undefined, undefined, -2).arraySync(); // => [4, 2]
 * slice(tensor([[1, 2, 3], [4, 5, 6]]), [[1], [0, 2]]).arraySync(); // => [[4, 5]]
 */
export function slice<
  X extends Tensor,
  const A extends number | readonly T.Range[],
  const From extends number | undefined = undefined,
  const To extends number | undefined = undefined,
  const Step extends number | undefined = undefined,
>(
  x: X,
  axis: T.SliceCheck<ShapeOf<X>, A, A>,
  from?: From,
  to?: To,
  step?: T.StepCheck<A, Step>,
): Tensor<T.Slice<ShapeOf<X>, A, From, To, Step>> {
  const node = nodeOf("slice", x);
  const along = axis as number | readonly GivenRange[];
  if (typeof along !== "number") {
    if (from === undefined && to === undefined && step === undefined) {
      return tensorOf(ops.sliceEach(node, along));
    }
    throw new NablaError(
      "slice: a list of ranges has all bounds and steps in it, got others as well",
    );
  }
  return tensorOf(ops.slice(node, along, from, to, step as number | undefined));
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
 * `value` (default 0) laid around: one pair `[before, after]` an axis. In place of a value, what of
 * `x` is laid around it, as in NumPy: "edge", its outermost elements; "reflect" or "symmetric",
 * those behind them, as in a mirror, without or with the outermost; "wrap", those of the other end.
 *
 * @example
 * pad(tensor([1, 2]), [[1, 2]]).arraySync(); // => [0, 1, 2, 0, 0]
 * pad(tensor([1, 2, 3]), [[2, 1]], "reflect").arraySync(); // => [3, 2, 1, 2, 3, 2]
 */
export function pad<X extends Tensor, const P extends T.Padding>(
  x: X,
  padding: T.PadCheck<ShapeOf<X>, P, P>,
  value: number | PadMode = 0,
): Tensor<T.Pad<ShapeOf<X>, P>> {
  const [node, pairs] = [nodeOf("pad", x), padding as readonly GivenPadding[]];
  if (typeof value === "number") return tensorOf(ops.pad(node, pairs, value));
  return tensorOf(composed.padWithin(node, pairs, checkPadMode(value)));
}

function checkPadMode(mode: PadMode): PadMode {
  const modes: readonly PadMode[] = ["edge", "reflect", "symmetric", "wrap"];
  if (modes.includes(mode)) return mode;
  const expected = `a number, ${modes.map((one) => `"${one}"`).join(", ")}`;
  throw new NablaError(`pad: value is ${describe(mode)}, expected ${expected}`);
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
 * The elements moved on by `shift` along `axis`; what leaves at the end comes in at the front. As
 * in NumPy: several axes take one shift each, or one for all; without an axis all elements move on
 * in row-major order.
 *
 * @example
 * roll(tensor([1, 2, 3]), 1).arraySync(); // => [3, 1, 2]
 */
export function roll<X extends Tensor, const A extends T.Axes = undefined>(
  x: X,
  shift: number | readonly number[],
  axis?: T.AxesCheck<"roll", ShapeOf<X>, A, A>,
): Tensor<ShapeOf<X>> {
  return tensorOf(composed.roll(nodeOf("roll", x), shift, axis as GivenAxes));
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
  roll,
});
