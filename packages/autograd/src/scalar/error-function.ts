// The error function, its complement and the normal distribution, which Math lacks: for the
// reference back end and for constants. Method and coefficients: Sun's fdlibm (s_erf.c), free to
// use.
import {
  aroundOne,
  farDenominator,
  farNumerator,
  middleDenominator,
  middleNumerator,
  nearDenominator,
  nearNumerator,
  tailDenominator,
  tailNumerator,
} from "./error-function-coefficients.ts";
import { polynomial } from "./polynomial.ts";

/** 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to `x`. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size < 0.84375) return x + nearRest(x);
  if (size < 1.25) return Math.sign(x) * (aroundOne + middleRest(size - 1));
  // From 6 on the result rounds to 1.
  return size >= 6 ? Math.sign(x) : Math.sign(x) * (1 - tail(size, squareInTwo(size)));
}

/** 1 - erf(x), with all digits for large `x`; 0 from 27.3 on. */
export function erfc(x: number): number {
  const size = Math.abs(x);
  return complement(x, (part) => size - part, squareInTwo(x));
}

/** sqrt(2) as a float32, and its rounding error. */
const root = Math.fround(Math.SQRT2);
const rootLost = 2.420323420895794e-8;

/**
 * The probability that a standard normal number is at most `x`: erfc(-x / sqrt(2)) / 2. Parts that
 * are sensitive to x / sqrt(2) use x itself, since the quotient is rounded.
 */
export function normalCdf(x: number): number {
  const size = Math.abs(x);
  const from = (part: number): number => (size - part * root - part * rootLost) * Math.SQRT1_2;
  const [square, lost] = squareInTwo(x);
  return complement(-x * Math.SQRT1_2, from, [square / 2, lost / 2]) / 2;
}

/** x^2 as a float, and its rounding error. */
type SquareInTwo = readonly [square: number, lost: number];

function squareInTwo(x: number): SquareInTwo {
  // 24 bits, whose square is exact.
  const head = Math.fround(x);
  const rest = (x - head) * (x + head);
  const square = head * head + rest;
  return [square, head * head - square + rest];
}

/** erfc(z); `from` says how far |z| is from 1/2 and from 1. */
function complement(z: number, from: (part: number) => number, square: SquareInTwo): number {
  const size = Math.abs(z);
  if (size < 0.25) return 1 - (z + nearRest(z));
  if (size < 0.84375) {
    const rest = nearRest(size);
    return z > 0 ? 0.5 - (from(0.5) + rest) : 1 + (size + rest);
  }
  const above = size < 1.25 ? 1 - aroundOne - middleRest(from(1)) : tail(size, square);
  return z < 0 ? 2 - above : above;
}

/** erf(z) - z, for |z| < 0.84375. */
function nearRest(z: number): number {
  return z * ratio(z * z, nearNumerator, nearDenominator);
}

/** erf(1 + `more`) - `aroundOne`, for sizes from 0.84375 to 1.25. */
function middleRest(more: number): number {
  return ratio(more, middleNumerator, middleDenominator);
}

/** erfc(z), from 1.25 on. */
function tail(z: number, [square, lost]: SquareInTwo): number {
  // Far below the smallest number; the square of infinity could not be split.
  if (z >= 28) return 0;
  const inverse = 1 / square;
  const isNearer = z < 1 / 0.35;
  const power = isNearer
    ? ratio(inverse, tailNumerator, tailDenominator)
    : ratio(inverse, farNumerator, farDenominator);
  const exponent = power - 0.5625 - square;
  // The rounding error of the exponent: the larger part is subtracted first.
  const off = power - 0.5625 - (exponent + square) - lost;
  const value = Math.exp(exponent);
  return (value + value * off) / z;
}

function ratio(x: number, numerator: readonly number[], denominator: readonly number[]): number {
  return polynomial(x, numerator) / polynomial(x, denominator);
}
