// e^x and functions built from it. x = n log 2 + r with an integer n and |r| <= log 2 / 2, so that
// e^x = 2^n e^r. Coefficients: float32 of S. Moshier's Cephes library (expf), float64 of Sun's
// fdlibm (e_exp.c), both in the public domain or free to use.
import { log2Parts } from "../../../scalar/coefficients.ts";
import {
  abs,
  add,
  div,
  floor,
  input,
  less,
  max,
  min,
  mul,
  mulAdd,
  neg,
  type Part,
  powerOf2,
  round,
  type Scalar,
  select,
  sub,
} from "../../../scalar/expression.ts";
import type { Approximations } from "./approximation.ts";
import { polynomial } from "./polynomial.ts";

const x = input(0);

/** e^x - 1 = 2^n (1 + rest) - 1. */
interface Reduced {
  readonly n: Scalar;
  /** e^r - 1, with a small relative error. */
  readonly rest: Scalar;
}

function reduced32(of: Part): Reduced {
  const n = round(mul(of, Math.LOG2E));
  const r = mulAdd(n, -log2Parts.float32.low, mulAdd(n, -log2Parts.float32.high, of));
  const p = polynomial(
    r,
    [
      5.0000001201e-1, 1.6666665459e-1, 4.1665795894e-2, 8.3334519073e-3, 1.3981999507e-3,
      1.98756915e-4,
    ],
  );
  return { n, rest: mulAdd(p, mul(r, r), r) };
}

function reduced64(of: Part): Reduced {
  const n = round(mul(of, Math.LOG2E));
  const high = mulAdd(n, -log2Parts.float64.high, of);
  const low = mul(n, log2Parts.float64.low);
  const r = sub(high, low);
  const square = mul(r, r);
  const p = polynomial(
    square,
    [
      0.16666666666666602, -0.0027777777777015593, 6.613756321437934e-5, -1.6533902205465252e-6,
      4.1381367970572385e-8,
    ],
  );
  const c = sub(r, mul(square, p));
  return { n, rest: sub(high, sub(low, div(mul(r, c), sub(2, c)))) };
}

/** Scales in two steps, since 2^n itself may overflow where the result does not. */
function scaled(value: Part, n: Scalar): Scalar {
  const half = floor(mul(n, 0.5));
  return mul(mul(value, powerOf2(half)), powerOf2(sub(n, half)));
}

/** Below `from` the result is 0, beyond `to` infinity. */
function exponential(of: Part, reduced: (of: Part) => Reduced, from: number, to: number): Scalar {
  const { n, rest } = reduced(min(max(of, from), to));
  return scaled(add(rest, 1), n);
}

export const exponential32 = (of: Part): Scalar => exponential(of, reduced32, -105, 90);
export const exponential64 = (of: Part): Scalar => exponential(of, reduced64, -746, 710);

/** e^x. */
export const exp: Approximations = {
  float32: { value: exponential32(x) },
  float64: { value: exponential64(x) },
};

/** 2 (2^(n - 1) rest + (2^(n - 1) - 1/2)): exact for n = 0, and avoids 2^n for the largest n. */
function exponentialMinus1(
  reduced: (of: Part) => Reduced,
  from: number,
  to: number,
  tiny: number,
): Scalar {
  const { n, rest } = reduced(min(max(x, from), to));
  const power = powerOf2(sub(n, 1));
  const half = mulAdd(rest, power, sub(power, 0.5));
  // This near 0 the result is x to the last bit, and halving could lose it, or the sign of 0.
  return select(less(abs(x), tiny), x, add(half, half));
}

/** e^x - 1. */
export const expm1: Approximations = {
  // From 89.07 on n would be 129, and 2^(n - 1) infinite.
  float32: { value: exponentialMinus1(reduced32, -20, 89, 2 ** -25) },
  float64: { value: exponentialMinus1(reduced64, -40, 710, 2 ** -54) },
};

/** t / (t + 2) with t = e^2|x| - 1, accurate near 0. */
function hyperbolicTangent(reduced: (of: Part) => Reduced, tiny: number): Scalar {
  const size = abs(x);
  // From 20 on the result is 1.
  const { n, rest } = reduced(mul(min(size, 20), 2));
  const power = powerOf2(n);
  const t = mulAdd(rest, power, sub(power, 1));
  const divisor = add(t, 2);
  const quotient = div(t, divisor);
  // The rounding error of the divisor matters where that is about 2.
  const lost = sub(t, sub(divisor, 2));
  const corrected = mulAdd(mul(quotient, lost), -0.5, quotient);
  const value = select(less(t, 1), corrected, quotient);
  // This near 0 the result is x to the last bit; 0 keeps its sign.
  return select(less(size, tiny), x, select(less(x, 0), neg(value), value));
}

/** The hyperbolic tangent. */
export const tanh: Approximations = {
  float32: { value: hyperbolicTangent(reduced32, 2 ** -12) },
  float64: { value: hyperbolicTangent(reduced64, 2 ** -27) },
};
