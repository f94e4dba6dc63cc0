// The density of gamma distributions of rate 1 in log x, x^a e^-x / Gamma(a), with digits that do not fall as
// the shape rises: terms of a log a cancel in the plain formula. In float64.
import { type Tensor, where } from "@nabla/autograd";

/** Stirling's series has all digits from here on (DLMF 5.11.1). */
export const least = 10;
const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360];

/** 1 / (2 n + 3) for the series of atanh, and how many of them 0.3 takes. */
const arctangents = Array.from({ length: 12 }, (_, n) => 1 / (2 * n + 3));
const exponentials = Array.from({ length: 14 }, (_, n) => -1 / (n + 3));

function polynomial(x: Tensor, coefficients: readonly number[]): Tensor {
  return coefficients.reduceRight<Tensor>((sum, c) => sum.mul(x).add(c), x.mul(0));
}

/** What log Gamma(x) is beyond (x - 1/2) log x - x + log sqrt(2 pi), for x of `least` or more. */
export function stirlingRest(x: Tensor): Tensor {
  const inverse = x.reciprocal();
  return polynomial(inverse.square(), stirling).mul(inverse);
}

/** log(1 + x) - x for x above -1, with all digits next to 0. */
export function log1pMinus(x: Tensor): Tensor {
  const isSmall = x.abs().less(0.3);
  const small = where(isSmall, x, 0);
  // log(1 + x) = 2 atanh r.
  const r = small.div(small.add(2));
  const square = r.square();
  const series = square.mul(r).mul(polynomial(square, arctangents)).mul(2).sub(r.mul(small));
  const large = where(isSmall, 1, x);
  return where(isSmall, series, large.log1p().sub(large));
}

/** e^-s - 1 + s for s of 0 or more, with all digits next to 0. */
export function expMinusPlus(s: Tensor): Tensor {
  const isSmall = s.less(0.5);
  const small = where(isSmall, s, 0);
  // s^2 / 2 (1 - s / 3 (1 - s / 4 (...))).
  const series = exponentials.reduceRight<Tensor>(
    (rest, c) => rest.mul(small).mul(c).add(1),
    small.mul(0).add(1),
  );
  const large = where(isSmall, 1, s);
  return where(isSmall, series.mul(small.square()).mul(0.5), large.neg().expm1().add(large));
}

/** Whether `logMass` is asked for where the plain formula loses digits. */
function isCancelling(a: Tensor, x: Tensor): Tensor {
  return a.greaterEqual(least).logicalAnd(x.greaterEqual(a.mul(0.25)));
}

/**
 * log(x^a e^-x / Gamma(a)) where the plain formula loses digits: N. M. Temme, "Special functions", 1996, section
 * 3.6.2. Elsewhere `plain`.
 */
export function logMass(a: Tensor, x: Tensor, plain: Tensor): Tensor {
  const isHere = isCancelling(a, x);
  const [shape, at] = [where(isHere, a, least), where(isHere, x, least)];
  const exponent = shape.mul(log1pMinus(at.sub(shape).div(shape)));
  const value = exponent
    .add(
      shape
        .div(2 * Math.PI)
        .log()
        .mul(0.5),
    )
    .sub(stirlingRest(shape));
  return where(isHere, value, plain);
}
