// Comparisons, logic and selection, element by element; operands broadcast, results of comparisons
// are bool and have no gradient.
import { createNode, noAttributes } from "../graph/create.ts";
import type { Elementwise, Node } from "../graph/node.ts";
import * as scalar from "../scalar/expression.ts";
import { type Binary, binary, commonShape, type Unary, unary } from "./families.ts";
import { type Operand, operandNodes } from "./operands.ts";

const isTruth = "none: a truth value";

/** Compares two elements promoted to one dtype. */
function comparison(
  name: string,
  value: (a: scalar.Scalar, b: scalar.Scalar) => scalar.Scalar,
): Binary {
  return binary(name, { accepts: "compared", value, gradient: isTruth });
}

/** Whether a = b; NaN equals nothing. */
export const equal: Binary = comparison("equal", scalar.equal);

/** Whether a differs from b; NaN differs from everything. */
export const notEqual: Binary = comparison("notEqual", (a, b) => scalar.not(scalar.equal(a, b)));

/** Whether a < b. */
export const less: Binary = comparison("less", scalar.less);

/** Whether a <= b. */
export const lessEqual: Binary = comparison("lessEqual", scalar.lessEqual);

/** Whether a > b. */
export const greater: Binary = comparison("greater", (a, b) => scalar.less(b, a));

/** Whether a >= b. */
export const greaterEqual: Binary = comparison("greaterEqual", (a, b) => scalar.lessEqual(b, a));

/** Whether both hold; numbers count as true unless they are 0. */
export const logicalAnd: Binary = binary("logicalAnd", {
  accepts: "bool",
  value: scalar.and,
  gradient: isTruth,
});

/** Whether at least one holds. */
export const logicalOr: Binary = binary("logicalOr", {
  accepts: "bool",
  value: scalar.or,
  gradient: isTruth,
});

/** Whether it does not hold. */
export const logicalNot: Unary = unary("logicalNot", {
  accepts: "bool",
  value: scalar.not,
  gradient: isTruth,
});

/** Whether it is not a number. */
export const isNaN: Unary = unary("isNaN", {
  value: (x) => scalar.not(scalar.equal(x, x)),
  gradient: isTruth,
});

/** Whether it is neither infinite nor NaN. */
export const isFinite: Unary = unary("isFinite", {
  value: (x) => scalar.less(scalar.abs(x), Number.POSITIVE_INFINITY),
  gradient: isTruth,
});

const whereOperation: Elementwise = {
  family: "elementwise",
  name: "where",
  value: scalar.select(scalar.input(0), scalar.input(1), scalar.input(2)),
  gradient: [
    isTruth,
    (g, [condition]) => where(condition!, g, 0),
    (g, [condition]) => where(condition!, 0, g),
  ],
};

/** Whether `node` is a selection made by `where`. */
export function isChoice(node: Node): boolean {
  return node.operation === whereOperation;
}

/** `a` where the condition is true, else `b`; all three broadcast. */
export function where(condition: Operand, a: Operand, b: Operand): Node {
  const [truth] = operandNodes([condition], "bool");
  const inputs = [truth!, ...operandNodes([a, b], "stored")];
  return createNode(
    whereOperation,
    inputs,
    noAttributes,
    commonShape("where", inputs),
    inputs[1]!.dtype,
  );
}
