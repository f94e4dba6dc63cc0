// The logistic function, from which the derivatives of others are built.
import * as scalar from "../scalar/expression.ts";
import { sidesOfLogistic } from "../scalar/logistic.ts";
import { mul, neg, sub } from "./arithmetic.ts";
import { type Unary, unary } from "./families.ts";
import { tanh } from "./trigonometry.ts";

/**
 * The logistic function 1 / (1 + e^-x), between 0 and 1; 0.5 at 0. A primitive: its gradient is of
 * its value, without a second exponential: for large x 1 - y has few digits, and then none
 * (docs/accuracy.md says what they would cost).
 */
export const sigmoid: Unary = unary("sigmoid", {
  value: (x) => scalar.div(1, scalar.add(1, scalar.exp(scalar.neg(x)))),
  gradient: (g, _, y) => mul(g, mul(y, sub(1, y))),
});

/**
 * sigmoid(x) sigmoid(-x), the derivative of `sigmoid`. A primitive: composed it has no digits left
 * for large x.
 */
export const logisticDensity: Unary = unary("logisticDensity", {
  value: (x) => {
    const { above, below } = sidesOfLogistic(x);
    return scalar.mul(above, below);
  },
  gradient: (g, x, y) => mul(g, mul(y, neg(tanh(mul(x, 0.5))))),
});
