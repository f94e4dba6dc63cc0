// Checks of options that several functions share.
import { describe, isPlainObject } from "../graph/describe.ts";
import { DTypeError, NablaError } from "../graph/errors.ts";
import { conversions, type DType, dtypes } from "../scalar/dtype.ts";

/** Returns `dtype` if it is one; else throws `DTypeError`. */
export function checkDType(operation: string, dtype: DType): DType {
  if (dtypes.includes(dtype)) return dtype;
  const names = dtypes.map((name) => `"${name}"`).join(", ");
  throw new DTypeError(`${operation}: dtype is ${describe(dtype)}, expected ${names}`);
}

/** Returns `value` if it is an integer from `least` on; else throws `NablaError`. */
export function checkCount(operation: string, name: string, value: number, least = 0): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  const expected = least === 0 ? "a non-negative integer" : `an integer of at least ${least}`;
  throw new NablaError(`${operation}: ${name} is ${describe(value)}, expected ${expected}`);
}

/** Throws `NablaError` unless `f` is a function; errors call it `what`. */
export function checkFunction(operation: string, f: unknown, what = ""): void {
  if (typeof f === "function") return;
  const given = `${what === "" ? "got" : `${what} is`} ${describe(f)}`;
  throw new NablaError(`${operation}: ${given}, expected a function`);
}

/** Throws `NablaError` unless `options` are a plain object of options, such as `example`. */
export function checkOptions(
  operation: string,
  options: unknown,
  example = '{ dtype: "float64" }',
): void {
  if (isPlainObject(options)) return;
  const expected = `an object such as ${example}`;
  throw new NablaError(`${operation}: options are ${describe(options)}, expected ${expected}`);
}

/**
 * Throws `NablaError` unless `options` are a plain object in which `flags` are booleans, if there.
 */
export function checkFlags(operation: string, options: object, ...flags: readonly string[]): void {
  checkOptions(operation, options, `{ ${flags[0]}: true }`);
  for (const flag of flags) {
    const value = (options as Readonly<Record<string, unknown>>)[flag];
    if (value === undefined || typeof value === "boolean") continue;
    throw new NablaError(`${operation}: ${flag} is ${describe(value)}, expected true or false`);
  }
}

/** Throws `NablaError` unless `value` is a string or left out. */
export function checkText(operation: string, name: string, value: unknown): void {
  if (value === undefined || typeof value === "string") return;
  throw new NablaError(`${operation}: ${name} is ${describe(value)}, expected a string`);
}

/** Throws `NablaError` unless `value` is a number other than NaN. */
export function checkNumber(operation: string, name: string, value: unknown): void {
  if (typeof value === "number" && !Number.isNaN(value)) return;
  throw new NablaError(`${operation}: ${name} is ${describe(value)}, expected a number`);
}

/** Throws `NablaError` unless `value` is a number; NaN and infinities are. */
export function checkRealNumber(operation: string, name: string, value: unknown): void {
  if (typeof value === "number") return;
  throw new NablaError(`${operation}: ${name} is ${describe(value)}, expected a number`);
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
