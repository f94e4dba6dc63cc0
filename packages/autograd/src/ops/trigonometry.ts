// Circular and hyperbolic functions and their inverses, element by element; angles in radians.
import type { Node } from "../graph/node.ts";
import * as scalar from "../scalar/expression.ts";
import { add, div, hypot, mul, neg, rsqrt, square, sub } from "./arithmetic.ts";
import { equal, where } from "./comparison.ts";
import { type Binary, binary, positive, type Unary, unary } from "./families.ts";

/** The domain on which the inverse functions are smooth. */
const inside: readonly [number, number] = [-0.9, 0.9];
const beyond: readonly [number, number] = [1.1, 4];

/** The sine of an angle in radians. */
export const sin: Unary = unary("sin", { value: scalar.sin, gradient: (g, x) => mul(g, cos(x)) });

/** The cosine of an angle in radians. */
export const cos: Unary = unary("cos", {
  value: scalar.cos,
  gradient: (g, x) => neg(mul(g, sin(x))),
});

/**
 * The tangent of an angle in radians: the quotient of sine and cosine, within 3 ulp. A primitive:
 * its gradient is of its value.
 */
export const tan: Unary = unary("tan", {
  value: (x) => scalar.div(scalar.sin(x), scalar.cos(x)),
  domain: [-1.2, 1.2],
  gradient: (g, _, y) => mul(g, add(square(y), 1)),
});

/** The angle in [-pi/2, pi/2] whose sine is x; NaN beyond 1. */
export const asin: Unary = unary("asin", {
  value: scalar.asin,
  domain: inside,
  gradient: (g, x) => mul(g, rsqrt(oneMinusSquare(x))),
});

/** The angle in [0, pi] whose cosine is x; NaN beyond 1. */
export const acos: Unary = unary("acos", {
  value: scalar.acos,
  domain: inside,
  gradient: (g, x) => neg(mul(g, rsqrt(oneMinusSquare(x)))),
});

/**
 * 1 - x^2, of which nothing is lost where x is near 1. A primitive: the derivatives of both factors
 * cancel near 0.
 */
export const oneMinusSquare: Unary = unary("oneMinusSquare", {
  value: (x) => scalar.mul(scalar.sub(1, x), scalar.add(1, x)),
  gradient: (g, x) => mul(g, mul(x, -2)),
});

/** The angle in [-pi/2, pi/2] whose tangent is x. */
export const atan: Unary = unary("atan", {
  value: scalar.atan,
  gradient: (g, x) => mul(g, cauchy(x)),
});

/**
 * 1 / (1 + x^2), the derivative of `atan`. A primitive: the derivative of the quotient underflows
 * early.
 */
export const cauchy: Unary = unary("cauchy", {
  value: (x) => scalar.div(1, scalar.add(1, scalar.mul(x, x))),
  gradient: (g, x, y) => mul(g, mul(mul(x, y), mul(y, -2))),
});

/**
 * The angle in [-pi, pi] of the point (b, a), by the signs of both; 0 at 0, 0, where its
 * derivatives are 0 too.
 */
export const atan2: Binary = binary("atan2", {
  value: scalar.atan2,
  domain: positive,
  gradient: [(g, a, b) => mul(g, turn(b, a)), (g, a, b) => neg(mul(g, turn(a, b)))],
});

/** a / (a^2 + b^2), even where squares would overflow or underflow; 0 at 0, 0. */
function turn(a: Node, b: Node): Node {
  const length = hypot(a, b);
  const isZero = equal(length, 0);
  const divisor = where(isZero, 1, length);
  return where(isZero, 0, div(div(a, divisor), divisor));
}

/** The hyperbolic sine, (e^x - e^-x) / 2. A primitive: composed it loses all digits near 0. */
export const sinh: Unary = unary("sinh", {
  value: scalar.sinh,
  gradient: (g, x) => mul(g, cosh(x)),
});

/** The hyperbolic cosine, (e^x + e^-x) / 2. A primitive: composed it overflows early. */
export const cosh: Unary = unary("cosh", {
  value: scalar.cosh,
  gradient: (g, x) => mul(g, sinh(x)),
});

/** The hyperbolic tangent, between -1 and 1. */
export const tanh: Unary = unary("tanh", {
  value: scalar.tanh,
  gradient: (g, _, y) => mul(g, sub(1, square(y))),
});

/** The number whose hyperbolic sine is x. A primitive: composed it loses all digits near 0. */
export const asinh: Unary = unary("asinh", {
  value: scalar.asinh,
  // Not x^2 + 1, which is infinite beyond 1e154.
  gradient: (g, x) => div(g, hypot(x, 1)),
});

/** The number >= 0 whose hyperbolic cosine is x; NaN below 1. */
export const acosh: Unary = unary("acosh", {
  value: scalar.acosh,
  domain: beyond,
  gradient: (g, x) => mul(g, mul(rsqrt(sub(x, 1)), rsqrt(add(x, 1)))),
});

/**
 * The number whose hyperbolic tangent is x; NaN beyond 1. A primitive: composed it loses all digits
 * near 0.
 */
export const atanh: Unary = unary("atanh", {
  value: scalar.atanh,
  domain: inside,
  gradient: (g, x) => div(g, oneMinusSquare(x)),
});
