// Parts of axes: slices, single indices, padding, and gathered indices.
import { describe, describeList } from "../describe.ts";
import { ShapeError } from "../errors.ts";
import { normalizeAxis, replacedAt } from "./axes.ts";
import { checkShape, formatShape, isSize, type Shape } from "./sizes.ts";

/** The elements `start`, `start + step`, … of one axis, `size` of them; counted from the front. */
export interface SliceRange {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly size: number;
}

/** `[from, to, step]` of one axis, like NumPy's `from:to:step`; all of the axis if left out. */
export type Range = readonly [from?: number | undefined, to?: number | undefined, step?: number];

/**
 * The range from `from` to `to` (exclusive) along `axis`. As in NumPy and `Array.slice`, a negative
 * bound counts from the end, and one beyond the axis is clamped; a negative step goes backwards,
 * from the end if `from` is left out.
 */
export function sliceRange(shape: Shape, axis: number, ...[from, to, step = 1]: Range): SliceRange {
  const index = normalizeAxis("slice", axis, shape);
  const all = shape[index]!;
  if (!Number.isSafeInteger(step) || step === 0) {
    throw new ShapeError(
      `slice: step ${describe(step)} of axis ${axis}, expected an integer other than 0`,
    );
  }
  const [least, most] = step > 0 ? [0, all] : [-1, all - 1];
  const position = (bound: number | undefined, whole: number): number => {
    if (bound === undefined) return whole;
    if (!Number.isInteger(bound)) {
      throw new ShapeError(`slice: bound ${describe(bound)} of axis ${axis}, expected an integer`);
    }
    return Math.min(Math.max(bound < 0 ? bound + all : bound, least), most);
  };
  const [first, last] = step > 0 ? [least, most] : [most, least];
  const start = position(from, first);
  const size = Math.max(0, Math.ceil((position(to, last) - start) / step));
  return { axis: index, start: size === 0 ? 0 : start, step, size };
}

/** The ranges of the first axes, one each. */
export function sliceRanges(shape: Shape, ranges: readonly Range[]): readonly SliceRange[] {
  if (!Array.isArray(ranges) || !Array.from(ranges).every(Array.isArray)) {
    throw new ShapeError(
      "slice: expects an axis, from and to, or a list of ranges [from, to, step], one an axis",
    );
  }
  if (ranges.length > shape.length) {
    throw new ShapeError(
      `slice: ${ranges.length} ranges for the ${shape.length} axes of ${formatShape(shape)}`,
    );
  }
  return ranges.map((range, axis) => sliceRange(shape, axis, ...range));
}

/** An index along `axis`, counted from the front. Throws `ShapeError` if it is out of range. */
export function normalizeIndex(
  operation: string,
  index: number,
  axis: number,
  shape: Shape,
): number {
  const size = shape[normalizeAxis(operation, axis, shape)]!;
  const isWhole = Number.isInteger(index);
  const position = isWhole && index < 0 ? index + size : index;
  if (!isWhole || position < 0 || position >= size) {
    const given = `index ${describe(index)} is out of range for axis ${axis} of ${formatShape(shape)}`;
    throw new ShapeError(`${operation}: ${given}`);
  }
  return position;
}

/** The number of elements to add `[before, after]` an axis. */
export type Padding = readonly [before: number, after: number];

/** Adds its padding to each axis, one pair per axis. */
export function paddedShape(shape: Shape, padding: readonly Padding[]): Shape {
  if (!Array.isArray(padding) || padding.length !== shape.length) {
    const expected = `a pair [before, after] for each axis of ${formatShape(shape)}`;
    const given = Array.isArray(padding) ? padding.length : describe(padding);
    throw new ShapeError(`pad: expects ${expected}, got ${given}`);
  }
  const sizes = shape.map((size, axis) => {
    const pair: unknown = padding[axis];
    const [before, after, more] = (Array.isArray(pair) ? pair : []) as readonly unknown[];
    if (!isSize(before) || !isSize(after) || more !== undefined) {
      const given = `padding of axis ${axis} is ${describeList(pair)}`;
      throw new ShapeError(`pad: ${given}, expected non-negative integers`);
    }
    return before + size + after;
  });
  return checkShape("pad", sizes);
}

/** Replaces `axis` by the shape of the indices, as in NumPy's `take`. */
export function gatheredShape(axis: number, shape: Shape, indices: Shape): Shape {
  return replacedAt(shape, normalizeAxis("gather", axis, shape), ...indices);
}

/** What `pad` fills with: the outermost elements, or the elements mirrored or wrapped around. */
export type PadMode = "edge" | "reflect" | "symmetric" | "wrap";

/** Throws `ShapeError` unless an axis has enough elements to add `padding` in `mode`. */
export function checkPadMode(shape: Shape, padding: readonly Padding[], mode: PadMode): void {
  shape.forEach((size, axis) => {
    const most = Math.max(...padding[axis]!);
    const limit =
      mode === "reflect" ? Math.max(0, size - 1) : mode === "edge" && size > 0 ? Infinity : size;
    if (most > limit) {
      const given = `axis ${axis} of ${formatShape(shape)} has size ${size}`;
      throw new ShapeError(`pad: ${given}, "${mode}" can add at most ${limit}, got ${most}`);
    }
  });
}
