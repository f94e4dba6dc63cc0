// What draws take: their options, shapes and dtypes.
import { describe } from "../graph/describe.ts";
import { DTypeError, NablaError } from "../graph/errors.ts";
import { checkShape, type Shape } from "../graph/shape.ts";
import { conversions, type DType, dtypes, type Float, isFloating } from "../scalar/dtype.ts";
import { checkDType } from "./checks.ts";
import { anything, type Kind } from "./kinds.ts";
import { checkOptions, type Kinds } from "./options.ts";

/** The options of all draws, which `keyOf` and the draws themselves check. */
export const ofDraws: { readonly seed: Kind; readonly dtype: Kind } = {
  seed: anything,
  dtype: anything,
};

/** The options, once they are held against their table. */
export function checked<Options extends object>(
  operation: string,
  options: Options,
  kinds: Kinds<NoInfer<Options>>,
): Options {
  checkOptions(operation, options, kinds);
  return options;
}

/** Up to which floats hold all integers. */
const mostExact: Readonly<Partial<Record<DType, number>>> = {
  float16: 2 ** 11,
  bfloat16: 2 ** 8,
  float32: 2 ** 24,
};

/** Returns `dtype` if it holds the integers from `least` to `greatest`; else throws. */
export function checkHolds(
  operation: string,
  dtype: DType,
  least: number,
  greatest: number,
): DType {
  const to = checkDType(operation, dtype);
  const holds = (one: number) => conversions[to](one) === one;
  // Floats hold all integers between if both ends are exact and none is beyond.
  const exact = Math.max(-least, greatest) <= (mostExact[to] ?? Infinity);
  if (exact && holds(least) && holds(Math.max(least, greatest))) return to;
  throw new NablaError(
    `${operation}: ${to} does not hold the numbers from ${least} to ${greatest}`,
  );
}

/** The shape of a draw. */
export function sizes(operation: string, shape: unknown): Shape {
  return checkShape(operation, shape as Shape);
}

/** Returns the dtype of a draw of fractions; throws `DTypeError` for others. */
export function floating(operation: string, dtype: DType): Float {
  if (dtypes.includes(dtype) && isFloating(dtype)) return dtype;
  throw new DTypeError(
    `${operation}: dtype is ${describe(dtype)}, expected "float32" or "float64"`,
  );
}
