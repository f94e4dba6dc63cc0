// Natural logarithms. x = 2^e (1 + f) with 1 + f between sqrt(1/2) and sqrt(2), so that log x = e
// log 2 + log(1 + f), in float64 as 2 artanh(f / (2 + f)). Coefficients: float32 of S. Moshier's
// Cephes library (logf), float64 of Sun's fdlibm (e_log.c).
import { artanhSeries, log2Parts } from "../../../scalar/coefficients.ts";
import {
  add,
  div,
  equal,
  exponent,
  input,
  less,
  mul,
  mulAdd,
  type Part,
  type Scalar,
  select,
  significand,
  sub,
} from "../../../scalar/expression.ts";
import { type Approximations, both } from "./approximation.ts";
import { polynomial } from "./polynomial.ts";

const x = input(0);

/** log of 2^e (1 + f). */
type Core = (f: Scalar, e: Part) => Scalar;

const core32: Core = (f, e) => {
  const square = mul(f, f);
  const p = polynomial(
    f,
    [
      0.3333333, -0.24999994, 0.20000714, -0.16668057, 0.14249323, -0.12420141, 0.116769984,
      -0.1151461, 0.070376836,
    ],
  );
  const [log2High, log2Low] = log2Parts.float32;
  const small = mulAdd(mul(f, square), p, mul(e, log2Low));
  return mulAdd(e, log2High, add(f, mulAdd(square, -0.5, small)));
};

const core64: Core = (f, e) => {
  const s = div(f, add(f, 2));
  const z = mul(s, s);
  const r = mul(z, polynomial(z, artanhSeries));
  const half = mul(0.5, mul(f, f));
  const [log2High, log2Low] = log2Parts.float64;
  const low = add(mul(s, add(half, r)), mul(e, log2Low));
  return sub(mul(e, log2High), sub(sub(half, low), f));
};

/** The smallest normal number, and the k for which 2^k scales all smaller ones to normal numbers. */
export type Subnormal = readonly [end: number, lift: number];

export const subnormal32: Subnormal = [2 ** -126, 24];
export const subnormal64: Subnormal = [2 ** -1022, 54];

/** `of` > 0 as 2^e m, with m from `top` / 2 to `top`. */
export function binaryParts(
  of: Scalar,
  top: number,
  [end, lift]: Subnormal,
): { readonly m: Scalar; readonly e: Scalar } {
  // The exponent of a subnormal number is not in its bits.
  const isSmall = less(of, end);
  const lifted = select(isSmall, mul(of, 2 ** lift), of);
  const s = significand(lifted);
  const isUpper = less(top, s);
  const lowered = sub(exponent(lifted), select(isSmall, lift, 0));
  return { m: select(isUpper, mul(s, 0.5), s), e: add(lowered, select(isUpper, 1, 0)) };
}

function logarithm(of: Scalar, core: Core, subnormal: Subnormal): Scalar {
  const { m, e } = binaryParts(of, Math.SQRT2, subnormal);
  const value = core(sub(m, 1), e);
  const notPositive = select(equal(of, 0), Number.NEGATIVE_INFINITY, Number.NaN);
  const infinity = Number.POSITIVE_INFINITY;
  return select(less(0, of), select(equal(of, infinity), infinity, value), notPositive);
}

const log32 = (of: Scalar): Scalar => logarithm(of, core32, subnormal32);
const log64 = (of: Scalar): Scalar => logarithm(of, core64, subnormal64);

/** The natural logarithm. */
export const log: Approximations = both(log32(x), log64(x));

/** log2 x = e + log(1 + f) / ln 2: exact for powers of 2, where f is 0. */
const binary =
  (core: Core): Core =>
  (f, e) =>
    add(mul(core(f, 0), Math.LOG2E), e);

/** The logarithm to base 2. */
export const log2: Approximations = both(
  logarithm(x, binary(core32), subnormal32),
  logarithm(x, binary(core64), subnormal64),
);

/** log u, plus the rounding error of u = 1 + `of` divided by u; `of` itself where u is 1. */
function logarithmOf1Plus(of: Scalar, logOf: (of: Scalar) => Scalar): Scalar {
  const u = add(of, 1);
  const lost: Part = div(sub(of, sub(u, 1)), u);
  const isInside = less(0, u);
  const isFinite = less(u, Number.POSITIVE_INFINITY);
  const correction = select(isInside, select(isFinite, lost, 0), 0);
  return select(equal(u, 1), of, add(logOf(u), correction));
}

export const log1p32 = (of: Scalar): Scalar => logarithmOf1Plus(of, log32);
export const log1p64 = (of: Scalar): Scalar => logarithmOf1Plus(of, log64);

/** log(1 + x). */
export const log1p: Approximations = both(log1p32(x), log1p64(x));
