// Functions of one element of each operand. Operands broadcast; numbers take the other's dtype.
// Kinks: the derivative of abs and relu at 0 is 0, and equal operands of maximum share the gradient.
import { createNode, type Elementwise, type Node } from "../graph/node.ts";
import * as scalar from "../scalar/expression.ts";
import { type Binary, binary, commonShape, type Unary, unary } from "./families.ts";
import { type Operand, operandNodes } from "./operands.ts";

const positive: readonly [number, number] = [0.1, 4];

// Arithmetic

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

/** What is left of `a / b`, with the sign of `b`, as in NumPy and Python; 0 for an integer `b` of 0. */
export const mod: Binary = binary("mod", {
  accepts: "number",
  value: (a, b) => {
    const rest = scalar.remainder(a, b);
    const otherSign = scalar.xor(scalar.less(rest, 0), scalar.less(b, 0));
    const isOff = scalar.and(otherSign, scalar.not(scalar.equal(rest, 0)));
    return scalar.select(isOff, scalar.add(rest, b), rest);
  },
  gradient: [(g) => g, (g, a, b) => neg(mul(g, floor(div(a, b))))],
});

/** `a` to the power `b`; 1 where `b` is 0, NaN for a negative `a` and a fractional `b`. */
export const pow: Binary = binary("pow", {
  accepts: "number",
  value: scalar.pow,
  domain: positive,
  gradient: [
    // Where b is 0 the power is constant, though b * a^(b - 1) is 0 * infinity at a = 0.
    (g, a, b) => mul(g, where(equal(b, 0), 0, mul(b, pow(a, sub(b, 1))))),
    // 0^b stays 0 for all b > 0, though log(0) is -infinity.
    (g, a, _, y) => mul(g, where(equal(y, 0), 0, mul(y, log(a)))),
  ],
});

/** The greater of two; NaN if either is. Equal operands share the gradient. */
export const maximum: Binary = binary("maximum", {
  accepts: "any",
  value: scalar.max,
  gradient: [(g, a, b) => shareOfGreater(g, a, b), (g, a, b) => shareOfGreater(g, b, a)],
});

/** The lesser of two; NaN if either is. Equal operands share the gradient. */
export const minimum: Binary = binary("minimum", {
  accepts: "any",
  value: scalar.min,
  gradient: [(g, a, b) => shareOfGreater(g, b, a), (g, a, b) => shareOfGreater(g, a, b)],
});

/** `g` where `a` is greater, half of it where both are equal, nothing where `b` is. */
function shareOfGreater(g: Node, a: Node, b: Node): Node {
  return where(less(b, a), g, where(equal(a, b), mul(g, 0.5), 0));
}

/** The number with the other sign. */
export const neg: Unary = unary("neg", {
  accepts: "number",
  value: scalar.neg,
  gradient: (g) => neg(g),
});

/** The absolute value; its derivative at 0 is 0. */
export const abs: Unary = unary("abs", {
  accepts: "number",
  value: scalar.abs,
  gradient: (g, x) => mul(g, sign(x)),
});

/** -1, 0 or 1; NaN stays NaN and -0 stays -0. */
export const sign: Unary = unary("sign", {
  accepts: "number",
  value: (x) => scalar.select(scalar.less(0, x), 1, scalar.select(scalar.less(x, 0), -1, x)),
  gradient: "none: piecewise constant",
});

/** x * x. */
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

/** 1 / x. */
export const reciprocal: Unary = unary("reciprocal", {
  value: (x) => scalar.div(1, x),
  domain: positive,
  gradient: (g, _, y) => neg(mul(g, square(y))),
});

// Exponentials and logarithms

/** e to the power x. */
export const exp: Unary = unary("exp", { value: scalar.exp, gradient: (g, _, y) => mul(g, y) });

/** e^x - 1. A primitive: composed it loses all digits near 0. */
export const expm1: Unary = unary("expm1", {
  value: scalar.expm1,
  gradient: (g, _, y) => mul(g, add(y, 1)),
});

/** The natural logarithm; -infinity at 0, NaN below. */
export const log: Unary = unary("log", {
  value: scalar.log,
  domain: positive,
  gradient: (g, x) => div(g, x),
});

/** log(1 + x). A primitive: composed it loses all digits near 0. */
export const log1p: Unary = unary("log1p", {
  value: scalar.log1p,
  domain: positive,
  gradient: (g, x) => div(g, add(x, 1)),
});

/** The sine of an angle in radians. */
export const sin: Unary = unary("sin", { value: scalar.sin, gradient: (g, x) => mul(g, cos(x)) });

/** The cosine of an angle in radians. */
export const cos: Unary = unary("cos", {
  value: scalar.cos,
  gradient: (g, x) => neg(mul(g, sin(x))),
});

// Activations

/** The logistic function 1 / (1 + e^-x), between 0 and 1; 0.5 at 0. */
export const sigmoid: Unary = unary("sigmoid", {
  value: (x) => scalar.div(1, scalar.add(1, scalar.exp(scalar.neg(x)))),
  gradient: (g, _, y) => mul(g, mul(y, sub(1, y))),
});

/** The hyperbolic tangent, between -1 and 1. */
export const tanh: Unary = unary("tanh", {
  value: scalar.tanh,
  gradient: (g, _, y) => mul(g, sub(1, square(y))),
});

/** The error function: 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x. */
export const erf: Unary = unary("erf", {
  value: scalar.erf,
  gradient: (g, x) => mul(g, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI))),
});

/** x above 0, else 0; its derivative at 0 is 0. */
export const relu: Unary = unary("relu", {
  accepts: "number",
  value: (x) => scalar.max(x, 0),
  gradient: (g, x) => where(less(0, x), g, 0),
});

/** log(1 + e^x), a smooth relu. Primitive: composed, it overflows for large x. */
export const softplus: Unary = unary("softplus", {
  value: (x) => scalar.add(scalar.max(x, 0), scalar.log1p(scalar.exp(scalar.neg(scalar.abs(x))))),
  gradient: (g, x) => mul(g, sigmoid(x)),
});

// Rounding

/** The greatest integer that is not above x. */
export const floor: Unary = unary("floor", {
  accepts: "number",
  value: scalar.floor,
  gradient: "none: piecewise constant",
});

/** The least integer that is not below x. */
export const ceil: Unary = unary("ceil", {
  accepts: "number",
  value: scalar.ceil,
  gradient: "none: piecewise constant",
});

/** The nearest integer; halves go to the even one. */
export const round: Unary = unary("round", {
  accepts: "number",
  value: scalar.round,
  gradient: "none: piecewise constant",
});

/** The integer part: towards zero. */
export const trunc: Unary = unary("trunc", {
  accepts: "number",
  value: scalar.trunc,
  gradient: "none: piecewise constant",
});

// Comparisons and logic: bool, without gradient

/** Whether a = b; NaN equals nothing. */
export const equal: Binary = binary("equal", {
  accepts: "any",
  value: scalar.equal,
  gradient: "none: a truth value",
});

/** Whether a differs from b; NaN differs from all. */
export const notEqual: Binary = binary("notEqual", {
  accepts: "any",
  value: (a, b) => scalar.not(scalar.equal(a, b)),
  gradient: "none: a truth value",
});

/** Whether a < b. */
export const less: Binary = binary("less", {
  accepts: "any",
  value: scalar.less,
  gradient: "none: a truth value",
});

/** Whether a <= b. */
export const lessEqual: Binary = binary("lessEqual", {
  accepts: "any",
  value: scalar.lessEqual,
  gradient: "none: a truth value",
});

/** Whether a > b. */
export const greater: Binary = binary("greater", {
  accepts: "any",
  value: (a, b) => scalar.less(b, a),
  gradient: "none: a truth value",
});

/** Whether a >= b. */
export const greaterEqual: Binary = binary("greaterEqual", {
  accepts: "any",
  value: (a, b) => scalar.lessEqual(b, a),
  gradient: "none: a truth value",
});

/** Whether both hold; numbers count as true unless they are 0. */
export const logicalAnd: Binary = binary("logicalAnd", {
  accepts: "bool",
  value: scalar.and,
  gradient: "none: a truth value",
});

/** Whether at least one holds. */
export const logicalOr: Binary = binary("logicalOr", {
  accepts: "bool",
  value: scalar.or,
  gradient: "none: a truth value",
});

/** Whether it does not hold. */
export const logicalNot: Unary = unary("logicalNot", {
  accepts: "bool",
  value: scalar.not,
  gradient: "none: a truth value",
});

/** Whether it is not a number. */
export const isNaN: Unary = unary("isNaN", {
  value: (x) => scalar.not(scalar.equal(x, x)),
  gradient: "none: a truth value",
});

/** Whether it is neither infinite nor NaN. */
export const isFinite: Unary = unary("isFinite", {
  value: (x) => scalar.less(scalar.abs(x), Number.POSITIVE_INFINITY),
  gradient: "none: a truth value",
});

// Choice

const whereOperation: Elementwise = {
  family: "elementwise",
  name: "where",
  value: scalar.select(scalar.input(0), scalar.input(1), scalar.input(2)),
  gradient: [
    "none: a truth value",
    (g, [condition]) => where(condition!, g, 0),
    (g, [condition]) => where(condition!, 0, g),
  ],
};

/** `a` where the condition holds, else `b`; all three broadcast. */
export function where(condition: Operand, a: Operand, b: Operand): Node {
  const [truth] = operandNodes([condition], "bool");
  const inputs = [truth!, ...operandNodes([a, b], "any")];
  return createNode(whereOperation, inputs, {}, commonShape("where", inputs), inputs[1]!.dtype);
}

/** x itself, but nothing is differentiated through it. */
export const stopGradient: Unary = unary("stopGradient", {
  accepts: "any",
  value: (x) => x,
  gradient: "none: stopped on purpose",
});

/** x itself, as a node of its own. */
export const alias: Unary = unary("alias", { accepts: "any", value: (x) => x, gradient: (g) => g });
