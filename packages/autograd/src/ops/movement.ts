// Operations that move elements without changing them.
import type { Move } from "../graph/attributes.ts";
import { createNode } from "../graph/create.ts";
import { type GradientRule, type Movement, type Node, ofFamily } from "../graph/node.ts";
import { partStarts } from "../graph/parts.ts";
import {
  type Axes,
  broadcastToShape,
  concatShape,
  expandedShape,
  flattenedShape,
  normalizeAxes,
  normalizeAxis,
  normalizeOrder,
  type Padding,
  paddedShape,
  type Range,
  reshapeShape,
  type Shape,
  type SliceRange,
  shapesEqual,
  sliceRange,
  sliceRanges,
  squeezedShape,
  stackShape,
  transposedOrder,
} from "../graph/shape.ts";
import { conversions, promote } from "../scalar/dtype.ts";
import { cast } from "./operands.ts";

/** Defines a movement whose gradient rule gets the node's move. */
function movement<Kind extends Move["kind"]>(
  name: string,
  kind: Kind,
  gradient: (g: Node, x: Node, move: Extract<Move, { kind: Kind }>, position: number) => Node,
): (inputs: readonly Node[], move: Extract<Move, { kind: Kind }>, shape: Shape) => Node {
  const rule: GradientRule = (g, inputs, output, position) => {
    const move = ofFamily(output, "movement").attributes as Extract<Move, { kind: Kind }>;
    return gradient(g, inputs[position]!, move, position);
  };
  const operation: Movement = { family: "movement", name, gradient: [rule] };
  return (inputs, move, shape) =>
    createNode(operation, inputs, move, Object.freeze(shape), inputs[0]!.dtype);
}

const reshapeNode = movement("reshape", "reshape", (g, x) => reshape(g, x.shape));

/** The values of `x`, as a node of its own. */
export function identity(x: Node): Node {
  return reshapeNode([x], { kind: "reshape" }, x.shape);
}

/** Reshapes in row-major order; one size may be -1. */
export function reshape(x: Node, shape: Shape): Node {
  if (Array.isArray(shape) && shapesEqual(x.shape, shape)) return x;
  return reshapeNode([x], { kind: "reshape" }, reshapeShape(x.shape, shape));
}

/** Inserts an axis of size 1 at `axis` of the result. */
export function expandDims(x: Node, axis: number): Node {
  return reshape(x, expandedShape(x.shape, axis));
}

/** Removes axes of size 1: all, or the given ones. */
export function squeeze(x: Node, axis?: Axes): Node {
  return reshape(x, squeezedShape(x.shape, axis));
}

const permuteNode = movement("permute", "permute", (g, _, { order }) =>
  permute(
    g,
    order.map((_, axis) => order.indexOf(axis)),
  ),
);

/** Axis `i` of the result is axis `order[i]` of `x`. */
export function permute(x: Node, order: readonly number[]): Node {
  return permuted(x, normalizeOrder(order, x.shape));
}

function permuted(x: Node, order: Shape): Node {
  if (order.every((axis, i) => axis === i)) return x;
  const shape = order.map((axis) => x.shape[axis]!);
  return permuteNode([x], { kind: "permute", order }, shape);
}

/** Permutes the axes; swaps the last two if `order` is left out. */
export function transpose(x: Node, order?: readonly number[]): Node {
  return permuted(
    x,
    order === undefined ? transposedOrder(x.shape) : normalizeOrder(order, x.shape, "transpose"),
  );
}

// The reverse pass sums contributions back to a broadcast operand's shape, so the rule does
// nothing.
const broadcastNode = movement("broadcastTo", "broadcast", (g) => g);

/** Repeats axes of size 1 and adds axes in front, up to `shape`. */
export function broadcastTo(x: Node, shape: Shape): Node {
  if (Array.isArray(shape) && shapesEqual(x.shape, shape)) return x;
  return broadcastNode([x], { kind: "broadcast" }, broadcastToShape(x.shape, shape));
}

const sliceNode = movement("slice", "slice", (g, x, { start, step }) =>
  spread(g, x.shape, start, step),
);

/** `size` elements along each axis, every `step`-th from `start` on. Bounds are not checked. */
function pick(x: Node, start: Shape, step: Shape, shape: Shape): Node {
  if (shapesEqual(x.shape, shape)) return x;
  return sliceNode([x], { kind: "slice", start, step: stepsOf(step, shape) }, shape);
}

/** Normalizes the step of axes with at most one element to 1. */
function stepsOf(step: Shape, sizes: Shape): Shape {
  return step.map((length, axis) => (sizes[axis]! > 1 ? length : 1));
}

/**
 * Every `step`-th element `from` to `to` (exclusive) along `axis`, as in NumPy's `from:to:step`.
 */
export function slice(x: Node, axis: number, ...range: Range): Node {
  return sliced(x, [sliceRange(x.shape, axis, ...range)]);
}

/** A slice along each of the first axes. */
export function sliceEach(x: Node, ranges: readonly Range[]): Node {
  return sliced(x, sliceRanges(x.shape, ranges));
}

function sliced(x: Node, ranges: readonly SliceRange[]): Node {
  const along = (axis: number) => ranges.find((range) => range.axis === axis);
  const picked = pick(
    x,
    // A backward slice is a forward slice that is flipped.
    x.shape.map((_, axis) => {
      const { start, step, size } = along(axis) ?? { start: 0, step: 1, size: 0 };
      return step > 0 || size === 0 ? start : start + (size - 1) * step;
    }),
    x.shape.map((_, axis) => Math.abs(along(axis)?.step ?? 1)),
    x.shape.map((all, axis) => along(axis)?.size ?? all),
  );
  const back = ranges.filter(({ step }) => step < 0).map(({ axis }) => axis);
  return back.length === 0 ? picked : flip(picked, back);
}

const padNode = movement("pad", "pad", (g, x, { before, step }) => pick(g, before, step, x.shape));

/** Puts `x` into zeros of `shape`: index `i` goes to `before + i * step`. Inverts `pick`. */
export function spread(x: Node, shape: Shape, before: Shape, step: Shape): Node {
  const move = { kind: "pad", before, step: stepsOf(step, x.shape), value: 0 } as const;
  return padNode([x], move, shape);
}

/**
 * Surrounds `x` with `value`, cast to its dtype: `padding` has a pair `[before, after]` per axis.
 */
export function pad(x: Node, padding: readonly Padding[], value = 0): Node {
  const shape = paddedShape(x.shape, padding);
  if (shapesEqual(x.shape, shape)) return x;
  const before = padding.map(([count]) => count);
  const step = x.shape.map(() => 1);
  return padNode([x], { kind: "pad", before, step, value: conversions[x.dtype](value) }, shape);
}

const flipNode = movement("flip", "flip", (g, _, { axes }) => flip(g, axes));

/** Reverses the elements along the axes. */
export function flip(x: Node, axis?: Axes): Node {
  const axes = normalizeAxes("flip", axis, x.shape);
  return axes.length === 0 ? x : flipNode([x], { kind: "flip", axes }, x.shape);
}

const concatOperation: Movement = {
  family: "movement",
  name: "concat",
  gradient: [
    (g, _, output, position) => {
      const { axis } = ofFamily(output, "movement").attributes as Extract<Move, { kind: "concat" }>;
      const starts = partStarts(output);
      return slice(g, axis, starts[position], starts[position + 1]);
    },
  ],
};

/** Concatenates nodes along `axis`; all other sizes must agree. */
export function concat(nodes: readonly Node[], axis = 0): Node {
  const shape = concatShape(
    axis,
    nodes.map((node) => node.shape),
  );
  const dtype = nodes.map((node) => node.dtype).reduce(promote);
  const inputs = nodes.map((node) => cast(node, dtype));
  const attributes = { kind: "concat", axis: normalizeAxis("concat", axis, shape) } as const;
  return inputs.length === 1
    ? inputs[0]!
    : createNode(concatOperation, inputs, attributes, shape, dtype);
}

/** Stacks nodes of equal shapes along a new axis at `axis` of the result. */
export function stack(nodes: readonly Node[], axis = 0): Node {
  const shape = stackShape(
    axis,
    nodes.map((node) => node.shape),
  );
  const index = axis < 0 ? axis + shape.length : axis;
  return concat(
    nodes.map((node) => expandDims(node, index)),
    index,
  );
}

/** Joins all axes from `startAxis` on into one. */
export function flatten(x: Node, startAxis = 0): Node {
  return reshape(x, flattenedShape(x.shape, startAxis));
}
