// Formats numbers.
import type { DType } from "./dtype.ts";

/** All digits that tell a number from others, and the sign of 0, which `String` omits. */
export function exactText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** As few digits as tell `value` from all other numbers of `dtype`: 0.1 in float32. */
export function shortText(value: number, dtype: DType): string {
  if (dtype !== "float32" || !Number.isFinite(value)) return exactText(value);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return exactText(short);
  }
  return exactText(Number(value.toPrecision(9)));
}
