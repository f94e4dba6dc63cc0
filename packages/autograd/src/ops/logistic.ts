// The logistic function, which the derivatives of others are made of.
import * as scalar from "../scalar/expression.ts";
import { mul, sub } from "./arithmetic.ts";
import { type Unary, unary } from "./families.ts";

/**
 * The logistic function 1 / (1 + e^-x), between 0 and 1; 0.5 at 0. A primitive: its gradient is of
 * its value, without a second exponential.
 */
export const sigmoid: Unary = unary("sigmoid", {
  value: (x) => scalar.div(1, scalar.add(1, scalar.exp(scalar.neg(x)))),
  gradient: (g, _, y) => mul(g, mul(y, sub(1, y))),
});
