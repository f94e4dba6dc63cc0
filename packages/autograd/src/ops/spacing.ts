// Lists of numbers whose logarithms are evenly spaced.
import type { Node } from "../graph/node.ts";
import { type DType, hasFractions } from "../scalar/dtype.ts";
import { abs, mul, sub } from "./arithmetic.ts";
import { equal, lessEqual, where } from "./comparison.ts";
import { evenSteps, iota } from "./creation.ts";
import { pow } from "./exponentials.ts";
import { cast } from "./operands.ts";
import { round } from "./rounding.ts";

/** `base` to the power of evenly spaced numbers. */
export function powers(
  count: number,
  base: number,
  start: number,
  end: number,
  dtype: DType,
): Node {
  return rounded(pow(base, evenSteps(count, start, end, "float64")), dtype);
}

/** From `start` to `end`, which have one sign; these two exactly. */
export function geometricSteps(count: number, start: number, end: number, dtype: DType): Node {
  const [first, last] = [start, end].map((bound) => Math.log2(Math.abs(bound)));
  const list = mul(pow(2, evenSteps(count, first!, last!, "float64")), Math.sign(start));
  const place = iota(list.shape, 0);
  const isLast = equal(place, count - 1);
  return rounded(where(equal(place, 0), start, where(isLast, end, list)), dtype);
}

/** As by a cast; for integers, what rounding has moved from a whole number is that number. */
function rounded(list: Node, dtype: DType): Node {
  if (hasFractions(dtype)) return cast(list, dtype);
  const whole = round(list);
  const isNear = lessEqual(abs(sub(list, whole)), mul(abs(whole), 1e-12));
  return cast(where(isNear, whole, list), dtype);
}
