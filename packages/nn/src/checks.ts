// What functions and layers ask of their options and of what they are given.
import {
  checkSameShape,
  formatShape,
  NablaError,
  type Shape,
  ShapeError,
  Tensor,
} from "@nabla/autograd";

/** Throws `NablaError` unless `value` is a positive integer, `most` at most. */
export function checkCount(
  operation: string,
  name: string,
  value: unknown,
  most: number = Number.MAX_SAFE_INTEGER,
): asserts value is number {
  if (Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= most) return;
  const given = typeof value === "string" ? JSON.stringify(value) : kindOf(value);
  const expected =
    most === Number.MAX_SAFE_INTEGER ? "a positive integer" : `an integer from 1 to ${most}`;
  throw new NablaError(`${operation}: ${name} is ${given}, expected ${expected}`);
}

/** Throws `NablaError` unless `value` is a positive number. */
export function checkPositive(operation: string, name: string, value: number): void {
  if (typeof value === "number" && value > 0) return;
  throw new NablaError(`${operation}: ${name} is ${kindOf(value)}, expected a positive number`);
}

/** Throws `NablaError` unless `value` is 0 or more, and finite. */
export function checkNotNegative(operation: string, name: string, value: number): void {
  if (value >= 0 && value < Number.POSITIVE_INFINITY) return;
  throw new NablaError(`${operation}: ${name} is ${value}, expected 0 or more`);
}

/** Throws `NablaError` unless `value` is 0 or more and below 1. */
export function checkFraction(operation: string, name: string, value: number): void {
  if (value >= 0 && value < 1) return;
  throw new NablaError(`${operation}: ${name} is ${value}, expected 0 up to 1`);
}

/** Throws `NablaError` for what is no tensor: callers without a compiler meet this one. */
export function checkTensor(operation: string, x: unknown): void {
  if (x instanceof Tensor) return;
  throw new NablaError(`${operation}: expects a tensor, got ${kindOf(x)}; tensor(x) makes one`);
}

/** What errors call what was given instead: `3`, `a string`, `an Array`, `a Promise; await it`. */
export function kindOf(x: unknown): string {
  if (x === undefined || x === null || typeof x === "number") return String(x);
  if (typeof x === "string" || typeof x === "boolean") return `a ${typeof x}`;
  if (typeof x === "function") return "a function";
  if (x instanceof Tensor) return "a tensor";
  const name = x.constructor?.name ?? "Object";
  const kind = /^[AEIO]/.test(name) ? `an ${name}` : `a ${name}`;
  return typeof (x as PromiseLike<unknown>).then === "function" ? `${kind}; await it` : kind;
}

/**
 * Throws `ShapeError` unless `axis` (negative: from the end) has `size` elements of what is
 * `named`.
 */
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

/**
 * Throws `ShapeError` unless the axes are those `expected`: a number is a size, a name any size.
 */
export function checkLayout(
  operation: string,
  shape: Shape,
  expected: readonly (string | number)[],
): void {
  const fits = expected.every((size, axis) => typeof size === "string" || size === shape[axis]);
  if (fits && shape.length === expected.length) return;
  throw new ShapeError(`${operation}: expects [${expected.join(", ")}], got ${formatShape(shape)}`);
}

/**
 * The targets, whose type the caller has checked. Throws `ShapeError` unless outputs have their
 * shape.
 */
export function targetsLike(operation: string, outputs: Tensor, targets: unknown): Tensor {
  checkTensor(operation, outputs);
  checkTensor(operation, targets);
  const wanted = targets as Tensor;
  checkSameShape(operation, outputs.shape, wanted.shape);
  return wanted;
}
