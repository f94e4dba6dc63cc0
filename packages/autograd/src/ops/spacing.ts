// Lists of numbers whose logarithms are evenly spaced.
import type { Node } from "../graph/node.ts";
import type { DType } from "../scalar/dtype.ts";
import { mul } from "./arithmetic.ts";
import { equal, where } from "./comparison.ts";
import { evenSteps, iota } from "./creation.ts";
import { pow } from "./exponentials.ts";
import { cast } from "./operands.ts";

/** `base` to the power of evenly spaced numbers. */
export function powers(
  count: number,
  base: number,
  start: number,
  end: number,
  dtype: DType,
): Node {
  return cast(pow(base, evenSteps(count, start, end, "float64")), dtype);
}

/** From `start` to `end`, which have one sign; these two exactly. */
export function geometricSteps(count: number, start: number, end: number, dtype: DType): Node {
  const [first, last] = [start, end].map((bound) => Math.log2(Math.abs(bound)));
  const list = mul(powers(count, 2, first!, last!, "float64"), Math.sign(start));
  const place = iota(list.shape, 0);
  const isLast = equal(place, count - 1);
  return cast(where(equal(place, 0), start, where(isLast, end, list)), dtype);
}
