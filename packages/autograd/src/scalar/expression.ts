// The scalar language, which defines one element of an output. An expression is data: back ends
// interpret it or generate code from it, and define no formulas of their own. Common subexpressions
// are shared objects.
import type { DType } from "./dtype.ts";
import { type OperatorName, operators } from "./operators.ts";

/** One element of an output, in terms of one element of each input. */
export type Scalar =
  | { readonly kind: "input"; readonly position: number }
  /** A number that takes the other operand's type. */
  | { readonly kind: "literal"; readonly value: number }
  | { readonly kind: "cast"; readonly to: DType; readonly operand: Scalar }
  | Application;

/** An operator applied to operands. */
export interface Application {
  readonly kind: "apply";
  readonly operator: OperatorName;
  readonly operands: readonly Scalar[];
}

/** A part of an expression; a number stands for its literal. */
export type Part = Scalar | number;

function toScalar(part: Part): Scalar {
  return typeof part === "number" ? { kind: "literal", value: part } : part;
}

function apply(operator: OperatorName, ...parts: readonly Part[]): Scalar {
  return { kind: "apply", operator, operands: parts.map(toScalar) };
}

const unary =
  (operator: OperatorName) =>
  (x: Part): Scalar =>
    apply(operator, x);
const binary =
  (operator: OperatorName) =>
  (a: Part, b: Part): Scalar =>
    apply(operator, a, b);

type UnaryPart = (x: Part) => Scalar;
type BinaryPart = (a: Part, b: Part) => Scalar;

/** The element of the input at `position`. */
export const input = (position: number): Scalar => ({ kind: "input", position });

/** `operand` converted to `to`: towards zero for integers, `!= 0` for bool. */
export const cast = (to: DType, operand: Part): Scalar => ({
  kind: "cast",
  to,
  operand: toScalar(operand),
});

/** `a` where `condition` is true, else `b`. */
export const select = (condition: Part, a: Part, b: Part): Scalar =>
  apply("select", condition, a, b);

export const add: BinaryPart = binary("add");
export const sub: BinaryPart = binary("sub");
export const mul: BinaryPart = binary("mul");
export const div: BinaryPart = binary("div");
export const remainder: BinaryPart = binary("remainder");
export const pow: BinaryPart = binary("pow");
export const max: BinaryPart = binary("max");
export const min: BinaryPart = binary("min");
export const atan2: BinaryPart = binary("atan2");
export const neg: UnaryPart = unary("neg");
export const abs: UnaryPart = unary("abs");
export const sqrt: UnaryPart = unary("sqrt");
export const floor: UnaryPart = unary("floor");
export const ceil: UnaryPart = unary("ceil");
export const round: UnaryPart = unary("round");
export const trunc: UnaryPart = unary("trunc");
export const exp: UnaryPart = unary("exp");
export const expm1: UnaryPart = unary("expm1");
export const log: UnaryPart = unary("log");
export const log1p: UnaryPart = unary("log1p");
export const sin: UnaryPart = unary("sin");
export const cos: UnaryPart = unary("cos");
export const tanh: UnaryPart = unary("tanh");
export const log2: UnaryPart = unary("log2");
export const asin: UnaryPart = unary("asin");
export const acos: UnaryPart = unary("acos");
export const atan: UnaryPart = unary("atan");
export const sinh: UnaryPart = unary("sinh");
export const cosh: UnaryPart = unary("cosh");
export const asinh: UnaryPart = unary("asinh");
export const acosh: UnaryPart = unary("acosh");
export const atanh: UnaryPart = unary("atanh");
export const erf: UnaryPart = unary("erf");
export const erfc: UnaryPart = unary("erfc");
export const normalCdf: UnaryPart = unary("normalCdf");
export const lgamma: UnaryPart = unary("lgamma");
export const polygamma: BinaryPart = binary("polygamma");
/** a * b + c, fused or not. */
export const mulAdd = (a: Part, b: Part, c: Part): Scalar => apply("mulAdd", a, b, c);
/** 2^n, for a whole number n. */
export const powerOf2: UnaryPart = unary("powerOf2");
export const exponent: UnaryPart = unary("exponent");
export const significand: UnaryPart = unary("significand");
export const equal: BinaryPart = binary("equal");
export const less: BinaryPart = binary("less");
export const lessEqual: BinaryPart = binary("lessEqual");
export const and: BinaryPart = binary("and");
export const or: BinaryPart = binary("or");
export const xor: BinaryPart = binary("xor");
export const not: UnaryPart = unary("not");
export const shiftLeft: BinaryPart = binary("shiftLeft");
export const shiftRight: BinaryPart = binary("shiftRight");
/** Shifts in zeros from the left, as of an unsigned number. */
export const shiftRightUnsigned: BinaryPart = binary("shiftRightUnsigned");

/**
 * The type of an expression whose inputs have the types `inputs`; null for a bare literal, which
 * takes the other operand's type.
 */
export function typeOf(expression: Scalar, inputs: readonly DType[]): DType | null {
  return typesIn(inputs)(expression);
}

/** The same for many parts of an expression, visiting each once. */
export function typesIn(inputs: readonly DType[]): (part: Scalar) => DType | null {
  const known = new Map<Scalar, DType | null>();
  const visit = (part: Scalar): DType | null => {
    let type = known.get(part);
    if (type !== undefined) return type;
    type = typeOfPart(part, inputs, visit);
    known.set(part, type);
    return type;
  };
  return visit;
}

function typeOfPart(
  part: Scalar,
  inputs: readonly DType[],
  visit: (part: Scalar) => DType | null,
): DType | null {
  switch (part.kind) {
    case "input":
      return inputs[part.position]!;
    case "literal":
      return null;
    case "cast":
      return part.to;
    case "apply":
      return operators[part.operator].result === "bool" ? "bool" : operandType(part, visit);
  }
}

/**
 * The type of an operator's operands, except a select's condition; null if all are literals.
 * `typeOf` gives the type of each.
 */
export function operandType(
  { operator, operands }: Application,
  typeOf: (part: Scalar) => DType | null,
): DType | null {
  const numbers = operator === "select" ? operands.slice(1) : operands;
  return numbers.map(typeOf).find((type) => type !== null) ?? null;
}
