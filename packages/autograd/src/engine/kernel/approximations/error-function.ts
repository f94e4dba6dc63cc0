// The error function and its complement: rational functions for |x| below 0.84375 and 1.25, and
// beyond that erfc(|x|), with the factor e^(-x^2) taken out. Method and coefficients: Sun's fdlibm
// (s_erf.c), free to use.
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
} from "../../../scalar/error-function-coefficients.ts";
import {
  abs,
  add,
  div,
  input,
  less,
  min,
  mul,
  type Part,
  type Scalar,
  select,
  sub,
} from "../../../scalar/expression.ts";
import { beyond, type SquareInTwo, squareInTwo } from "../../../scalar/square.ts";
import { type Approximations, both } from "./approximation.ts";
import { negatedIf } from "./choices.ts";
import { exponential32, exponential64 } from "./exponential.ts";
import { polynomial } from "./polynomial.ts";

const x = input(0);

function ratio(of: Scalar, numerator: readonly number[], denominator: readonly number[]): Scalar {
  return div(polynomial(of, numerator), polynomial(of, denominator));
}

type Exponential = (of: Part) => Scalar;

/** erf(|z|) - |z|, for |z| < 0.84375. */
const nearRest = (size: Scalar): Scalar =>
  mul(size, ratio(mul(size, size), nearNumerator, nearDenominator));

/** erf(1 + `more`) - `aroundOne`, for sizes from 0.84375 to 1.25. */
const middleRest = (more: Scalar): Scalar => ratio(more, middleNumerator, middleDenominator);

/** log(|z| erfc(|z|) e^(z^2)), from 1.25 on. */
function tailPower(square: Scalar): Scalar {
  const inverse = div(1, square);
  const power = select(
    less(square, (1 / 0.35) ** 2),
    ratio(inverse, tailNumerator, tailDenominator),
    ratio(inverse, farNumerator, farDenominator),
  );
  return sub(power, 0.5625);
}

function errorFunction(exponential: Exponential): Scalar {
  // From 6 on the result is 1.
  const size = min(abs(x), 6);
  const square = mul(size, size);
  const complement = div(exponential(sub(tailPower(square), square)), size);
  const far = select(
    less(size, 1.25),
    add(aroundOne, middleRest(sub(size, 1))),
    sub(1, complement),
  );
  const signed = negatedIf(less(x, 0), far);
  return select(less(size, 0.84375), add(x, nearRest(x)), signed);
}

/** The error function. */
export const erf: Approximations = both(errorFunction(exponential32), errorFunction(exponential64));

/** A number >= 0, its distances from 1/2 and 1, and its square. */
interface Size {
  readonly size: Scalar;
  readonly minusHalf: Scalar;
  /** The rounding error of `minusHalf`. */
  readonly halfLost: number;
  readonly minusOne: Scalar;
  readonly inTwo: SquareInTwo;
}

/** erfc(z) for z = `size`, and for -z. */
function complements(
  { size, minusHalf, halfLost, minusOne, inTwo: { square, lost } }: Size,
  exponential: Exponential,
): { readonly above: Scalar; readonly below: Scalar } {
  // The remainder of 1 or, if more than that is left, of 1/2.
  const rest = nearRest(size);
  const half = sub(0.5, add(minusHalf, halfLost === 0 ? rest : add(rest, halfLost)));
  const near = select(less(size, 0.25), sub(1, add(size, rest)), half);
  const middle = sub(1 - aroundOne, middleRest(minusOne));
  const power = tailPower(square);
  const exponent = sub(power, square);
  // The rounding error of the exponent: the larger part is subtracted first.
  const off = sub(sub(power, add(exponent, square)), lost);
  const value = exponential(exponent);
  const tail = div(add(value, mul(value, off)), size);
  const isNear = less(size, 0.84375);
  const far = select(less(size, 1.25), middle, tail);
  const nearBelow = add(1, add(size, rest));
  return { above: select(isNear, near, far), below: select(isNear, nearBelow, sub(2, far)) };
}

function complement(exponential: Exponential): Scalar {
  const size = min(abs(x), beyond);
  const [minusHalf, minusOne] = [sub(size, 0.5), sub(size, 1)];
  const z = { size, minusHalf, halfLost: 0, minusOne, inTwo: squareInTwo(size) };
  const { above, below } = complements(z, exponential);
  return select(less(x, 0), below, above);
}

/** 1 - erf(x). */
export const erfc: Approximations = both(complement(exponential32), complement(exponential64));

/** sqrt(2) as a float32, and its rounding error. */
const root = Math.fround(Math.SQRT2);
const rootLost = 2.420323420895794e-8;

/**
 * erfc(-x / sqrt(2)) / 2. Parts that are sensitive to x / sqrt(2), its square and its distances
 * from 1/2 and 1, use x itself, since the quotient is rounded.
 */
function normalDistribution(exponential: Exponential): Scalar {
  const size = min(abs(x), beyond);
  const { square, lost } = squareInTwo(size);
  const z = {
    size: mul(size, Math.SQRT1_2),
    minusHalf: mul(sub(size, root / 2), Math.SQRT1_2),
    halfLost: (-rootLost / 2) * Math.SQRT1_2,
    minusOne: mul(sub(sub(size, root), rootLost), Math.SQRT1_2),
    inTwo: { square: mul(square, 0.5), lost: mul(lost, 0.5) },
  };
  const { above, below } = complements(z, exponential);
  return mul(select(less(x, 0), above, below), 0.5);
}

/** The probability that a standard normal number is at most x. */
export const normalCdf: Approximations = both(
  normalDistribution(exponential32),
  normalDistribution(exponential64),
);
