// Checks of options that several functions share.
import { describe } from "../graph/describe.ts";
import { DTypeError, NablaError } from "../graph/errors.ts";
import { conversions, type DType, dtypes } from "../scalar/dtype.ts";
import { integerFrom } from "./kinds.ts";
import { checkKind } from "./options.ts";

/** Returns `dtype` if it is one; else throws `DTypeError`. */
export function checkDType(operation: string, dtype: DType): DType {
  if (dtypes.includes(dtype)) return dtype;
  const names = dtypes.map((name) => `"${name}"`).join(", ");
  throw new DTypeError(`${operation}: dtype is ${describe(dtype)}, expected ${names}`);
}

/** Returns `value` if it is an integer from `least` on; else throws `NablaError`. */
export function checkCount(operation: string, name: string, value: number, least = 0): number {
  checkKind(operation, name, value, integerFrom(least));
  return value;
}

/** Throws `NablaError` unless `f` is a function; errors call it `what`. */
export function checkFunction(operation: string, f: unknown, what = ""): void {
  if (typeof f === "function") return;
  const given = `${what === "" ? "got" : `${what} is`} ${describe(f)}`;
  throw new NablaError(`${operation}: ${given}, expected a function`);
}

/** Throws `NablaError` unless `value` is a number other than NaN. */
export function checkNumber(operation: string, name: string, value: unknown): void {
  checkKind(operation, name, value, [(x) => typeof x === "number" && x === x, "a number"]);
}

/** Throws `NablaError` unless `value` is a number; NaN and infinities are. */
export function checkRealNumber(operation: string, name: string, value: unknown): void {
  checkKind(operation, name, value, [(x) => typeof x === "number", "a number"]);
}

/** Throws `NablaError` unless `value` is a finite number of `dtype`. */
export function checkFinite(
  operation: string,
  name: string,
  value: unknown,
  dtype: DType = "float64",
): void {
  if (typeof value === "number" && Number.isFinite(conversions[dtype](value))) return;
  const expected = dtype === "float64" ? "a finite number" : `a finite number of ${dtype}`;
  throw new NablaError(`${operation}: ${name} is ${describe(value)}, expected ${expected}`);
}
