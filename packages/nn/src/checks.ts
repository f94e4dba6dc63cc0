// What all layers ask of their options and of what they are given.
import { formatShape, NablaError, type Shape, ShapeError, Tensor } from "@nabla/autograd";

/** Throws `NablaError` unless `value` is a positive integer. */
export function checkCount(operation: string, name: string, value: unknown): void {
  if (Number.isSafeInteger(value) && (value as number) > 0) return;
  const given = typeof value === "string" ? JSON.stringify(value) : String(value);
  throw new NablaError(`${operation}: ${name} must be a positive integer, got ${given}`);
}

/** Throws `NablaError` for what is no tensor: callers without a compiler meet this one. */
export function checkTensor(operation: string, x: unknown): void {
  if (x instanceof Tensor) return;
  throw new NablaError(`${operation}: expects a tensor, got ${typeof x}; tensor(x) makes one`);
}

/** Throws `ShapeError` unless `axis` (negative: from the end) has `size` elements of what is `named`. */
export function checkAxis(
  operation: string,
  shape: Shape,
  axis: number,
  size: number,
  named: string,
): void {
  if (shape.at(axis) === size && (axis < 0 || axis < shape.length)) return;
  throw new ShapeError(`${operation}: expects ${size} ${named}, got ${formatShape(shape)}`);
}

/** Throws `ShapeError` unless the axes are those `expected`: a number is a size, a name any size. */
export function checkLayout(
  operation: string,
  shape: Shape,
  expected: readonly (string | number)[],
): void {
  const fits = expected.every((size, axis) => typeof size === "string" || size === shape[axis]);
  if (fits && shape.length === expected.length) return;
  throw new ShapeError(`${operation}: expects [${expected.join(", ")}], got ${formatShape(shape)}`);
}
