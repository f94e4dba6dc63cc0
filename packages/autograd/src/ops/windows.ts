// Sliding windows over the last axes, as axes of their own, and their inverse.
import type { Windows } from "../graph/attributes.ts";
import { createNode } from "../graph/create.ts";
import { type GradientRule, type Movement, type Node, ofFamily } from "../graph/node.ts";
import { extentOf, placesAlong, type Shape } from "../graph/shape.ts";
import { add } from "./arithmetic.ts";
import { flip, pad, permute, reshape, slice, spread } from "./movement.ts";

const windowGradient: GradientRule = (g, [x], output) => {
  const { stride, dilation } = ofFamily(output, "movement").attributes as Windows;
  return folded(g, x!.shape, stride, dilation);
};

const windowOperation: Movement = {
  family: "movement",
  name: "windows",
  gradient: [windowGradient],
};

/** `[..., ...places, ...window]`: the elements in a window of this shape at each of its places. */
export function windows(x: Node, window: Shape, { stride, dilation }: Windows): Node {
  const front = x.shape.slice(0, x.shape.length - window.length);
  const places = window.map((count, i) => {
    const size = x.shape[front.length + i]!;
    return placesAlong(size, extentOf(count, dilation[i]!), stride[i]!);
  });
  if (stride.every((one, i) => one === window[i]) && dilation.every((one) => one === 1)) {
    return sideBySide(x, front, places, window);
  }
  const shape = Object.freeze([...front, ...places, ...window]);
  return createNode(windowOperation, [x], { kind: "window", stride, dilation }, shape, x.dtype);
}

/** Reshapes axes into windows that touch but do not overlap. */
function sideBySide(x: Node, front: Shape, places: Shape, window: Shape): Node {
  let whole = x;
  places.forEach((count, i) => (whole = slice(whole, front.length + i, 0, count * window[i]!)));
  const parts = reshape(whole, [...front, ...places.flatMap((count, i) => [count, window[i]!])]);
  const axes = window.map((_, i) => front.length + 2 * i);
  return permute(parts, [...front.map((_, i) => i), ...axes, ...axes.map((axis) => axis + 1)]);
}

/** Inverts `windows`: sums overlapping windows, one element of the window after another. */
function folded(
  g: Node,
  shape: Shape,
  stride: readonly number[],
  dilation: readonly number[],
): Node {
  const axes = stride.length;
  const front = shape.slice(0, shape.length - axes);
  const window = g.shape.slice(-axes);
  const places = g.shape.slice(front.length, front.length + axes);
  const step = [...front.map(() => 1), ...stride];
  return offsetsOf(window)
    .map((offset) => {
      let one = g;
      offset.forEach((w, i) => (one = slice(one, front.length + axes + i, w, w + 1)));
      const before = [...front.map(() => 0), ...offset.map((w, i) => w * dilation[i]!)];
      return spread(reshape(one, [...front, ...places]), shape, before, step);
    })
    .reduce(add);
}

/** All indices in a window, in row-major order. */
function offsetsOf(window: Shape): readonly (readonly number[])[] {
  return window.reduce<readonly (readonly number[])[]>(
    (offsets, size) =>
      offsets.flatMap((offset) => Array.from({ length: size }, (_, i) => [...offset, i])),
    [[]],
  );
}

/** Pads the last axes with `value`. */
export function padded(
  x: Node,
  padding: readonly (readonly [number, number])[],
  value: number,
): Node {
  const none = x.shape.slice(padding.length).map(() => [0, 0] as const);
  return pad(x, [...none, ...padding], value);
}

/** Reverses the last `count` axes. */
export function turned(x: Node, count: number): Node {
  return flip(
    x,
    Array.from({ length: count }, (_, i) => -1 - i),
  );
}
