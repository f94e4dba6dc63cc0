// Shapes as lists of sizes: checks, formatting and element counts.
import { describe } from "../describe.ts";
import { ShapeError } from "../errors.ts";

export type Shape = readonly number[];

/**
 * Formats a shape as messages do: `[2, 3]`, and `[]` for a scalar. Also used for lists of axes.
 *
 * @example
 * formatShape(zeros([2, 3]).shape); // => "[2, 3]"
 */
export function formatShape(shape: Shape): string {
  if (!Array.isArray(shape)) throw notAShape("formatShape", shape);
  // Callers in plain JavaScript may pass anything.
  return `[${Array.from(shape, describe).join(", ")}]`;
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

/** A frozen copy of a shape from a user. Throws `ShapeError` unless all are sizes. */
export function checkShape(operation: string, shape: Shape): Shape {
  // Callers may use plain JavaScript.
  if (!Array.isArray(shape)) throw notAShape(operation, shape);
  const copy: Shape = Object.freeze([...shape]);
  copy.forEach((size, axis) => {
    const isWhole = Number.isInteger(size) && size >= 0;
    if (!isWhole) throw notASize(operation, copy, axis, "a non-negative integer");
  });
  checkLimits(operation, copy);
  return copy;
}

/** NumPy's limit. */
const mostAxes = 64;
/** Indices along an axis, and among all elements, are int32. */
const sizeLimit = 2 ** 31;

/** Whether a valid shape has few enough axes and elements. */
export function isWithinLimits(shape: Shape): boolean {
  let count = 1;
  for (let axis = 0; axis < shape.length; axis++) {
    const size = shape[axis]!;
    if (size >= sizeLimit) return false;
    count *= size;
  }
  return count < sizeLimit && shape.length <= mostAxes;
}

/** Throws `ShapeError` if a valid shape has too many axes or elements. */
export function checkLimits(operation: string, shape: Shape): void {
  if (isWithinLimits(shape)) return;
  if (shape.length > mostAxes) {
    const given = `a shape of ${shape.length} axes`;
    throw new ShapeError(`${operation}: ${given}, expected at most ${mostAxes}`);
  }
  const count = elementCount(shape);
  const widest = Math.max(...shape);
  const given =
    count < sizeLimit
      ? `axis ${shape.indexOf(widest)} of ${formatShape(shape)} has size ${widest}`
      : `${formatShape(shape)} has ${count} elements`;
  throw new ShapeError(`${operation}: ${given}, expected less than 2^31`);
}

export function notAShape(operation: string, shape: unknown): ShapeError {
  const given = `shape is ${describe(shape)}`;
  return new ShapeError(`${operation}: ${given}, expected an array of sizes`);
}

export function isSize(size: unknown): size is number {
  return Number.isSafeInteger(size) && (size as number) >= 0;
}

export function notASize(
  operation: string,
  shape: Shape,
  axis: number,
  expected: string,
): ShapeError {
  const given = `dimension ${axis} of ${formatShape(shape)} is ${describe(shape[axis])}`;
  return new ShapeError(`${operation}: ${given}, expected ${expected}`);
}

/**
 * Throws `ShapeError` if shapes differ, for operations that require equal ones.
 *
 * @example
 * checkSameShape("cost", [32, 10], [32, 1]); // => throws ShapeError: cost: [32, 10] and [32, 1] differ
 */
export function checkSameShape(operation: string, a: Shape, b: Shape): void {
  for (const shape of [a, b]) {
    if (!Array.isArray(shape)) throw notAShape(nameOf(operation), shape);
  }
  if (!shapesEqual(a, b)) {
    throw new ShapeError(`${nameOf(operation)}: ${formatShape(a)} and ${formatShape(b)} differ`);
  }
}

/** The name of a user's own operation. */
function nameOf(operation: unknown): string {
  return typeof operation === "string" ? operation : describe(operation);
}

/** The index of the element at `position` in row-major order. */
export function indexAt(position: number, shape: Shape): readonly number[] {
  let rest = position;
  const index = shape.map(() => 0);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return index;
}
