// The natural logarithm by sums and products alone, which has the same bits on every host, and in C: Math.log
// may differ in its last bit. As engine/kernel/approximations/logarithm.ts has it (Sun's fdlibm, e_log.c).
import { artanhSeries, log2Parts } from "./coefficients.ts";
import { exponentOf, significandOf } from "./float-parts.ts";
import { polynomial } from "./polynomial.ts";

/** log x, within 0.8 ulp. */
export function logarithm(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  // The exponent of a subnormal number is not in its bits.
  const isSmall = x < 2 ** -1022;
  const lifted = isSmall ? x * 2 ** 54 : x;
  let [m, e] = [significandOf(lifted), exponentOf(lifted) - (isSmall ? 54 : 0)];
  if (m > Math.SQRT2) [m, e] = [0.5 * m, e + 1];
  const f = m - 1;
  const s = f / (f + 2);
  const square = s * s;
  const r = square * polynomial(square, artanhSeries);
  const half = 0.5 * (f * f);
  const [high, low] = log2Parts.float64;
  return e * high - (half - (s * (half + r) + e * low) - f);
}
