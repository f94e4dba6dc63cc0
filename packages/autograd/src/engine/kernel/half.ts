// Rounding to floats of 16 bits, in the scalar language: the nearest number, of two that are as near
// the even one. Adding a power of 2 makes float64 round at the last place of the 16 bits (D. E. Knuth,
// "The Art of Computer Programming", vol. 2, 4.2.2); subtracting it again is exact.
import {
  abs,
  add,
  cast,
  equal,
  exponent,
  input,
  less,
  max,
  min,
  neg,
  powerOf2,
  type Scalar,
  select,
  sub,
} from "../../scalar/expression.ts";
import { type Half, halfRange } from "../../scalar/half.ts";

/** Of a float64, as a float32. */
function roundedTo(dtype: Half): Scalar {
  const { fraction, least, greatest, largest } = halfRange(dtype);
  const x = input(0);
  const size = abs(x);
  const place = min(max(exponent(size), least), greatest + 1);
  const power = powerOf2(add(place, 52 - fraction));
  const nearest = sub(add(size, power), power);
  const finite = select(less(largest, nearest), Number.POSITIVE_INFINITY, nearest);
  return cast("float32", select(less(x, 0), neg(finite), select(equal(x, 0), x, finite)));
}

/** The number of 16 bits nearest to input 0, a float64, as a float32. */
export const halfRounding: Readonly<Record<Half, Scalar>> = {
  float16: roundedTo("float16"),
  bfloat16: roundedTo("bfloat16"),
};
