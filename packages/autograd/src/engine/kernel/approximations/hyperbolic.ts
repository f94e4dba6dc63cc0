// Hyperbolic functions and their inverses, by e^x - 1 and log(1 + x), so that no digits are lost
// near 0.
import {
  abs,
  add,
  div,
  input,
  less,
  max,
  min,
  mul,
  mulAdd,
  powerOf2,
  type Scalar,
  select,
  sqrt,
  sub,
} from "../../../scalar/expression.ts";
import { type Approximations, both } from "./approximation.ts";
import { negatedIf } from "./choices.ts";
import { exponentialMinus1, type Reduction, reduced32, reduced64 } from "./exponential.ts";
import { log1p32, log1p64 } from "./logarithm.ts";
import { polynomial } from "./polynomial.ts";

const x = input(0);
const size = abs(x);

// Beyond these, sines and cosines are infinite, and 2^(n - 2) is not yet.
const [end32, end64] = [89.45, 710.5];
const [tiny32, tiny64] = [2 ** -12, 2 ** -27];

/** With the sign of x; x itself where |x| < `tiny`, as there the result is x to the last bit. */
function odd(of: Scalar, tiny: number): Scalar {
  return select(less(size, tiny), x, negatedIf(less(x, 0), of));
}

/** (e^|x| - 1) / 2, which is finite where e^|x| is not yet; infinite from `to` on. */
const halfExponentialMinus1 = (reduced: Reduction, to: number): Scalar =>
  exponentialMinus1(reduced(min(size, to)), 2);

/** h + h / (2 h + 1), with h = (e^|x| - 1) / 2, which may be infinite; of large h that is h + 1/2. */
function sineByExponential(reduced: Reduction, to: number): Scalar {
  const half = halfExponentialMinus1(reduced, to);
  const least = min(half, 2 ** 60);
  return add(half, div(least, add(add(least, least), 1)));
}

/** (sinh x - x) / x^3 in x^2, up to 1, by Remez's algorithm. */
const sineSeries = [0.16666667, 0.00833335, 0.0001983616, 2.816951e-6];

/** In float32 by a series up to 1, where the exponential loses digits. */
function sineOf32(): Scalar {
  const square = mul(x, x);
  const near = mulAdd(mul(size, square), polynomial(square, sineSeries), size);
  return select(less(size, 1), near, sineByExponential(reduced32, end32));
}

/** e + 1 / (4 e), with e = e^|x| / 2. */
function hyperbolicCosine(reduced: Reduction, to: number): Scalar {
  const half = add(halfExponentialMinus1(reduced, to), 0.5);
  return add(half, div(0.25, half));
}

/** The hyperbolic sine. */
export const sinh: Approximations = both(
  odd(sineOf32(), tiny32),
  odd(sineByExponential(reduced64, end64), tiny64),
);

/** The hyperbolic cosine. */
export const cosh: Approximations = both(
  hyperbolicCosine(reduced32, end32),
  hyperbolicCosine(reduced64, end64),
);

/** t / (t + 2) with t = e^2|x| - 1, accurate near 0. */
function hyperbolicTangent(reduced: Reduction, tiny: number): Scalar {
  // From 20 on the result is 1.
  const { n, rest } = reduced(mul(min(size, 20), 2));
  const power = powerOf2(n);
  const t = mulAdd(rest, power, sub(power, 1));
  const divisor = add(t, 2);
  const quotient = div(t, divisor);
  // The rounding error of the divisor matters where that is about 2.
  const lost = sub(t, sub(divisor, 2));
  const corrected = mulAdd(mul(quotient, lost), -0.5, quotient);
  return odd(select(less(t, 1), corrected, quotient), tiny);
}

/** The hyperbolic tangent. */
export const tanh: Approximations = both(
  hyperbolicTangent(reduced32, tiny32),
  hyperbolicTangent(reduced64, tiny64),
);

type Log1p = (of: Scalar) => Scalar;

/** The rounding error of 1 + x, relative to it: the logarithm of 1 + x loses that. */
function sumOf(most: Scalar, least: Scalar): { readonly sum: Scalar; readonly lost: Scalar } {
  const sum = add(most, least);
  return { sum, lost: div(sub(least, sub(sum, most)), add(sum, 1)) };
}

/** log(1 + `most` + `least`) where `of` is small, and log(2 `of`) where its square might be infinite. */
function logarithmOfSum(of: Scalar, most: Scalar, least: Scalar, log1p: Log1p): Scalar {
  const isLarge = less(2 ** 60, of);
  const { sum, lost } = sumOf(most, least);
  return add(log1p(select(isLarge, of, sum)), select(isLarge, Math.LN2, lost));
}

/** log(|x| + sqrt(x^2 + 1)). */
function inverseSine(log1p: Log1p, tiny: number): Scalar {
  const square = mul(size, size);
  const least = div(square, add(sqrt(add(square, 1)), 1));
  return odd(logarithmOfSum(size, size, least, log1p), tiny);
}

/** log(x + sqrt(x^2 - 1)). */
function inverseCosine(log1p: Log1p): Scalar {
  const above = sub(x, 1);
  // Of a square that is less than 0 below 1, however far.
  const root = sqrt(mulAdd(above, max(above, 0), add(above, above)));
  return logarithmOfSum(x, root, above, log1p);
}

/** log((1 + |x|) / (1 - |x|)) / 2: 1 - |x| is exact from 1/2 on, and matters less below. */
function inverseTangent(log1p: Log1p, tiny: number): Scalar {
  const isSmall = less(size, 0.5);
  const twice = add(size, size);
  const ratio = div(select(isSmall, mul(twice, size), twice), sub(1, size));
  // Infinite at 1.
  const { sum, lost } = sumOf(select(isSmall, twice, 0), ratio);
  return odd(mul(add(log1p(sum), select(isSmall, lost, 0)), 0.5), tiny);
}

/** The number whose hyperbolic sine is x. */
export const asinh: Approximations = both(
  inverseSine(log1p32, tiny32),
  inverseSine(log1p64, tiny64),
);

/** The number >= 0 whose hyperbolic cosine is x; NaN below 1. */
export const acosh: Approximations = both(inverseCosine(log1p32), inverseCosine(log1p64));

/** The number whose hyperbolic tangent is x; NaN beyond 1. */
export const atanh: Approximations = both(
  inverseTangent(log1p32, tiny32),
  inverseTangent(log1p64, tiny64),
);
