// Gated activations, x times a probability that rises with x: gelu and silu. Their derivatives are
// primitives, so that they are right where one factor is infinite and the other 0, and keep digits
// in the tails.
import type { Node } from "../graph/node.ts";
import * as scalar from "../scalar/expression.ts";
import { sidesOfLogistic } from "../scalar/logistic.ts";
import { beyond } from "../scalar/square.ts";
import { add, clip, mul, square, sub } from "./arithmetic.ts";
import { type Binary, binary, type Unary, unary } from "./families.ts";
import { logisticDensity } from "./logistic.ts";
import type { Operand } from "./operands.ts";
import { normalDensity } from "./special.ts";
import { tanh } from "./trigonometry.ts";

type Scalar = scalar.Scalar;

const between = (x: Scalar, low: number, high: number): Scalar =>
  scalar.max(scalar.min(x, high), low);

/**
 * x times the standard normal distribution at x; or its approximation by tanh: D. Hendrycks and
 * K. Gimpel, "Gaussian error linear units", https://arxiv.org/abs/1606.08415
 */
export function gelu(x: Operand, approximate: "none" | "tanh" = "none"): Node {
  return approximate === "none" ? geluOfNormal(x) : geluOfTanh(x);
}

/** x times the normal distribution at x. A primitive: composed it is NaN at -infinity. */
export const geluOfNormal: Unary = unary("geluOfNormal", {
  value: (x) => scalar.mul(scalar.max(x, -beyond), scalar.normalCdf(x)),
  gradient: (g, x, y) => mul(g, geluSlope(x, y)),
});

/**
 * The derivative of y = gelu(x): y / x, which is the distribution, and x times the density. A
 * primitive: the distribution itself would be computed twice, or kept.
 */
export const geluSlope: Binary = binary("geluSlope", {
  value: (x, y) => {
    const size = scalar.abs(x);
    // This near 0 the distribution is linear, and y may have few digits, or none.
    const linear = scalar.add(scalar.mul(x, 1 / Math.sqrt(2 * Math.PI)), 0.5);
    const ratio = scalar.select(scalar.less(size, 1e-6), linear, scalar.div(y, x));
    const isInside = scalar.less(size, beyond);
    const distribution = scalar.select(isInside, ratio, scalar.select(scalar.less(0, x), 1, 0));
    const density = normalDensity.operation.value;
    return scalar.add(distribution, scalar.mul(between(x, -beyond, beyond), density));
  },
  gradient: [
    (g, x) => mul(g, mul(normalDensity(x), sub(2, square(clip(x, -beyond, beyond))))),
    "none: y is of x, whose gradient has both",
  ],
});

/** From here on sigmoid(-x) is 0 in every dtype. */
const largeForSilu = 1000;

/**
 * x sigmoid(x), also called swish: S. Elfwing, E. Uchibe and K. Doya, "Sigmoid-weighted linear
 * units", Neural Networks 107 (2018), https://arxiv.org/abs/1702.03118 A primitive: composed it is
 * NaN at -infinity.
 */
export const silu: Unary = unary("silu", {
  value: (x) => scalar.mul(scalar.max(x, -largeForSilu), sidesOfLogistic(x).above),
  gradient: (g, x) => mul(g, siluSlope(x)),
});

/** The derivative of `silu`. A primitive: composed of sigmoid(x) it loses digits for large x. */
export const siluSlope: Unary = unary("siluSlope", {
  value: (x) => slopeOfGated(between(x, -largeForSilu, largeForSilu), x, 1),
  gradient: (g, x) => {
    const factor = mul(clip(x, -largeForSilu, largeForSilu), tanh(mul(x, 0.5)));
    return mul(g, mul(logisticDensity(x), sub(2, factor)));
  },
});

/** The derivative of x sigmoid(v), where `rise` is the derivative of v. */
function slopeOfGated(x: Scalar, v: Scalar, rise: scalar.Part): Scalar {
  const { above, below } = sidesOfLogistic(v);
  return scalar.mul(above, scalar.add(1, scalar.mul(scalar.mul(x, rise), below)));
}

// 1 + tanh(u) is 2 sigmoid(v) with v = 2 u = linear x + cubic x^3.
const linear = 2 * Math.sqrt(2 / Math.PI);
const cubic = 0.044715 * linear;

/** From here on sigmoid(-v) is 0 in every dtype. */
const largeForTanh = 30;

/** v and its derivative. */
function argumentOfTanh(x: Scalar): readonly [v: Scalar, rise: Scalar] {
  const square = scalar.mul(x, x);
  const v = scalar.mul(x, scalar.add(scalar.mul(square, cubic), linear));
  return [v, scalar.add(scalar.mul(square, 3 * cubic), linear)];
}

/** x (1 + tanh(u)) / 2. A primitive: composed it has no digits left for large -x. */
export const geluOfTanh: Unary = unary("geluOfTanh", {
  value: (x) => {
    const [v] = argumentOfTanh(between(x, -largeForTanh, largeForTanh));
    return scalar.mul(scalar.max(x, -largeForTanh), sidesOfLogistic(v).above);
  },
  gradient: (g, x) => mul(g, geluOfTanhSlope(x)),
});

/** The derivative of `geluOfTanh`. A primitive, as that of `silu` is. */
export const geluOfTanhSlope: Unary = unary("geluOfTanhSlope", {
  value: (x) => {
    const bounded = between(x, -largeForTanh, largeForTanh);
    return slopeOfGated(bounded, ...argumentOfTanh(bounded));
  },
  gradient: (g, input) => {
    const x = clip(input, -largeForTanh, largeForTanh);
    const v = mul(x, add(mul(square(x), cubic), linear));
    const rise = add(mul(square(x), 3 * cubic), linear);
    const bend = sub(mul(x, 6 * cubic), mul(tanh(mul(v, 0.5)), square(rise)));
    return mul(g, mul(logisticDensity(v), add(mul(rise, 2), mul(x, bend))));
  },
});
