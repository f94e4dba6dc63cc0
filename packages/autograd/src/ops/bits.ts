// Bits of integers, element by element; operands broadcast. bool stays bool but where bits are
// shifted. Integers are two's complement.
import type { Node } from "../graph/node.ts";
import * as scalar from "../scalar/expression.ts";
import { type Binary, binary } from "./families.ts";
import { literal, type Operand } from "./operands.ts";

const whole = "none: whole numbers";

/** The bits that both have. A primitive: the machine's instruction. */
export const bitwiseAnd: Binary = /* @__PURE__ */ binary("bitwiseAnd", {
  accepts: "any",
  value: scalar.and,
  gradient: whole,
});

/** The bits that at least one has. A primitive: the machine's instruction. */
export const bitwiseOr: Binary = /* @__PURE__ */ binary("bitwiseOr", {
  accepts: "any",
  value: scalar.or,
  gradient: whole,
});

/** The bits that one of both has. A primitive: the machine's instruction. */
export const bitwiseXor: Binary = /* @__PURE__ */ binary("bitwiseXor", {
  accepts: "any",
  value: scalar.xor,
  gradient: whole,
});

/** The bits that it has not. */
export function bitwiseNot(x: Operand): Node {
  const dtype = typeof x === "number" ? "int32" : x.dtype;
  return bitwiseXor(x, literal(dtype === "uint8" ? 255 : dtype === "bool" ? 1 : -1, dtype));
}

/** `a` times 2^`b`, without the bits that leave. A primitive: the machine's instruction. */
export const leftShift: Binary = /* @__PURE__ */ binary("leftShift", {
  accepts: "number",
  value: (a, b) => scalar.select(isWithin(b), scalar.shiftLeft(a, b), 0),
  gradient: whole,
});

/** `a` divided by 2^`b`, downwards. A primitive: the machine's instruction. */
export const rightShift: Binary = /* @__PURE__ */ binary("rightShift", {
  accepts: "number",
  value: (a, b) => scalar.shiftRight(a, scalar.select(isWithin(b), b, 31)),
  gradient: whole,
});

/** Whether so many bits can be shifted: machines take other numbers modulo 32. */
function isWithin(b: scalar.Scalar): scalar.Scalar {
  return scalar.and(scalar.lessEqual(0, b), scalar.less(b, 32));
}
