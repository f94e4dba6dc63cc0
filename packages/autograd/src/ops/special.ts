// Functions of probability and statistics, element by element.
import type { Node } from "../graph/node.ts";
import * as scalar from "../scalar/expression.ts";
import { beyond, expOfMinus, squareInTwo } from "../scalar/square.ts";
import { add, clip, mul, neg } from "./arithmetic.ts";
import { type Binary, binary, type Unary, unary } from "./families.ts";
import type { Operand } from "./operands.ts";

/** The error function: 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x. */
export const erf: Unary = unary("erf", {
  value: scalar.erf,
  gradient: (g, x) => mul(g, mul(gaussian(x), 2 / Math.sqrt(Math.PI))),
});

/** 1 - erf(x). A primitive: composed it loses all digits of what is left for large x. */
export const erfc: Unary = unary("erfc", {
  value: scalar.erfc,
  gradient: (g, x) => mul(g, mul(gaussian(x), -2 / Math.sqrt(Math.PI))),
});

/**
 * e^(-x^2). A primitive: the rounding of x^2 would be multiplied by x^2.
 */
export const gaussian: Unary = unary("gaussian", {
  value: (x) => expOfMinus(squareInTwo(x)),
  gradient: (g, x, y) => mul(g, mul(y, mul(clip(x, -beyond, beyond), -2))),
});

/**
 * The probability that a standard normal number is at most x. A primitive: the rounding of
 * x / sqrt(2) would be multiplied by x^2.
 */
export const normalCdf: Unary = unary("normalCdf", {
  value: scalar.normalCdf,
  gradient: (g, x) => mul(g, normalDensity(x)),
});

/** The density of standard normal numbers. A primitive, as e^(-x^2) is. */
export const normalDensity: Unary = unary("normalDensity", {
  value: (x) => scalar.mul(expOfMinus(squareInTwo(x), 0.5), 1 / Math.sqrt(2 * Math.PI)),
  gradient: (g, x, y) => mul(g, mul(y, neg(clip(x, -beyond, beyond)))),
});

/** log |Gamma(x)|: of a whole number n, log (n - 1)!; infinite at 0, -1, -2, …. */
export const lgamma: Unary = unary("lgamma", {
  value: scalar.lgamma,
  domain: [0.3, 4],
  gradient: (g, x) => mul(g, digamma(x)),
});

/** The derivative of `lgamma`. */
export function digamma(x: Operand): Node {
  return polygamma(0, x);
}

/** The derivative of order `order` + 1 of `lgamma` at `x`; `order` is an integer >= 0. */
export const polygamma: Binary = binary("polygamma", {
  value: scalar.polygamma,
  domain: [0.5, 4],
  gradient: ["none: orders are whole numbers", (g, n, x) => mul(g, polygamma(add(n, 1), x))],
});
