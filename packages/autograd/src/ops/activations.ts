// Activation functions, element by element. The derivative of relu at 0 is 0.
import type { Node } from "../graph/node.ts";
import * as scalar from "../scalar/expression.ts";
import { add, clip, div, mul, neg } from "./arithmetic.ts";
import { less, where } from "./comparison.ts";
import { expm1 } from "./exponentials.ts";
import { type Unary, unary } from "./families.ts";
import { sigmoid } from "./logistic.ts";
import { floating, type Operand } from "./operands.ts";

/** x above 0, else 0; its derivative at 0 is 0. A primitive: its gradient is one choice. */
export const relu: Unary = unary("relu", {
  accepts: "number",
  value: (x) => scalar.max(x, 0),
  gradient: (g, x) => where(less(0, x), g, 0),
});

/** log(1 + e^x), a smooth relu. A primitive: composed it overflows for large x. */
export const softplus: Unary = unary("softplus", {
  value: (x) => scalar.add(scalar.max(x, 0), scalar.log1p(scalar.exp(scalar.neg(scalar.abs(x))))),
  gradient: (g, x) => mul(g, sigmoid(x)),
});

/** log(sigmoid(x)), without taking log(0) for large -x. */
export function logSigmoid(x: Operand): Node {
  return neg(softplus(neg(x)));
}

/** x above 0, `slope` times x below; its derivative at 0 is `slope`. */
export function leakyRelu(x: Operand, slope = 0.01): Node {
  const input = floating(x);
  return where(less(0, input), input, mul(input, slope));
}

/**
 * x above 0, `alpha` (e^x - 1) below: D.-A. Clevert, T. Unterthiner and S. Hochreiter, "Fast and
 * accurate deep network learning by exponential linear units", ICLR 2016,
 * https://arxiv.org/abs/1511.07289
 */
export function elu(x: Operand, alpha = 1): Node {
  const input = floating(x);
  const isAbove = less(0, input);
  // The unused branch could overflow, and 0 times its derivative would be NaN.
  return where(isAbove, input, mul(expm1(where(isAbove, 0, input)), alpha));
}

/** x / 6 + 1/2, kept between 0 and 1. */
export function hardSigmoid(x: Operand): Node {
  return clip(add(div(floating(x), 6), 0.5), 0, 1);
}
