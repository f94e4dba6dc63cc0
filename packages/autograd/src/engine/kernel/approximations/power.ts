// Powers: a^b = 2^(b log2 a), with the logarithm and the product in two numbers, so that the rounding
// errors of a large exponent are not seen in the result. Method and coefficients: Sun's fdlibm
// (e_pow.c, e_powf.c), free to use.
import {
  abs,
  add,
  div,
  equal,
  floor,
  input,
  less,
  lessEqual,
  mul,
  or,
  round,
  type Scalar,
  select,
  significand,
  sub,
} from "../../../scalar/expression.ts";
import { type Approximations, both } from "./approximation.ts";
import { negatedIf, within } from "./choices.ts";
import { exponentialSeries, scaled } from "./exponential.ts";
import { binaryParts, type Subnormal, subnormal32, subnormal64 } from "./logarithm.ts";
import { polynomial } from "./polynomial.ts";

const [a, b] = [input(0), input(1)];

/** A constant as a sum; the first part is half as long as a number. */
type InTwo = readonly [high: number, low: number];

interface Precision {
  /** 2^k + 1, which splits a number in halves of k bits less, and of k. */
  readonly splitter: number;
  readonly subnormal: Subnormal;
  /** 2 / (3 log 2). */
  readonly scale: InTwo;
  /** log2 1.5. */
  readonly middle: InTwo;
  readonly log2: InTwo;
  /** How many coefficients make a difference, of logarithm and exponential. */
  readonly terms: readonly [number, number];
  /** Exponents from which the result is 0, or infinite. */
  readonly ends: readonly [number, number];
}

const float32: Precision = {
  splitter: 2 ** 12 + 1,
  subnormal: subnormal32,
  scale: [0.9619140625, -1.17368574024e-4],
  middle: [0.5849609375, 1.5632208487e-6],
  log2: [0.693115234375, 3.19461849453e-5],
  terms: [4, 3],
  ends: [-155, 129],
};

const float64: Precision = {
  splitter: 2 ** 27 + 1,
  subnormal: subnormal64,
  scale: [0.9617967009544373, -7.028461650952758e-9],
  middle: [0.5849624872207642, 1.350039202129749e-8],
  log2: [0.6931471824645996, -1.904654299957768e-9],
  terms: [6, 5],
  ends: [-1080, 1025],
};

/** (3 log((1 + s) / (1 - s)) / (2 s) - 3 - s^2) / s^4, in s^2. */
const logarithmSeries = [
  0.5999999999999946, 0.4285714285785502, 0.33333332981837743, 0.272728123808534,
  0.23066074577556175, 0.20697501780033842,
];

/** Splits by products (T. J. Dekker, Numerische Mathematik 18 (1971), 224). */
function head(of: Scalar, { splitter }: Precision): Scalar {
  const more = mul(of, splitter);
  return sub(more, sub(more, of));
}

/** log2 of a number > 0, as a sum whose first part is half as long as a number. */
function logarithmInTwo(of: Scalar, precision: Precision): readonly [high: Scalar, low: Scalar] {
  const { subnormal, scale, middle, terms } = precision;
  // of = 2^n m, with m near 1 or near 1.5.
  const { m, e: n } = binaryParts(of, Math.sqrt(3), subnormal);
  const isMiddle = less(Math.sqrt(1.5), m);
  const near = select(isMiddle, 1.5, 1);
  // (m - near) / (m + near), in two.
  const [difference, sum] = [sub(m, near), add(m, near)];
  const inverse = div(1, sum);
  const ratio = mul(difference, inverse);
  const ratioHigh = head(ratio, precision);
  const sumHigh = head(sum, precision);
  const sumLow = sub(m, sub(sumHigh, near));
  const rest = sub(sub(difference, mul(ratioHigh, sumHigh)), mul(ratioHigh, sumLow));
  const ratioLow = mul(inverse, rest);
  // 3 + ratio^2 + …, in two.
  const square = mul(ratio, ratio);
  const series = mul(mul(square, square), polynomial(square, logarithmSeries.slice(0, terms[0])));
  const more = add(series, mul(ratioLow, add(ratioHigh, ratio)));
  const squareHigh = mul(ratioHigh, ratioHigh);
  const factorHigh = head(add(add(squareHigh, 3), more), precision);
  const factorLow = sub(more, sub(sub(factorHigh, 3), squareHigh));
  // Their product, times `scale`.
  const exact = mul(ratioHigh, factorHigh);
  const lost = add(mul(ratioLow, factorHigh), mul(factorLow, ratio));
  const productHigh = head(add(exact, lost), precision);
  const productLow = sub(lost, sub(productHigh, exact));
  const scaledHigh = mul(productHigh, scale[0]);
  const scaledLow = add(
    add(mul(productHigh, scale[1]), mul(productLow, scale[0] + scale[1])),
    select(isMiddle, middle[1], 0),
  );
  const offset = select(isMiddle, middle[0], 0);
  const high = head(add(add(add(scaledHigh, scaledLow), offset), n), precision);
  return [high, sub(scaledLow, sub(sub(sub(high, n), offset), scaledHigh))];
}

/** 2^(`high` + `low`), where `low` is smaller than 1. */
function powerOfTwo(high: Scalar, low: Scalar, precision: Precision): Scalar {
  const { log2, terms } = precision;
  const n = round(add(high, low));
  const from = sub(high, n);
  const t = head(add(low, from), precision);
  // (high + low - n) log 2, in two.
  const exact = mul(t, log2[0]);
  const rest = add(mul(sub(low, sub(t, from)), Math.LN2), mul(t, log2[1]));
  const z = add(exact, rest);
  const lost = sub(rest, sub(z, exact));
  const square = mul(z, z);
  const c = sub(z, mul(square, polynomial(square, exponentialSeries.slice(0, terms[1]))));
  const r = sub(div(mul(z, c), sub(c, 2)), add(lost, mul(z, lost)));
  return scaled(sub(1, sub(r, z)), n);
}

/** |a|^b, for |a| that is neither 0 nor infinite. */
function powerOfSize(size: Scalar, precision: Precision): Scalar {
  const [high, low] = logarithmInTwo(size, precision);
  // Beyond this, all powers but those of 1 are 0 or infinite.
  const most = 2 ** 65;
  const by = within(b, -most, most);
  const byHigh = head(by, precision);
  const productLow = add(mul(sub(by, byHigh), high), mul(by, low));
  const [from, to] = precision.ends;
  return powerOfTwo(within(mul(byHigh, high), from, to), within(productLow, -0.5, 0.5), precision);
}

function power(precision: Precision): Scalar {
  const size = abs(a);
  const isEnd = or(equal(size, 0), equal(size, Number.POSITIVE_INFINITY));
  const ofEnd = select(less(b, 0), div(1, size), select(less(0, b), size, b));
  const ofSize = select(isEnd, ofEnd, powerOfSize(size, precision));
  // Bits of NaN look like those of a number.
  const known = select(lessEqual(0, size), ofSize, a);
  const half = mul(b, 0.5);
  const isWhole = equal(floor(b), b);
  const isOdd = less(floor(half), half);
  const isNegative = less(significand(a), 0);
  const ofNegative = select(isWhole, negatedIf(isOdd, known), select(isEnd, known, Number.NaN));
  const isOne = or(equal(a, 1), equal(b, 0));
  return select(isOne, 1, select(isNegative, ofNegative, known));
}

/** a^b, as IEEE 754-2019 has it. */
export const pow: Approximations = both(power(float32), power(float64));
