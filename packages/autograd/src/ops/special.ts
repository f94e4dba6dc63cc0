// Functions of probability and statistics, element by element.
import type { Node } from "../graph/node.ts";
import * as scalar from "../scalar/expression.ts";
import { add, mul, neg, square } from "./arithmetic.ts";
import { exp } from "./exponentials.ts";
import { type Binary, binary, type Unary, unary } from "./families.ts";
import type { Operand } from "./operands.ts";

/** The error function: 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x. */
export const erf: Unary = unary("erf", {
  value: scalar.erf,
  gradient: (g, x) => mul(g, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI))),
});

/** 1 - erf(x). A primitive: composed it loses all digits of what is left for large x. */
export const erfc: Unary = unary("erfc", {
  value: scalar.erfc,
  gradient: (g, x) => mul(g, mul(exp(neg(square(x))), -2 / Math.sqrt(Math.PI))),
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

/**
 * The derivative of order `order` + 1 of `lgamma` at `x`; `order` is a whole number, not negative.
 */
export const polygamma: Binary = binary("polygamma", {
  value: scalar.polygamma,
  domain: [0.5, 4],
  gradient: ["none: orders are whole numbers", (g, n, x) => mul(g, polygamma(add(n, 1), x))],
});
