// What functions of distributions ask of their arguments.
import { NablaError, type Shape, ShapeError } from "@nabla/autograd";
import { checkKind, describe, integerFrom } from "@nabla/autograd/checks";

/** Throws `NablaError`. */
export function fail(message: string): never {
  throw new NablaError(message);
}

/** Throws `ShapeError` unless `shape` is a list of sizes. */
export function checkSizes(operation: string, shape: unknown): asserts shape is Shape {
  const isList = Array.isArray(shape);
  if (isList && shape.every((size) => Number.isSafeInteger(size) && size >= 0)) return;
  const given = isList ? `[${shape.map(describe).join(", ")}]` : describe(shape);
  throw new ShapeError(`${operation}: the shape is ${given}, expected sizes such as [100]`);
}

/** Throws `NablaError` unless it is an integer, `least` or more. */
export function checkCount(operation: string, name: string, value: unknown, least: number): void {
  checkKind(operation, name, value, integerFrom(least));
}
