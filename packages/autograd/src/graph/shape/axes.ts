// Axes: normalizing them, and shapes with axes removed, inserted or replaced.
import { describe } from "../describe.ts";
import { ShapeError } from "../errors.ts";
import { elementCount, formatShape, type Shape } from "./sizes.ts";

/** The axes of an operation: one, several, or (left out) all. Negative: from the end. */
export type Axes = number | readonly number[] | undefined;

/** Counts an axis from the front. Throws `ShapeError` if the shape has no such axis. */
export function normalizeAxis(operation: string, axis: number, shape: Shape): number {
  return axisBelow(operation, axis, shape.length, shape);
}

export function axisBelow(operation: string, axis: number, rank: number, shape: Shape): number {
  if (typeof axis !== "number") throw notAnAxis(operation, axis, "one integer");
  const index = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || index < 0 || index >= rank) {
    const given = `axis ${axis} is out of range for ${formatShape(shape)}`;
    throw new ShapeError(`${operation}: ${given}`);
  }
  return index;
}

// Callers may use plain JavaScript.
function notAnAxis(operation: string, axis: unknown, expected: string): ShapeError {
  const given = Array.isArray(axis) ? formatShape(axis) : describe(axis);
  return new ShapeError(`${operation}: axis is ${given}, expected ${expected}`);
}

/** The axes in ascending order, all if left out; throws if one is named twice. */
export function normalizeAxes(operation: string, axes: Axes, shape: Shape): Shape {
  if (axes === undefined) return Object.freeze([...shape.keys()]);
  const list = typeof axes === "number" ? [axes] : axes;
  if (!Array.isArray(list)) {
    const expected = "an integer or a list of integers; options come after it";
    throw notAnAxis(operation, list, expected);
  }
  return Object.freeze([...distinctAxes(operation, list, shape)].sort((a, b) => a - b));
}

export function distinctAxes(operation: string, axes: Shape, shape: Shape): Shape {
  if (!Array.isArray(axes)) throw notAnAxis(operation, axes, "a list of integers");
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
 * reduce no elements. As in NumPy, an empty result is always fine.
 */
export function checkReducible(operation: string, shape: Shape, axes: Shape): void {
  const empty = axes.find((axis) => shape[axis] === 0);
  if (empty !== undefined && elementCount(reducedShape(shape, axes, false)) > 0) {
    const given = `axis ${empty} of ${formatShape(shape)} has size 0`;
    throw new ShapeError(`${operation}: ${given}, expected at least 1`);
  }
}

export function insertedAt(shape: Shape, index: number, size: number): Shape {
  return Object.freeze([...shape.slice(0, index), size, ...shape.slice(index)]);
}

/** `shape` with `sizes` in place of its size at `index`. */
export function replacedAt(shape: Shape, index: number, ...sizes: readonly number[]): Shape {
  return Object.freeze([...shape.slice(0, index), ...sizes, ...shape.slice(index + 1)]);
}
