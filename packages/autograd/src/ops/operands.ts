// Operands of operations: nodes or plain numbers, converted to one dtype.
import { createNode, noAttributes } from "../graph/create.ts";
import type { Elementwise, Literal, Node } from "../graph/node.ts";
import {
  computedDType,
  conversions,
  type DType,
  dtypes,
  hasFractions,
  isFloating,
  isHalf,
  promote,
} from "../scalar/dtype.ts";
import * as scalar from "../scalar/expression.ts";

/** A node, or a number that takes the other operand's dtype. */
export type Operand = Node | number;

/**
 * The dtypes that an operation computes with. "floating": integers become float32. "number": bool
 * becomes int32. "bool": everything becomes a truth value. "any": unchanged. "compared": unchanged,
 * but float64 where float32 would round. Floats of 16 bits become float32, but for "stored", where all have one dtype.
 */
export type Accepts = "floating" | "number" | "bool" | "any" | "compared" | "stored";

const literalOperation: Literal = { family: "literal", name: "literal", gradient: [] };

const scalarShape: readonly number[] = Object.freeze([]);

/** Cached literals: a loop that uses the same number in each iteration creates one node. */
const literals = new Map(dtypes.map((dtype) => [dtype, new Map<number | "-0", Node>()]));
const mostLiterals = 1000;

/** A scalar constant that is part of the graph, cast to `dtype`. Shape: []. */
export function literal(given: number, dtype: DType): Node {
  const value = conversions[dtype](given);
  const known = literals.get(dtype)!;
  // 0 and -0 are the same key of a Map.
  const key = Object.is(value, -0) ? "-0" : value;
  let node = known.get(key);
  if (!node) {
    if (known.size >= mostLiterals) known.clear();
    node = newLiteral(value, dtype);
    node.cell.site = undefined;
    known.set(key, node);
  }
  return node;
}

/** A literal that is not shared, so that derivatives by it are by no other of the same value. */
export function newLiteral(given: number, dtype: DType): Node {
  const value = conversions[dtype](given);
  return createNode(literalOperation, [], { value }, scalarShape, dtype);
}

const castOperations = new Map(
  dtypes.map((to): [DType, Elementwise] => [
    to,
    {
      family: "elementwise",
      name: "cast",
      value: scalar.cast(to, scalar.input(0)),
      // Floats of 16 bits have gradients of float32, which are not rounded on their way.
      gradient: [(g, [x]) => cast(g, computedDType(x!.dtype))],
    },
  ]),
);

/** Converts to `dtype`: towards zero for integers, `!= 0` for bool. */
export function cast(x: Node, dtype: DType): Node {
  if (x.dtype === dtype) return x;
  if (x.family === "literal") return literal(x.attributes.value, dtype);
  return createNode(castOperations.get(dtype)!, [x], noAttributes, x.shape, dtype);
}

/** Rounds floats to a dtype of 16 bits; leaves others as they are. */
export function roundedTo(x: Node, dtype: DType): Node {
  return isHalf(dtype) && hasFractions(x.dtype) ? cast(x, dtype) : x;
}

/** Converts `operands` to nodes of one dtype that the operation accepts. */
export function operandNodes(operands: readonly Operand[], accepts: Accepts): readonly Node[] {
  const dtype = commonDType(operands, accepts);
  const nodes = new Array<Node>(operands.length);
  for (let i = 0; i < operands.length; i++) {
    const operand = operands[i]!;
    nodes[i] = typeof operand === "number" ? literal(operand, dtype) : cast(operand, dtype);
  }
  return nodes;
}

/**
 * Converts both to the dtype of products, for all functions alike: what they promote to, but at
 * least int32. Sums of products wrap around as the products do.
 */
export function productOperands(a: Node, b: Node): readonly [Node, Node] {
  const dtype = a.dtype === b.dtype && isFloating(a.dtype) ? a.dtype : productDType(a, b);
  return [cast(a, dtype), cast(b, dtype)];
}

/** The dtype of products of these tensors. */
export function productDType(...factors: readonly Node[]): DType {
  return factors.map(({ dtype }) => dtype).reduce(promote, "int32");
}

/** Converts integers and truth values to float32. */
export function floating(x: Operand): Node {
  return operandNodes([x], "floating")[0]!;
}

/** The dtype that `operands` promote to; numbers only count if they do not fit the others. */
function commonDType(operands: readonly Operand[], accepts: Accepts): DType {
  if (accepts === "bool") return "bool";
  let common: DType | undefined;
  for (let i = 0; i < operands.length; i++) {
    const operand = operands[i]!;
    if (typeof operand === "number" || operand.dtype === common) continue;
    const dtype = accepts === "stored" ? operand.dtype : computedDType(operand.dtype);
    common = common ? promote(common, dtype) : dtype;
  }
  for (let i = 0; i < operands.length; i++) {
    const operand = operands[i]!;
    if (typeof operand !== "number") continue;
    common = common ? dtypeWith(common, operand) : "float32";
  }
  if (!common) throw new Error(`unreachable: ${operands.length} operands`);
  if (accepts === "floating" && !isFloating(common)) return "float32";
  if (accepts === "number" && common === "bool") return "int32";
  if (accepts === "compared" && common === "float32" && !operands.every(isFloat32))
    return "float64";
  return common;
}

/** Whether float32 can represent the operand; numbers beside float32 tensors become float32. */
function isFloat32(operand: Operand, _: number, all: readonly Operand[]): boolean {
  if (typeof operand !== "number") return operand.dtype !== "int32";
  return all.some((other) => typeof other !== "number" && other.dtype === "float32");
}

/** The smallest dtype from `dtype` on that holds `value`. */
function dtypeWith(dtype: DType, value: number): DType {
  if (isFloating(dtype)) return dtype;
  if (isHalf(dtype)) return "float32";
  if (!Number.isInteger(value) || value !== (value | 0)) return "float32";
  if (dtype === "bool") return value === 0 || value === 1 ? "bool" : "int32";
  return dtype === "uint8" && (value < 0 || value > 255) ? "int32" : dtype;
}
