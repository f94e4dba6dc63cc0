// Normal numbers from uniform ones: G. E. P. Box and M. E. Muller, "A note on the generation of
// random normal deviates", Annals of Mathematical Statistics 29 (1958), 610. Logarithm and cosine
// are built from operations that IEEE 754 rounds exactly: those of the scalar language may differ
// in their last bit between back ends, and draws must not.
import type { Elementwise } from "../graph/node.ts";
import { artanhSeries, cosineSeries, log2Parts, sineSeries } from "../scalar/coefficients.ts";
import {
  add,
  div,
  equal,
  exponent,
  input,
  less,
  mul,
  neg,
  type Part,
  round,
  type Scalar,
  select,
  significand,
  sqrt,
  sub,
} from "../scalar/expression.ts";

const x = input(0);

/** c[0] + c[1] x + c[2] x^2 + …, each product and sum rounded. */
function polynomial(x: Scalar, coefficients: readonly Part[]): Part {
  return coefficients.reduceRight((sum, coefficient) => add(mul(sum, x), coefficient));
}

/** log x for a normal number x > 0, as e log 2 + 2 artanh(f / (2 + f)) of x = 2^e (1 + f). */
function logarithm(of: Scalar): Scalar {
  const s = significand(of);
  const isUpper = less(Math.SQRT2, s);
  const f = sub(select(isUpper, mul(s, 0.5), s), 1);
  const e = add(exponent(of), select(isUpper, 1, 0));
  const ratio = div(f, add(f, 2));
  const square = mul(ratio, ratio);
  const rest = polynomial(square, artanhSeries);
  const [high, lowPart] = log2Parts.float64;
  const half = mul(0.5, mul(f, f));
  const low = add(mul(ratio, add(half, mul(square, rest))), mul(e, lowPart));
  return sub(mul(e, high), sub(sub(half, low), f));
}

/** cos(2 pi x) for x from 0 to 1, split exactly into quarter turns and a remaining angle. */
function cosineOfTurns(of: Scalar): Scalar {
  const quarters = mul(of, 4);
  const whole = round(quarters);
  const angle = mul(sub(quarters, whole), Math.PI / 2);
  const square = mul(angle, angle);
  const sine = add(angle, mul(mul(angle, square), polynomial(square, sineSeries)));
  const cosine = add(
    sub(1, mul(0.5, square)),
    mul(mul(square, square), polynomial(square, cosineSeries)),
  );
  const odd = select(equal(whole, 1), neg(sine), sine);
  const even = select(equal(whole, 2), neg(cosine), cosine);
  return select(equal(whole, 1), odd, select(equal(whole, 3), odd, even));
}

const gradient: Elementwise["gradient"] = ["none: drawn at random"];

/** sqrt(-2 log(1 - x)) for x from 0 to 1, exclusive, in steps of 2^-53. */
export const normalRadius: Elementwise = {
  family: "elementwise",
  name: "randomRadius",
  value: sqrt(mul(logarithm(sub(1, x)), -2)),
  gradient,
};

/** cos(2 pi x) */
export const normalDirection: Elementwise = {
  family: "elementwise",
  name: "randomDirection",
  value: cosineOfTurns(x),
  gradient,
};
