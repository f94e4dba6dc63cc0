// Rearrangements of elements, as functions and as methods. Shapes that do not fit throw
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
import { addMethods, nodeOf, type ShapeOf, type Tensor, tensorOf, tensorOn } from "./tensor.ts";

declare module "./tensor.ts" {
  interface Tensor<out S extends Shape = Shape> {
    /** Reshapes, in row-major order; one size may be -1. */
    reshape<X extends Tensor, const To extends number[]>(
      this: X,
      shape: T.ReshapeCheck<"reshape", ShapeOf<X>, To, readonly [...To]>,
    ): Tensor<T.Reshape<ShapeOf<X>, To>>;
    /** Joins all axes from `startAxis` (default 0) on into one. */
    flatten<X extends Tensor, const A extends number = 0>(
      this: X,
      startAxis?: T.FlattenCheck<ShapeOf<X>, A, A>,
    ): Tensor<T.Flatten<ShapeOf<X>, A>>;
    /** Swaps the last two axes; given an order, permutes all axes. */
    transpose<X extends Tensor, const Order extends number[] = never>(
      this: T.TransposeCheck<ShapeOf<X>, X, Order>,
      order?: T.PermuteCheck<ShapeOf<X>, Order, readonly [...Order], "transpose">,
    ): Tensor<T.Transpose<ShapeOf<X>, Order>>;
    /** Permutes the axes: axis `i` of the result is axis `order[i]` of this tensor. */
    permute<X extends Tensor, const Order extends number[]>(
      this: X,
      order: T.PermuteCheck<ShapeOf<X>, Order, readonly [...Order]>,
    ): Tensor<T.Permute<ShapeOf<X>, Order>>;
    /** Inserts an axis of size 1 at `axis` of the result. */
    expandDims<X extends Tensor, const A extends number>(
      this: X,
      axis: T.InsertAtCheck<"expandDims", ShapeOf<X>, A, A>,
    ): Tensor<T.InsertAt<ShapeOf<X>, A, 1>>;
    /** Removes axes of size 1: all of them, or the given ones. */
    squeeze<X extends Tensor, const A extends T.Axes = undefined>(
      this: X,
      axis?: T.SqueezeCheck<ShapeOf<X>, A, A>,
    ): Tensor<T.Squeeze<ShapeOf<X>, A>>;
    /** Broadcasts to `shape`: repeats axes of size 1 and adds axes in front. */
    broadcastTo<X extends Tensor, const To extends number[]>(
      this: X,
      shape: T.BroadcastToCheck<ShapeOf<X>, To, readonly [...To]>,
    ): Tensor<To>;
    /**
     * Takes every `step`-th element `from` to `to` (excluded) along `axis`; negative bounds count
     * from the end, negative steps go backwards. A list has one range `[from, to, step]` for each
     * of the first axes.
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
    /**
     * Takes the slice at `index` of the first axis, which is removed; negative indices count from
     * the end.
     */
    at<X extends Tensor, const I extends number>(
      this: X,
      index: T.AtCheck<ShapeOf<X>, I, I>,
    ): Tensor<T.At<ShapeOf<X>>>;
    /**
     * Surrounds with `value` (default 0) or with existing elements: a pair `[before, after]` per
     * axis.
     */
    pad<X extends Tensor, const P extends T.Padding>(
      this: X,
      padding: T.PadCheck<ShapeOf<X>, P, P>,
      value?: number | PadMode,
    ): Tensor<T.Pad<ShapeOf<X>, P>>;
    /** Reverses the elements along `axis` (default: all axes). */
    flip<X extends Tensor, const A extends T.Axes = undefined>(
      this: X,
      axis?: T.AxesCheck<"flip", ShapeOf<X>, A, A>,
    ): Tensor<ShapeOf<X>>;
    /**
     * Rolls the elements by `shift` along `axis`; those that leave at the end return in front.
     */
    roll<X extends Tensor, const A extends T.Axes = undefined>(
      this: X,
      shift: number | readonly number[],
      axis?: T.AxesCheck<"roll", ShapeOf<X>, A, A>,
    ): Tensor<ShapeOf<X>>;
  }
}

/**
 * Reshapes, in row-major order; one size may be -1.
 *
 * @example
 * reshape(tensor([1, 2, 3, 4]), [2, -1]).arraySync(); // => [[1, 2], [3, 4]]
 */
export function reshape<X extends Tensor, const To extends number[]>(
  x: X,
  shape: T.ReshapeCheck<"reshape", ShapeOf<X>, To, readonly [...To]>,
): Tensor<T.Reshape<ShapeOf<X>, To>> {
  const node = nodeOf("reshape", x);
  return tensorOn(node, ops.reshape(node, shape as Shape));
}

/**
 * Joins all axes from `startAxis` (default 0) on into one.
 *
 * @example
 * flatten(tensor([[1, 2], [3, 4]])).arraySync(); // => [1, 2, 3, 4]
 */
export function flatten<X extends Tensor, const A extends number = 0>(
  x: X,
  startAxis?: T.FlattenCheck<ShapeOf<X>, A, A>,
): Tensor<T.Flatten<ShapeOf<X>, A>> {
  const node = nodeOf("flatten", x);
  return tensorOn(node, ops.flatten(node, startAxis as number | undefined));
}

/**
 * Swaps the last two axes, also of batches of matrices. Given an order, as in NumPy's `transpose`,
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
  const node = nodeOf("transpose", x as Tensor);
  return tensorOn(node, ops.transpose(node, order as Shape | undefined));
}

/**
 * Permutes the axes: axis `i` of the result is axis `order[i]` of `x`.
 *
 * @example
 * permute(zeros([2, 3, 4]), [2, 0, 1]).shape; // => [4, 2, 3]
 */
export function permute<X extends Tensor, const Order extends number[]>(
  x: X,
  order: T.PermuteCheck<ShapeOf<X>, Order, readonly [...Order]>,
): Tensor<T.Permute<ShapeOf<X>, Order>> {
  const node = nodeOf("permute", x);
  return tensorOn(node, ops.permute(node, order as Shape));
}

/**
 * Inserts an axis of size 1 at `axis` of the result.
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
 * Removes axes of size 1: all of them, or the given ones.
 *
 * @example
 * squeeze(tensor([[1], [2]]), 1).arraySync(); // => [1, 2]
 */
export function squeeze<X extends Tensor, const A extends T.Axes = undefined>(
  x: X,
  axis?: T.SqueezeCheck<ShapeOf<X>, A, A>,
): Tensor<T.Squeeze<ShapeOf<X>, A>> {
  const node = nodeOf("squeeze", x);
  return tensorOn(node, ops.squeeze(node, axis as GivenAxes));
}

/**
 * Broadcasts to `shape`: repeats axes of size 1 and adds axes in front.
 *
 * @example
 * broadcastTo(tensor([1, 2]), [2, 2]).arraySync(); // => [[1, 2], [1, 2]]
 */
export function broadcastTo<X extends Tensor, const To extends number[]>(
  x: X,
  shape: T.BroadcastToCheck<ShapeOf<X>, To, readonly [...To]>,
): Tensor<To> {
  const node = nodeOf("broadcastTo", x);
  return tensorOn(node, ops.broadcastTo(node, shape as Shape));
}

/**
 * Takes every `step`-th element `from` to `to` (excluded) along `axis`, like NumPy's
 * `from:to:step`: negative bounds count from the end, bounds beyond it are clamped, negative steps
 * go backwards; what is left out is all of it. A list in place of the axis has one range
 * `[from, to, step]` for each of the first axes.
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
      return tensorOn(node, ops.sliceEach(node, along));
    }
    throw new NablaError(
      "slice: a list of ranges has all bounds and steps in it, got others as well",
    );
  }
  return tensorOn(node, ops.slice(node, along, from, to, step as number | undefined));
}

/**
 * Takes the slice at `index` of the first axis, which is removed; negative indices count from the
 * end.
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
 * Surrounds with `value` (default 0): one pair `[before, after]` per axis. In place of a value, a
 * mode as in NumPy pads with elements of `x`: "edge", the outermost ones; "reflect" or "symmetric",
 * those next to the edge, mirrored without or with the outermost; "wrap", those of the other end.
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
  if (typeof value === "number") return tensorOn(node, ops.pad(node, pairs, value));
  return tensorOn(node, composed.padWithin(node, pairs, checkPadMode(value)));
}

function checkPadMode(mode: PadMode): PadMode {
  const modes: readonly PadMode[] = ["edge", "reflect", "symmetric", "wrap"];
  if (modes.includes(mode)) return mode;
  const expected = `a number, ${modes.map((one) => `"${one}"`).join(", ")}`;
  throw new NablaError(`pad: value is ${describe(mode)}, expected ${expected}`);
}

/**
 * Reverses the elements along `axis` (default: all axes).
 *
 * @example
 * flip(tensor([1, 2, 3])).arraySync(); // => [3, 2, 1]
 */
export function flip<X extends Tensor, const A extends T.Axes = undefined>(
  x: X,
  axis?: T.AxesCheck<"flip", ShapeOf<X>, A, A>,
): Tensor<ShapeOf<X>> {
  const node = nodeOf("flip", x);
  return tensorOn(node, ops.flip(node, axis as GivenAxes));
}

/**
 * Rolls the elements by `shift` along `axis`; those that leave at the end return in front. As in
 * NumPy, several axes take one shift each, or one for all; without an axis, elements roll in
 * row-major order.
 *
 * @example
 * roll(tensor([1, 2, 3]), 1).arraySync(); // => [3, 1, 2]
 */
export function roll<X extends Tensor, const A extends T.Axes = undefined>(
  x: X,
  shift: number | readonly number[],
  axis?: T.AxesCheck<"roll", ShapeOf<X>, A, A>,
): Tensor<ShapeOf<X>> {
  const node = nodeOf("roll", x);
  return tensorOn(node, composed.roll(node, shift, axis as GivenAxes));
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
