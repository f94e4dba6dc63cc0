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
  mul,
  mulAdd,
  type Part,
  powerOf2,
  round,
  type Scalar,
  select,
  sub,
} from "../../../scalar/expression.ts";
import { type Approximations, both } from "./approximation.ts";
import { within } from "./choices.ts";
import { polynomial } from "./polynomial.ts";

const x = input(0);

/** e^x - 1 = 2^n (1 + rest) - 1. */
interface Reduced {
  readonly n: Scalar;
  /** e^r - 1, with a small relative error. */
  readonly rest: Scalar;
}

export type Reduction = (of: Part) => Reduced;

/** (r - 2 + 2 r / (e^r - 1)) / r^2, in r^2. */
export const exponentialSeries: readonly number[] = [
  0.16666666666666602, -0.0027777777777015593, 6.613756321437934e-5, -1.6533902205465252e-6,
  4.1381367970572385e-8,
];

export function reduced32(of: Part): Reduced {
  const n = round(mul(of, Math.LOG2E));
  const [log2High, log2Low] = log2Parts.float32;
  const r = mulAdd(n, -log2Low, mulAdd(n, -log2High, of));
  const p = polynomial(r, [0.5, 0.16666666, 0.041665796, 0.008333452, 0.0013981999, 0.00019875691]);
  return { n, rest: mulAdd(p, mul(r, r), r) };
}

export function reduced64(of: Part): Reduced {
  const n = round(mul(of, Math.LOG2E));
  const [log2High, log2Low] = log2Parts.float64;
  const high = mulAdd(n, -log2High, of);
  const low = mul(n, log2Low);
  const r = sub(high, low);
  const square = mul(r, r);
  const p = polynomial(square, exponentialSeries);
  const c = sub(r, mul(square, p));
  return { n, rest: sub(high, sub(low, div(mul(r, c), sub(2, c)))) };
}

/** Scales in two steps, since 2^n itself may overflow where the result does not. */
export function scaled(value: Part, n: Scalar): Scalar {
  const half = floor(mul(n, 0.5));
  return mul(mul(value, powerOf2(half)), powerOf2(sub(n, half)));
}

/** Below `from` the result is 0, beyond `to` infinity. */
function exponential(of: Part, reduced: Reduction, from: number, to: number): Scalar {
  const { n, rest } = reduced(within(of, from, to));
  return scaled(add(rest, 1), n);
}

export const exponential32 = (of: Part): Scalar => exponential(of, reduced32, -105, 90);
export const exponential64 = (of: Part): Scalar => exponential(of, reduced64, -746, 710);

/** e^x. */
export const exp: Approximations = both(exponential32(x), exponential64(x));

/**
 * (e^x - 1) 2^(1 - k), as twice 2^(n - k) rest + (2^(n - k) - 2^-k): exact for n = 0, and without 2^n, which
 * is infinite for the largest n.
 */
export function exponentialMinus1({ n, rest }: Reduced, k: number): Scalar {
  const power = powerOf2(sub(n, k));
  const half = mulAdd(rest, power, sub(power, 2 ** -k));
  return add(half, half);
}

/** Near 0, where |x| < `tiny`, x to the last bit: halving could lose it, or the sign of 0. */
function exponentialOfXMinus1(reduced: Reduction, from: number, to: number, tiny: number): Scalar {
  return select(less(abs(x), tiny), x, exponentialMinus1(reduced(within(x, from, to)), 1));
}

/** e^x - 1. */
export const expm1: Approximations = both(
  // From 89.07 on n would be 129, and 2^(n - 1) infinite.
  exponentialOfXMinus1(reduced32, -20, 89, 2 ** -25),
  exponentialOfXMinus1(reduced64, -40, 710, 2 ** -54),
);
