// The operators of the scalar language, on JavaScript numbers. Floats are computed in float64 and
// rounded when stored; integers wrap around, as in C and in WebAssembly.
import { erf, erfc, normalCdf } from "./error-function.ts";
import { exponentOf, significandOf } from "./float-parts.ts";
import { lgamma, polygamma } from "./gamma-function.ts";

/** An operator's arity, the type of its result, and its value. */
export interface Operator {
  readonly arity: 1 | 2 | 3;
  /** "same": the operands' type; "bool": a truth value. */
  readonly result: "same" | "bool";
  readonly evaluate: (a: number, b: number, c: number) => number;
  /** Only if integers differ from a wrapped float64 result. */
  readonly evaluateInteger?: (a: number, b: number, c: number) => number;
}

const same = (
  arity: 1 | 2 | 3,
  evaluate: Operator["evaluate"],
  evaluateInteger?: Operator["evaluate"],
): Operator =>
  evaluateInteger
    ? { arity, result: "same", evaluate, evaluateInteger }
    : { arity, result: "same", evaluate };
const truth = (evaluate: (a: number, b: number) => boolean): Operator => ({
  arity: 2,
  result: "bool",
  evaluate: (a, b) => (evaluate(a, b) ? 1 : 0),
});

export type OperatorName =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "remainder"
  | "pow"
  | "max"
  | "min"
  | "atan2"
  | "neg"
  | "abs"
  | "sqrt"
  | "floor"
  | "ceil"
  | "round"
  | "trunc"
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "sin"
  | "cos"
  | "tanh"
  | "log2"
  | "asin"
  | "acos"
  | "atan"
  | "sinh"
  | "cosh"
  | "asinh"
  | "acosh"
  | "atanh"
  | "erf"
  | "erfc"
  | "normalCdf"
  | "lgamma"
  | "polygamma"
  | "mulAdd"
  | "powerOf2"
  | "exponent"
  | "significand"
  | "equal"
  | "less"
  | "lessEqual"
  | "and"
  | "or"
  | "xor"
  | "not"
  | "shiftLeft"
  | "shiftRight"
  | "shiftRightUnsigned"
  | "select";

export const operators: Readonly<Record<OperatorName, Operator>> = {
  add: same(2, (a, b) => a + b),
  sub: same(2, (a, b) => a - b),
  mul: same(
    2,
    (a, b) => a * b,
    (a, b) => Math.imul(a, b),
  ),
  div: same(2, (a, b) => a / b),
  /** Exact; has the sign of the dividend. By zero: NaN, for integers 0. */
  remainder: same(2, (a, b) => a % b),
  /** IEEE 754-2019 pow: 1 for an exponent of 0 and for a base of 1, where JavaScript says NaN. */
  pow: same(
    2,
    (a, b) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b),
    integerPower,
  ),
  /** NaN if either is. */
  max: same(2, (a, b) => Math.max(a, b)),
  min: same(2, (a, b) => Math.min(a, b)),
  atan2: same(2, (a, b) => Math.atan2(a, b)),
  neg: same(1, (a) => -a),
  abs: same(1, (a) => Math.abs(a)),
  sqrt: same(1, (a) => Math.sqrt(a)),
  floor: same(1, (a) => Math.floor(a)),
  ceil: same(1, (a) => Math.ceil(a)),
  round: same(1, roundHalfToEven),
  trunc: same(1, (a) => Math.trunc(a)),
  exp: same(1, (a) => Math.exp(a)),
  expm1: same(1, (a) => Math.expm1(a)),
  log: same(1, (a) => Math.log(a)),
  log1p: same(1, (a) => Math.log1p(a)),
  sin: same(1, (a) => Math.sin(a)),
  cos: same(1, (a) => Math.cos(a)),
  tanh: same(1, (a) => Math.tanh(a)),
  log2: same(1, (a) => Math.log2(a)),
  asin: same(1, (a) => Math.asin(a)),
  acos: same(1, (a) => Math.acos(a)),
  atan: same(1, (a) => Math.atan(a)),
  sinh: same(1, (a) => Math.sinh(a)),
  cosh: same(1, (a) => Math.cosh(a)),
  asinh: same(1, (a) => Math.asinh(a)),
  acosh: same(1, (a) => Math.acosh(a)),
  atanh: same(1, (a) => Math.atanh(a)),
  erf: same(1, erf),
  erfc: same(1, erfc),
  normalCdf: same(1, normalCdf),
  lgamma: same(1, lgamma),
  polygamma: same(2, polygamma),
  // For approximations (engine/kernel/approximations.ts) only. Parts of a float are read from its
  // bits. Of 0, subnormal numbers, infinities and NaN only the significand's sign means something.
  /** a * b + c, fused or not, whichever the target does faster. */
  mulAdd: same(3, (a, b, c) => a * b + c),
  /** 2^a, for an integer a for which 2^a is a normal number. */
  powerOf2: same(1, (a) => 2 ** a),
  /** The integer e with 2^e <= |a| < 2^(e + 1). */
  exponent: same(1, exponentOf),
  /** a / 2^e: in ±[1, 2). */
  significand: same(1, significandOf),
  equal: truth((a, b) => a === b),
  less: truth((a, b) => a < b),
  lessEqual: truth((a, b) => a <= b),
  and: same(2, (a, b) => a & b),
  or: same(2, (a, b) => a | b),
  xor: same(2, (a, b) => a ^ b),
  not: { arity: 1, result: "bool", evaluate: (a) => (a === 0 ? 1 : 0) },
  shiftLeft: same(2, (a, b) => a << b),
  shiftRight: same(2, (a, b) => a >> b),
  shiftRightUnsigned: same(2, (a, b) => a >>> b),
  select: same(3, (condition, a, b) => (condition !== 0 ? a : b)),
};

/** By repeated products, each wrapped around; 1 / a^-b towards zero for a negative exponent. */
function integerPower(a: number, b: number): number {
  if (b < 0) return Math.abs(a) === 1 ? (b % 2 === 0 ? 1 : a) : 0;
  let power = 1;
  let factor = a;
  for (let rest = b; rest > 0; rest = rest >>> 1) {
    if ((rest & 1) === 1) power = Math.imul(power, factor);
    factor = Math.imul(factor, factor);
  }
  return power;
}

/** Rounds to the nearest integer; halves to the even one, as IEEE 754, NumPy and WebAssembly do. */
function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const fraction = x - below;
  if (fraction < 0.5) return below === 0 && x < 0 ? -0 : below;
  if (fraction > 0.5) return Math.ceil(x);
  return below % 2 === 0 ? below : Math.ceil(x);
}
