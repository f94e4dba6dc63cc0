// Arithmetic, element by element. Operands broadcast; numbers take the other's dtype. Kinks: the
// derivative of abs at 0 is 0, and equal operands of maximum share the gradient.
import type { Node } from "../graph/node.ts";
import { isFloating } from "../scalar/dtype.ts";
import * as scalar from "../scalar/expression.ts";
import { equal, less, lessEqual, notEqual, where } from "./comparison.ts";
import { type Binary, binary, positive, type Unary, unary } from "./families.ts";
import type { Operand } from "./operands.ts";
import { round } from "./rounding.ts";

/** Sum, element by element; operands broadcast. */
export const add: Binary = binary("add", {
  accepts: "number",
  value: scalar.add,
  gradient: [(g) => g, (g) => g],
});

/** Difference, element by element; operands broadcast. */
export const sub: Binary = binary("sub", {
  accepts: "number",
  value: scalar.sub,
  gradient: [(g) => g, (g) => neg(g)],
});

/** Product, element by element; operands broadcast. */
export const mul: Binary = binary("mul", {
  accepts: "number",
  value: scalar.mul,
  gradient: [(g, _, b) => mul(g, b), (g, a) => mul(g, a)],
});

/** Quotient, element by element; integers are divided as float32. */
export const div: Binary = binary("div", {
  value: scalar.div,
  gradient: [(g, _, b) => div(g, b), (g, _, b, y) => neg(mul(g, div(y, b)))],
});

/**
 * The remainder of `a / b`, with the sign of `b`, as in NumPy and Python; 0 for an integer `b` of
 * 0. A primitive: the remainder is exact, a - b floor(a / b) is not.
 */
export const mod: Binary = binary("mod", {
  accepts: "number",
  value: (a, b) => {
    const rest = scalar.remainder(a, b);
    const otherSign = scalar.xor(scalar.less(rest, 0), scalar.less(b, 0));
    const isOff = scalar.and(otherSign, scalar.not(scalar.equal(rest, 0)));
    return scalar.select(isOff, scalar.add(rest, b), rest);
  },
  // From the remainder, as a / b may round up to the next integer. A remainder as large as `b`: a
  // tiny `a` of the other sign, or an infinite `b`.
  gradient: [
    (g) => g,
    (g, a, b, y) => neg(mul(g, where(equal(y, b), -1, round(div(sub(a, y), b))))),
  ],
});

/** The larger of two; NaN if either is. Equal operands share the gradient. */
export const maximum: Binary = binary("maximum", {
  accepts: "any",
  value: scalar.max,
  gradient: [(g, a, b) => shareOfGreater(g, a, b), (g, a, b) => shareOfGreater(g, b, a)],
});

/** The smaller of two; NaN if either is. Equal operands share the gradient. */
export const minimum: Binary = binary("minimum", {
  accepts: "any",
  value: scalar.min,
  gradient: [(g, a, b) => shareOfGreater(g, b, a), (g, a, b) => shareOfGreater(g, a, b)],
});

/** `g` where `a` is larger, half of it where both are equal, 0 where `b` is. */
function shareOfGreater(g: Node, a: Node, b: Node): Node {
  return where(lessEqual(b, a), where(less(b, a), g, mul(g, 0.5)), 0);
}

/** The negative. */
export const neg: Unary = unary("neg", {
  accepts: "number",
  value: scalar.neg,
  gradient: (g) => neg(g),
});

/** The absolute value; its derivative at 0 is 0. */
export const abs: Unary = unary("abs", {
  accepts: "number",
  value: scalar.abs,
  gradient: (g, x) => where(notEqual(x, 0), mul(g, sign(x)), 0),
});

/** -1, 0 or 1; NaN stays NaN and -0 stays -0. A primitive: the derivative of abs, 0 at 0. */
export const sign: Unary = unary("sign", {
  accepts: "number",
  value: (x) => scalar.select(scalar.less(0, x), 1, scalar.select(scalar.less(x, 0), -1, x)),
  gradient: "none: piecewise constant",
});

/** x * x. A primitive: one multiplication, whose gradient adds no two shares. */
export const square: Unary = unary("square", {
  accepts: "number",
  value: (x) => scalar.mul(x, x),
  gradient: (g, x) => mul(g, mul(x, 2)),
});

/** The square root; NaN below 0. */
export const sqrt: Unary = unary("sqrt", {
  value: scalar.sqrt,
  domain: positive,
  gradient: (g, _, y) => div(g, mul(y, 2)),
});

/** 1 / sqrt(x); infinity at 0, NaN below. A primitive: its gradient is of its value. */
export const rsqrt: Unary = unary("rsqrt", {
  value: (x) => scalar.div(1, scalar.sqrt(x)),
  domain: positive,
  gradient: (g, x, y) => mul(g, mul(div(y, x), -0.5)),
});

/** 1 / x. A primitive: its gradient is of its value. */
export const reciprocal: Unary = unary("reciprocal", {
  value: (x) => scalar.div(1, x),
  domain: positive,
  gradient: (g, _, y) => neg(mul(g, square(y))),
});

/**
 * sqrt(a^2 + b^2). A primitive: composed it overflows, and loses digits of small numbers. Infinite
 * if one is, whatever the other, as in C and NumPy; its derivatives at 0, 0 are 0.
 */
export const hypot: Binary = binary("hypot", {
  value: (a, b) => {
    const [x, y] = [scalar.abs(a), scalar.abs(b)];
    const most = scalar.max(x, y);
    const ratio = scalar.div(scalar.min(x, y), most);
    const length = scalar.mul(most, scalar.sqrt(scalar.add(1, scalar.mul(ratio, ratio))));
    const infinity = Number.POSITIVE_INFINITY;
    const isInfinite = scalar.or(scalar.equal(x, infinity), scalar.equal(y, infinity));
    const finite = scalar.select(scalar.equal(most, 0), 0, length);
    return scalar.select(isInfinite, infinity, finite);
  },
  domain: positive,
  gradient: [(g, a, _, y) => shareOfLength(g, a, y), (g, _, b, y) => shareOfLength(g, b, y)],
});

function shareOfLength(g: Node, a: Node, length: Node): Node {
  return where(equal(length, 0), 0, mul(g, div(a, length)));
}

/** `x` limited to `low` and `high`; the derivative at a bound is 1/2. */
export function clip(x: Operand, low: Operand, high: Operand): Node {
  const isWhole = typeof x !== "number" && !isFloating(x.dtype);
  // Integers stay integers unless a bound is finite.
  const raised = isWhole && low === Number.NEGATIVE_INFINITY ? x : maximum(x, low);
  return isWhole && high === Number.POSITIVE_INFINITY ? alias(raised) : minimum(raised, high);
}

/** x itself, but no gradient passes through it. A primitive: the end of gradients. */
export const stopGradient: Unary = unary("stopGradient", {
  accepts: "stored",
  value: (x) => x,
  gradient: "none: stopped on purpose",
});

/** x itself. A primitive: a node of its own, to differentiate by. */
export const alias: Unary = unary("alias", {
  accepts: "stored",
  value: (x) => x,
  gradient: (g) => g,
});
