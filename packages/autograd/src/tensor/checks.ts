// Checks of options that several functions take.
import { DTypeError, NablaError } from "../graph/errors.ts";
import { type DType, dtypes } from "../scalar/dtype.ts";

/** `dtype`, if it is one; else throws `DTypeError`. */
export function checkDType(operation: string, dtype: DType): DType {
  if (dtypes.includes(dtype)) return dtype;
  const names = dtypes.map((name) => `"${name}"`).join(", ");
  throw new DTypeError(`${operation}: dtype is ${JSON.stringify(dtype)}, expected ${names}`);
}

/** `value`, if it is a whole number from `least` on; else throws `NablaError`. */
export function checkCount(operation: string, name: string, value: number, least = 0): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  const expected = least === 0 ? "a non-negative integer" : `an integer of at least ${least}`;
  throw new NablaError(`${operation}: ${name} is ${value}, expected ${expected}`);
}
