// Sine and cosine. x = n pi/2 + r with |r| <= pi/4; pi/2 in parts short enough for exact products
// with n up to a limit (W. J. Cody and W. Waite, "Software Manual for the Elementary Functions",
// 1980), so that small r are accurate. Coefficients: float32 of S. Moshier's Cephes library (sinf,
// cosf), float64 of Sun's fdlibm (k_sin.c, k_cos.c, e_rem_pio2.c).
import { cosineSeries, sineSeries } from "../../../scalar/coefficients.ts";
import {
  add,
  equal,
  floor,
  input,
  less,
  mul,
  round,
  type Scalar,
  select,
  sub,
} from "../../../scalar/expression.ts";
import type { Approximations } from "./approximation.ts";
import { negatedIf } from "./choices.ts";
import { polynomial } from "./polynomial.ts";

const x = input(0);

interface Precision {
  /** pi/2 as a sum: all parts but the last are short enough for exact products. */
  readonly parts: readonly number[];
  /** The largest n. */
  readonly turns: number;
  /** (sin r - r) / r^3 and (cos r - 1 + r^2 / 2) / r^4, in r^2. */
  readonly sine: readonly number[];
  readonly cosine: readonly number[];
}

const float32: Precision = {
  // 12 bits each, and 24.
  parts: [1.5703125, 4.837512969970703e-4, 7.549533620476723e-8, 2.5633440682570896e-12],
  turns: 2 ** 12,
  sine: [-0.16666655, 0.008332161, -0.00019515296],
  cosine: [0.041666646, -0.0013887316, 2.4433157e-5],
};

const float64: Precision = {
  // 33 bits each, and 53.
  parts: [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21],
  turns: 2 ** 20,
  sine: sineSeries,
  cosine: cosineSeries,
};

/** The sine of x + `shift` quarter turns. */
function sineShifted({ parts, sine, cosine }: Precision, shift: 0 | 1): Scalar {
  const n = round(mul(x, 2 / Math.PI));
  const products = parts.map((part) => mul(n, part));
  // Exact except for the last two, whose subtraction leaves r and its rounding error.
  const before = products.slice(0, -2).reduce<Scalar>((rest, product) => sub(rest, product), x);
  const [next, last] = products.slice(-2) as [Scalar, Scalar];
  const first = sub(before, next);
  const correction = sub(sub(sub(before, first), next), last);
  const r = add(first, correction);
  const lost = add(sub(first, r), correction);
  const z = mul(r, r);
  const sinR = add(r, add(mul(mul(r, z), polynomial(z, sine)), lost));
  const cosR = sub(sub(1, mul(z, 0.5)), sub(mul(r, lost), mul(mul(z, z), polynomial(z, cosine))));
  // Quarter turns, from 0 to 3: odd ones swap sine and cosine, the last two change the sign.
  const m = add(n, shift);
  const quarter = sub(m, mul(4, floor(mul(m, 0.25))));
  const isOdd = less(0.5, sub(quarter, mul(2, floor(mul(quarter, 0.5)))));
  const size = select(isOdd, cosR, sinR);
  return negatedIf(less(1.5, quarter), size);
}

const limitOf = ({ turns }: Precision): number => (turns - 1) * (Math.PI / 2);

/** Keeps the sign of 0. */
const sineOf = (precision: Precision): Scalar => select(equal(x, 0), x, sineShifted(precision, 0));

export const sin: Approximations = {
  float32: { value: sineOf(float32), limit: limitOf(float32) },
  float64: { value: sineOf(float64), limit: limitOf(float64) },
};

export const cos: Approximations = {
  float32: { value: sineShifted(float32, 1), limit: limitOf(float32) },
  float64: { value: sineShifted(float64, 1), limit: limitOf(float64) },
};
