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
import type { Approximations } from "./approximation.ts";
import { polynomial } from "./polynomial.ts";

const x = input(0);

/** log of 2^e (1 + f). */
type Core = (f: Scalar, e: Part) => Scalar;

const core32: Core = (f, e) => {
  const square = mul(f, f);
  const p = polynomial(
    f,
    [
      3.3333331174e-1, -2.4999993993e-1, 2.0000714765e-1, -1.6668057665e-1, 1.4249322787e-1,
      -1.2420140846e-1, 1.167699874e-1, -1.151461031e-1, 7.0376836292e-2,
    ],
  );
  const small = mulAdd(mul(f, square), p, mul(e, log2Parts.float32.low));
  return mulAdd(e, log2Parts.float32.high, add(f, mulAdd(square, -0.5, small)));
};

const core64: Core = (f, e) => {
  const s = div(f, add(f, 2));
  const z = mul(s, s);
  const r = mul(z, polynomial(z, artanhSeries));
  const half = mul(0.5, mul(f, f));
  const low = add(mul(s, add(half, r)), mul(e, log2Parts.float64.low));
  return sub(mul(e, log2Parts.float64.high), sub(sub(half, low), f));
};

/** `of` > 0; below `least`, the smallest normal number, its exponent is not in its bits. */
function logarithm(of: Scalar, core: Core, least: number, lift: number): Scalar {
  const isSmall = less(of, least);
  const lifted = select(isSmall, mul(of, 2 ** lift), of);
  const s = significand(lifted);
  const isUpper = less(Math.SQRT2, s);
  const f = sub(select(isUpper, mul(s, 0.5), s), 1);
  const lowered = sub(exponent(lifted), select(isSmall, lift, 0));
  const value = core(f, add(lowered, select(isUpper, 1, 0)));
  const notPositive = select(equal(of, 0), Number.NEGATIVE_INFINITY, Number.NaN);
  const infinity = Number.POSITIVE_INFINITY;
  return select(less(0, of), select(equal(of, infinity), infinity, value), notPositive);
}

const log32 = (of: Scalar): Scalar => logarithm(of, core32, 2 ** -126, 24);
const log64 = (of: Scalar): Scalar => logarithm(of, core64, 2 ** -1022, 54);

/** The natural logarithm. */
export const log: Approximations = {
  float32: { value: log32(x) },
  float64: { value: log64(x) },
};

/** log2 x = e + log(1 + f) / ln 2: exact for powers of 2, where f is 0. */
const binary =
  (core: Core): Core =>
  (f, e) =>
    add(mul(core(f, 0), Math.LOG2E), e);

/** The logarithm to base 2. */
export const log2: Approximations = {
  float32: { value: logarithm(x, binary(core32), 2 ** -126, 24) },
  float64: { value: logarithm(x, binary(core64), 2 ** -1022, 54) },
};

/** log u, plus the rounding error of u = 1 + x divided by u; x itself where u is 1. */
function logarithmOf1Plus(logOf: (of: Scalar) => Scalar): Scalar {
  const u = add(x, 1);
  const lost: Part = div(sub(x, sub(u, 1)), u);
  const isInside = less(0, u);
  const isFinite = less(u, Number.POSITIVE_INFINITY);
  const correction = select(isInside, select(isFinite, lost, 0), 0);
  return select(equal(u, 1), x, add(logOf(u), correction));
}

/** log(1 + x). */
export const log1p: Approximations = {
  float32: { value: logarithmOf1Plus(log32) },
  float64: { value: logarithmOf1Plus(log64) },
};
