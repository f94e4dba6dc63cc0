// Shapes: lists of sizes, one per axis, outermost first; [] is a scalar's. Here are their checks and
// the shape rule of every operation that has one. Broadcasting and axes follow NumPy.
// The same rules in types stand in ../tensor/shapes; both give the same messages, word for word.
// What is returned is frozen.
import { ShapeError } from "./errors.ts";

export type Shape = readonly number[];

/** What may name axes in an operation: one, several, or (left out) all. Negative: from the end. */
export type Axes = number | readonly number[] | undefined;

/** As messages print it: `[2, 3]`, and `[]` for a scalar. Also used for lists of axes. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** The product of the sizes: 1 for a scalar, 0 if any axis is empty. */
export function elementCount(shape: Shape): number {
  let count = 1;
  for (let axis = 0; axis < shape.length; axis++) count *= shape[axis]!;
  return count;
}

/** Row-major strides, in elements: `[2, 3, 4]` has `[12, 4, 1]`. */
export function stridesOf(shape: Shape): Shape {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return Object.freeze(strides);
}

export function shapesEqual(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

/** A frozen copy of a shape that a user gave. Throws `ShapeError` unless all are sizes. */
export function checkShape(operation: string, shape: Shape): Shape {
  // Not every caller has a compiler.
  if (!Array.isArray(shape)) {
    throw new ShapeError(`${operation}: shape is ${String(shape)}, expected an array of sizes`);
  }
  const copy: Shape = Object.freeze([...shape]);
  copy.forEach((size, axis) => {
    if (!isSize(size)) throw notASize(operation, copy, axis, "a non-negative integer");
  });
  if (!Number.isSafeInteger(elementCount(copy))) {
    throw new ShapeError(`${operation}: ${formatShape(copy)} has more than 2^53 - 1 elements`);
  }
  return copy;
}

function isSize(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0;
}

function notASize(operation: string, shape: Shape, axis: number, expected: string): ShapeError {
  const given = `dimension ${axis} of ${formatShape(shape)} is ${shape[axis]}`;
  return new ShapeError(`${operation}: ${given}, expected ${expected}`);
}

/** For operations that take equal shapes only: `quadraticCost: [32, 10] and [32, 1] differ`. */
export function checkSameShape(operation: string, a: Shape, b: Shape): void {
  if (!shapesEqual(a, b)) {
    throw new ShapeError(`${operation}: ${formatShape(a)} and ${formatShape(b)} differ`);
  }
}

// Broadcasting

/**
 * The common shape of all operands: aligned at the last axis, size 1 stretches to the other's.
 * If two do not fit, the message names them and the rightmost pair of sizes that differ.
 */
export function broadcastShapes(operation: string, ...shapes: readonly Shape[]): Shape {
  // Operands that fit pairwise fit together, so no message shows a shape that nobody wrote.
  let rank = 0;
  for (let i = 0; i < shapes.length; i++) {
    for (let j = 0; j < i; j++) checkBroadcast(operation, shapes[j]!, shapes[i]!);
    rank = Math.max(rank, shapes[i]!.length);
  }
  const sizes = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    const added = rank - shape.length;
    for (let axis = 0; axis < shape.length; axis++) {
      if (shape[axis] !== 1) sizes[added + axis] = shape[axis]!;
    }
  }
  return Object.freeze(sizes);
}

function checkBroadcast(operation: string, a: Shape, b: Shape): void {
  const misfit = broadcastMisfit(a, b);
  if (misfit) {
    const given = `${formatShape(a)} and ${formatShape(b)} do not broadcast`;
    throw new ShapeError(`${operation}: ${given}: ${misfit[0]} and ${misfit[1]} differ`);
  }
}

/** The rightmost two sizes that cannot stand in one axis, if there are such. */
function broadcastMisfit(a: Shape, b: Shape): readonly [number, number] | undefined {
  for (let fromEnd = 1; fromEnd <= Math.min(a.length, b.length); fromEnd++) {
    const [m, n] = [a[a.length - fromEnd]!, b[b.length - fromEnd]!];
    if (m !== n && m !== 1 && n !== 1) return [m, n];
  }
  return undefined;
}

/** `to`, checked: stretching `from` to it may add axes in front and widen those of size 1. */
export function broadcastToShape(from: Shape, to: Shape): Shape {
  const result = checkShape("broadcastTo", to);
  const added = to.length - from.length;
  if (added < 0 || from.some((size, axis) => size !== 1 && size !== to[added + axis])) {
    const given = `${formatShape(from)} cannot be broadcast to ${formatShape(to)}`;
    throw new ShapeError(`broadcastTo: ${given}`);
  }
  return result;
}

// Axes

/** The axis counted from the front. Throws `ShapeError` if the shape has no such axis. */
export function normalizeAxis(operation: string, axis: number, shape: Shape): number {
  return axisBelow(operation, axis, shape.length, shape);
}

function axisBelow(operation: string, axis: number, rank: number, shape: Shape): number {
  const index = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || index < 0 || index >= rank) {
    const given = `axis ${axis} is out of range for ${formatShape(shape)}`;
    throw new ShapeError(`${operation}: ${given}`);
  }
  return index;
}

/** The axes in ascending order, all if left out; none may be named twice. */
export function normalizeAxes(operation: string, axes: Axes, shape: Shape): Shape {
  if (axes === undefined) return Object.freeze([...shape.keys()]);
  const list = typeof axes === "number" ? [axes] : axes;
  return Object.freeze([...distinctAxes(operation, list, shape)].sort((a, b) => a - b));
}

function distinctAxes(operation: string, axes: Shape, shape: Shape): Shape {
  const indices: number[] = [];
  for (const axis of axes) {
    const index = normalizeAxis(operation, axis, shape);
    if (indices.includes(index)) {
      throw new ShapeError(`${operation}: axis ${axis} is repeated in ${formatShape(axes)}`);
    }
    indices.push(index);
  }
  return Object.freeze(indices);
}

/** `shape` without the normalized `axes`, or with size 1 there if `keepDims`. */
export function reducedShape(shape: Shape, axes: Shape, keepDims: boolean): Shape {
  return Object.freeze(
    keepDims
      ? shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
      : shape.filter((_, axis) => !axes.includes(axis)),
  );
}

/**
 * For reductions without a start value, such as `max`: throws if an element of the result would
 * be made of nothing. As in NumPy an empty result is no fault, whatever it is reduced from.
 */
export function checkReducible(operation: string, shape: Shape, axes: Shape): void {
  const empty = axes.find((axis) => shape[axis] === 0);
  if (empty !== undefined && elementCount(reducedShape(shape, axes, false)) > 0) {
    const given = `axis ${empty} of ${formatShape(shape)} has size 0`;
    throw new ShapeError(`${operation}: ${given}, expected at least 1`);
  }
}

/** The order of axes, counted from the front; each must be named once. */
export function normalizeOrder(order: Shape, shape: Shape): Shape {
  const axes = distinctAxes("permute", order, shape);
  if (axes.length < shape.length) {
    const given = `${formatShape(order)} does not name every axis of ${formatShape(shape)}`;
    throw new ShapeError(`permute: ${given}`);
  }
  return axes;
}

/** Axis `i` of the result is axis `order[i]` of `shape`. */
export function permutedShape(shape: Shape, order: Shape): Shape {
  return Object.freeze(normalizeOrder(order, shape).map((axis) => shape[axis]!));
}

/** The order of axes that swaps the last two. */
export function transposedOrder(shape: Shape): Shape {
  const rank = shape.length;
  if (rank < 2) {
    throw new ShapeError(`transpose: expects at least 2 axes, got ${formatShape(shape)}`);
  }
  const front = rank === 2 ? [] : [...shape.keys()].slice(0, -2);
  return Object.freeze([...front, rank - 1, rank - 2]);
}

/** The last two axes swapped. */
export function transposed(shape: Shape): Shape {
  return Object.freeze(transposedOrder(shape).map((axis) => shape[axis]!));
}

/** Without the given axes, which must have size 1; without all axes of size 1 if left out. */
export function squeezedShape(shape: Shape, axes?: Axes): Shape {
  if (axes === undefined) return Object.freeze(shape.filter((size) => size !== 1));
  const list = typeof axes === "number" ? [axes] : axes;
  const indices = distinctAxes("squeeze", list, shape);
  const wide = indices.findIndex((axis) => shape[axis] !== 1);
  if (wide >= 0) {
    const given = `axis ${list[wide]} of ${formatShape(shape)} has size ${shape[indices[wide]!]}`;
    throw new ShapeError(`squeeze: ${given}, expected 1`);
  }
  return reducedShape(shape, indices, false);
}

/** With an axis of size 1 that stands at `axis` of the result: 0 to rank, or -1 to -rank - 1. */
export function expandedShape(shape: Shape, axis: number): Shape {
  return insertedAt(shape, axisBelow("expandDims", axis, shape.length + 1, shape), 1);
}

function insertedAt(shape: Shape, index: number, size: number): Shape {
  return Object.freeze([...shape.slice(0, index), size, ...shape.slice(index)]);
}

function replacedAt(shape: Shape, index: number, ...sizes: readonly number[]): Shape {
  return Object.freeze([...shape.slice(0, index), ...sizes, ...shape.slice(index + 1)]);
}

// Same elements, other shape

/** `to` with -1, if one is there, solved; both must have the same number of elements. */
export function reshapeShape(from: Shape, to: Shape, operation = "reshape"): Shape {
  // Sizes that fit: by far the most frequent case.
  const isPlain = to.every(isSize);
  if (isPlain && elementCount(from) === elementCount(to)) return Object.freeze([...to]);
  const open = to.indexOf(-1);
  if (to.indexOf(-1, open + 1) > open) {
    throw new ShapeError(`${operation}: ${formatShape(to)} has more than one -1`);
  }
  to.forEach((size, axis) => {
    const fits = isSize(size) || size === -1;
    if (!fits) throw notASize(operation, to, axis, "a non-negative integer, or -1 once");
  });
  const count = elementCount(from);
  const given = `${operation}: ${formatShape(from)} has ${count} elements`;
  const rest = elementCount(to.filter((size) => size !== -1));
  if (open < 0) throw new ShapeError(`${given}, ${formatShape(to)} has ${rest}`);
  if (rest === 0) throw new ShapeError(`${given}, -1 in ${formatShape(to)} could be any size`);
  if (count % rest !== 0) {
    throw new ShapeError(`${given}, ${formatShape(to)} needs a multiple of ${rest}`);
  }
  return replacedAt(to, open, count / rest);
}

/** All axes from `start` on joined into one; a scalar becomes `[1]`. */
export function flattenedShape(shape: Shape, start = 0): Shape {
  const index = axisBelow("flatten", start, Math.max(1, shape.length), shape);
  return Object.freeze([...shape.slice(0, index), elementCount(shape.slice(index))]);
}

// Products

/**
 * `[...batch, m, k] x [...batch, k, n]` gives `[...batch, m, n]`; batch axes broadcast. A vector
 * stands for one row on the left, for one column on the right, and leaves no axis behind.
 */
export function matmulShape(a: Shape, b: Shape): Shape {
  // Two matrices that fit: by far the most frequent case.
  if (a.length === 2 && b.length === 2 && a[1] === b[0]) return Object.freeze([a[0]!, b[1]!]);
  const given = `matmul: ${formatShape(a)} x ${formatShape(b)}`;
  if (a.length === 0 || b.length === 0) {
    throw new ShapeError(`${given}: both operands need at least 1 axis`);
  }
  const [k, k2] = [a.at(-1)!, b.at(b.length === 1 ? -1 : -2)!];
  if (k !== k2) throw new ShapeError(`${given}: inner dimensions ${k} and ${k2} differ`);
  const [batchA, batchB] = [a.slice(0, -2), b.slice(0, -2)];
  if (broadcastMisfit(batchA, batchB)) {
    const batches = `${formatShape(batchA)} and ${formatShape(batchB)}`;
    throw new ShapeError(`${given}: batch dimensions ${batches} do not broadcast`);
  }
  const rows = a.slice(-2, -1);
  const columns = b.length === 1 ? [] : b.slice(-1);
  return Object.freeze([...broadcastShapes("matmul", batchA, batchB), ...rows, ...columns]);
}

// Joining and cutting

/** The sizes along `axis` added; all others must be the first shape's. */
export function concatShape(axis: number, shapes: readonly Shape[]): Shape {
  const [first, ...others] = shapes;
  if (!first) throw new ShapeError("concat: expects at least 1 tensor, got none");
  const index = normalizeAxis("concat", axis, first);
  for (const other of others) {
    const fits = other.length === first.length;
    if (!fits || other.some((size, i) => i !== index && size !== first[i])) {
      const given = `${formatShape(first)} and ${formatShape(other)}`;
      throw new ShapeError(`concat: ${given} differ outside axis ${axis}`);
    }
  }
  const size = shapes.reduce((sum, shape) => sum + shape[index]!, 0);
  return replacedAt(first, index, size);
}

/** With an axis for the number of shapes, which must be equal, at `axis` of the result. */
export function stackShape(axis: number, shapes: readonly Shape[]): Shape {
  const [first, ...others] = shapes;
  if (!first) throw new ShapeError("stack: expects at least 1 tensor, got none");
  const index = axisBelow("stack", axis, first.length + 1, first);
  for (const other of others) checkSameShape("stack", first, other);
  return insertedAt(first, index, shapes.length);
}

/** Where a slice along one axis starts and ends, counted from the front. */
export interface SliceRange {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

/**
 * The range that `from` to `to` (exclusive) means along `axis`. As in NumPy and in `Array.slice`
 * a negative bound counts from the end, one beyond the axis stops there, and `to` before `from`
 * means nothing at all.
 */
export function sliceRange(shape: Shape, axis: number, from: number, to?: number): SliceRange {
  const index = normalizeAxis("slice", axis, shape);
  const size = shape[index]!;
  const position = (bound: number): number => {
    if (!Number.isInteger(bound)) {
      throw new ShapeError(`slice: bound ${bound} of axis ${axis}, expected an integer`);
    }
    return Math.min(Math.max(bound < 0 ? bound + size : bound, 0), size);
  };
  const start = position(from);
  return { axis: index, start, end: Math.max(start, to === undefined ? size : position(to)) };
}

/** With what `sliceRange` leaves of `axis`. */
export function slicedShape(shape: Shape, axis: number, from: number, to?: number): Shape {
  const range = sliceRange(shape, axis, from, to);
  return replacedAt(shape, range.axis, range.end - range.start);
}

/** The position along `axis`, counted from the front. Throws `ShapeError` if there is none. */
export function normalizeIndex(
  operation: string,
  index: number,
  axis: number,
  shape: Shape,
): number {
  const size = shape[normalizeAxis(operation, axis, shape)]!;
  const position = index < 0 ? index + size : index;
  if (!Number.isInteger(index) || position < 0 || position >= size) {
    const given = `index ${index} is out of range for axis ${axis} of ${formatShape(shape)}`;
    throw new ShapeError(`${operation}: ${given}`);
  }
  return position;
}

/** Sizes of the parts along `axis`: `parts` equal ones, or the sizes that are listed. */
export function splitSizes(shape: Shape, parts: number | Shape, axis: number): Shape {
  const size = shape[normalizeAxis("split", axis, shape)]!;
  const given = `axis ${axis} of ${formatShape(shape)} has size ${size}`;
  if (typeof parts === "number") {
    if (!(Number.isSafeInteger(parts) && parts > 0)) {
      throw new ShapeError(`split: ${parts} parts, expected a positive integer`);
    }
    if (size % parts !== 0) throw new ShapeError(`split: ${given}, not a multiple of ${parts}`);
    return Object.freeze(new Array<number>(parts).fill(size / parts));
  }
  const sizes = checkShape("split", parts);
  const sum = sizes.reduce((total, part) => total + part, 0);
  if (sum !== size) {
    throw new ShapeError(`split: ${given}, the parts ${formatShape(sizes)} add up to ${sum}`);
  }
  return sizes;
}

/** How many elements to add `[before, after]` an axis. */
export type Padding = readonly [before: number, after: number];

/** Each axis with its padding, one pair an axis, added. */
export function paddedShape(shape: Shape, padding: readonly Padding[]): Shape {
  if (padding.length !== shape.length) {
    const expected = `a pair [before, after] for each axis of ${formatShape(shape)}`;
    throw new ShapeError(`pad: expects ${expected}, got ${padding.length}`);
  }
  const sizes = shape.map((size, axis) => {
    const [before, after] = padding[axis]!;
    if (!isSize(before) || !isSize(after)) {
      const given = `padding of axis ${axis} is ${formatShape([before, after])}`;
      throw new ShapeError(`pad: ${given}, expected non-negative integers`);
    }
    return before + size + after;
  });
  return checkShape("pad", sizes);
}

/** `axis` replaced by the shape of the indices, as in NumPy's `take`. */
export function gatheredShape(axis: number, shape: Shape, indices: Shape): Shape {
  return replacedAt(shape, normalizeAxis("gather", axis, shape), ...indices);
}
