// Angles by their tangents, sines and cosines: k pi/4 + c with a whole number k and a small c.
// Coefficients: float32 by Remez's algorithm, for the least relative error of the angle (below 0.05 ulp);
// float64 of Sun's fdlibm (s_atan.c, e_asin.c), free to use.
import {
  abs,
  add,
  div,
  equal,
  input,
  less,
  max,
  min,
  mul,
  mulAdd,
  neg,
  type Scalar,
  select,
  significand,
  sqrt,
  sub,
} from "../../../scalar/expression.ts";
import { type Approximations, both } from "./approximation.ts";
import { negatedIf } from "./choices.ts";
import { polynomial } from "./polynomial.ts";

const [a, b] = [input(0), input(1)];

interface Precision {
  /** pi/4 as a sum; four times the first part is exact. */
  readonly quarter: readonly [high: number, low: number];
  /** (atan t - t) / t^3, in t^2, up to a ratio; beyond, the angle from pi/4 is smaller. */
  readonly arctangent: { readonly to: number; readonly series: readonly number[] };
  /**
   * (asin r - r) / r^3, in r^2: a numerator, and a denominator if there is one. From `from` on, half of the
   * angle to pi/2 is smaller.
   */
  readonly arcsine: { readonly from: number; readonly series: readonly (readonly number[])[] };
}

const float32: Precision = {
  quarter: [0.785398006439209, 1.569582393e-7],
  arctangent: {
    to: 1,
    series: [
      -0.333333, 0.19998549, -0.14264242, 0.109521866, -0.084034525, 0.05795763, -0.03117788,
      0.010914624, -0.0017936256,
    ],
  },
  arcsine: {
    // From here on twice the half angle is below 1, and so rounded as finely as the result.
    from: 0.55,
    series: [[0.1666664, 0.07501598, 0.044315863, 0.03340824, 0.008691538, 0.045158047]],
  },
};

const float64: Precision = {
  quarter: [Math.PI / 4, 3.061616997868383e-17],
  arctangent: {
    to: Math.SQRT2 - 1,
    series: [
      -0.3333333333333293, 0.19999999999876483, -0.14285714272503466, 0.11111110405462356,
      -0.09090887133436507, 0.0769187620504483, -0.06661073137387531, 0.058335701337905735,
      -0.049768779946159324, 0.036531572744216916, -0.016285820115365782,
    ],
  },
  arcsine: {
    from: 0.5,
    series: [
      [
        0.16666666666666666, -0.3255658186224009, 0.20121253213486293, -0.04005553450067941,
        7.915349942898145e-4, 3.479331075960212e-5,
      ],
      [1, -2.403394911734414, 2.0209457602335057, -0.6882839716054533, 0.07703815055590194],
    ],
  },
};

/** `quarters` pi/4 + `rest`. */
function angle({ quarter: [high, low] }: Precision, quarters: Scalar, rest: Scalar): Scalar {
  return mulAdd(quarters, high, mulAdd(quarters, low, rest));
}

/** With the sign of `of`, which may be -0. */
function signed(of: Scalar, size: Scalar): Scalar {
  return negatedIf(less(significand(of), 0), size);
}

/**
 * The angle whose tangent is `ratio`, from 0 to 1, as seen from the other axis if `isSteep`, and from
 * the opposite direction if `isBehind`.
 */
function angleOf(precision: Precision, ratio: Scalar, isSteep: Scalar, isBehind?: Scalar): Scalar {
  const { to, series } = precision.arctangent;
  const isUpper = to < 1 ? less(to, ratio) : undefined;
  const t = isUpper ? select(isUpper, div(sub(ratio, 1), add(ratio, 1)), ratio) : ratio;
  const z = mul(t, t);
  const rest = mulAdd(mul(t, z), polynomial(z, series), t);
  const quarters = isUpper ? select(isUpper, 1, 0) : 0;
  const [steep, steepRest] = [
    select(isSteep, isUpper ? sub(2, quarters) : 2, quarters),
    negatedIf(isSteep, rest),
  ];
  if (!isBehind) return angle(precision, steep, steepRest);
  return angle(precision, select(isBehind, sub(4, steep), steep), negatedIf(isBehind, steepRest));
}

function arctangent(precision: Precision): Scalar {
  const size = abs(a);
  const ratio = div(min(size, 1), max(size, 1));
  return signed(a, angleOf(precision, ratio, less(1, size)));
}

/** The angle in [-pi/2, pi/2] whose tangent is x. */
export const atan: Approximations = both(arctangent(float32), arctangent(float64));

function arctangentOfTwo(precision: Precision): Scalar {
  const [rise, run] = [abs(a), abs(b)];
  const [least, most] = [min(rise, run), max(rise, run)];
  // Both may be 0, or both infinite.
  const ofEqual = select(equal(most, 0), 0, 1);
  const ratio = select(equal(least, most), ofEqual, div(least, most));
  return signed(a, angleOf(precision, ratio, less(run, rise), less(significand(b), 0)));
}

/** The angle in [-pi, pi] of the point (b, a). */
export const atan2: Approximations = both(arctangentOfTwo(float32), arctangentOfTwo(float64));

/** asin r for r = |x| where that is small, and else for r = sqrt((1 - |x|) / 2). */
function reducedArcsine({ arcsine: { from, series } }: Precision): {
  readonly isSmall: Scalar;
  readonly value: Scalar;
} {
  const size = abs(a);
  const isSmall = less(size, from);
  const half = mul(sub(1, size), 0.5);
  const z = select(isSmall, mul(size, size), half);
  const r = select(isSmall, size, sqrt(half));
  const [numerator, denominator] = series as readonly [readonly number[], (readonly number[])?];
  const above = polynomial(z, numerator);
  const ratio = denominator ? div(above, polynomial(z, denominator)) : above;
  return { isSmall, value: mulAdd(mul(r, z), ratio, r) };
}

/** asin |x| = pi/2 - 2 asin r. */
function arcsine(precision: Precision): Scalar {
  const { isSmall, value } = reducedArcsine(precision);
  const rest = select(isSmall, value, mul(value, -2));
  return signed(a, angle(precision, select(isSmall, 0, 2), rest));
}

/** acos |x| = 2 asin r, and of -x it is pi less that. */
function arccosine(precision: Precision): Scalar {
  const { isSmall, value } = reducedArcsine(precision);
  const rest = select(isSmall, neg(value), mul(value, 2));
  const quarters = select(isSmall, 2, 0);
  const isBelow = less(a, 0);
  const mirrored = select(isBelow, sub(4, quarters), quarters);
  return angle(precision, mirrored, negatedIf(isBelow, rest));
}

/** The angle in [-pi/2, pi/2] whose sine is x. */
export const asin: Approximations = both(arcsine(float32), arcsine(float64));

/** The angle in [0, pi] whose cosine is x. */
export const acos: Approximations = both(arccosine(float32), arccosine(float64));
