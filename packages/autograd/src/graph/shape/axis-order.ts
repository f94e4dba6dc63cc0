// Permuted axes, and axes of size 1 inserted and removed.
import { ShapeError } from "../errors.ts";
import { type Axes, axisBelow, distinctAxes, insertedAt, reducedShape } from "./axes.ts";
import { checkMatrices } from "./matrices.ts";
import { formatShape, type Shape } from "./sizes.ts";

/** The order of axes, counted from the front; each must be named once. */
export function normalizeOrder(order: Shape, shape: Shape, operation = "permute"): Shape {
  const axes = distinctAxes(operation, order, shape);
  if (axes.length < shape.length) {
    const given = `${formatShape(order)} does not name every axis of ${formatShape(shape)}`;
    throw new ShapeError(`${operation}: ${given}`);
  }
  return axes;
}

/** Axis `i` of the result is axis `order[i]` of `shape`. */
export function permutedShape(shape: Shape, order: Shape): Shape {
  return Object.freeze(normalizeOrder(order, shape).map((axis) => shape[axis]!));
}

/** The order of axes that swaps the last two. */
export function transposedOrder(shape: Shape): Shape {
  checkMatrices("transpose", shape);
  const rank = shape.length;
  const front = rank === 2 ? [] : [...shape.keys()].slice(0, -2);
  return Object.freeze([...front, rank - 1, rank - 2]);
}

/** The last two axes swapped. */
export function transposed(shape: Shape): Shape {
  return Object.freeze(transposedOrder(shape).map((axis) => shape[axis]!));
}

/** Removes the given axes, which must have size 1; all axes of size 1 if left out. */
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

/** Inserts an axis of size 1 at `axis` of the result: 0 to rank, or -1 to -rank - 1. */
export function expandedShape(shape: Shape, axis: number): Shape {
  return insertedAt(shape, axisBelow("expandDims", axis, shape.length + 1, shape), 1);
}

/** Two different axes, counted from the front, for operations on matrices. */
export function normalizePair(
  operation: string,
  axes: Shape,
  shape: Shape,
): readonly [number, number] {
  checkMatrices(operation, shape);
  const [first, second, ...more] = distinctAxes(operation, axes, shape);
  if (first === undefined || second === undefined || more.length > 0) {
    throw new ShapeError(`${operation}: axes are ${formatShape(axes)}, expected two`);
  }
  return [first, second];
}

/** The length of a diagonal; those above the main one have positive offsets. */
export function diagonalLength(rows: number, columns: number, offset: number): number {
  return Math.max(
    0,
    offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns),
  );
}
