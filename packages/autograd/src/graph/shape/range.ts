// Parts of axes: slices, single positions, padding, and positions that are data.
import { ShapeError } from "../errors.ts";
import { normalizeAxis, replacedAt } from "./axes.ts";
import { checkShape, formatShape, isSize, type Shape } from "./sizes.ts";

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
