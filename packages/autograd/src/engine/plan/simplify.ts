// Rules that make a graph smaller and keep every bit of its results: nothing is reassociated, and
// nothing is assumed about NaN, infinities or the sign of zero.
import { noAttributes } from "../../graph/create.ts";
import type { Node, NodeOf } from "../../graph/node.ts";
import { shapesEqual } from "../../graph/shape.ts";
import { operationNumber } from "../../graph/words.ts";
import { permute, reshape } from "../../ops/movement.ts";
import { literal } from "../../ops/operands.ts";
import { isFloating, roundings } from "../../scalar/dtype.ts";
import { evaluator } from "../../scalar/evaluate.ts";
import type { Scalar } from "../../scalar/expression.ts";
import type { OperatorName } from "../../scalar/operators.ts";
import type { Numbering } from "./numbering.ts";
import type { Rule } from "./rewrite.ts";

/** Merges equal operations on equal inputs. */
export function mergeCommon(numbers: Numbering): Rule {
  // An open table, since a map takes several times as long for a hundred thousand nodes.
  const size = 2 ** Math.ceil(Math.log2(2 * numbers.count + 2));
  const nodes = new Array<Node | undefined>(size);
  const hashes = new Int32Array(size);
  return (node) => {
    const hash = hashOf(node, numbers);
    for (let at = hash & (size - 1); ; at = (at + 1) & (size - 1)) {
      const other = nodes[at];
      if (!other) {
        nodes[at] = node;
        hashes[at] = hash;
        return node;
      }
      if (hashes[at] === hash && isSame(node, other)) return other;
    }
  };
}

function hashOf(node: Node, numbers: Numbering): number {
  const { inputs, shape, attributes } = node;
  let hash = operationNumber(node.operation);
  for (let i = 0; i < inputs.length; i++) hash = mixed(hash, numbers.add(inputs[i]!));
  for (let i = 0; i < shape.length; i++) hash = mixed(hash, shape[i]!);
  if (attributes !== noAttributes) hash = withAttributes(hash, attributes);
  // Low bits of a product do not depend on high ones.
  return hash ^ (hash >>> 15);
}

function mixed(hash: number, word: number): number {
  return Math.imul(hash ^ word, 0x01000193);
}

/** Extends the hash by the numbers among attributes, or parts of them. */
function withAttributes(hash: number, attributes: object): number {
  let all = hash;
  for (const part of Object.values(attributes) as readonly unknown[]) {
    if (typeof part === "number") all = mixed(all, part);
    else if (typeof part === "object" && part !== null) all = withAttributes(all, part);
  }
  return all;
}

function isSame(a: Node, b: Node): boolean {
  return (
    a.operation === b.operation &&
    a.dtype === b.dtype &&
    a.inputs.length === b.inputs.length &&
    a.inputs.every((input, i) => input === b.inputs[i]) &&
    shapesEqual(a.shape, b.shape) &&
    isEqual(a.attributes, b.attributes)
  );
}

/** Whether attributes, or parts of them, are equal; 0 and -0 are not. */
function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const [of, others] = [a, b] as Readonly<Record<string, unknown>>[];
  const names = Object.keys(of!);
  return (
    names.length === Object.keys(others!).length &&
    names.every((name) => name in others! && isEqual(of![name], others![name]))
  );
}

/** Operators whose result all back ends round in the same way. */
const exact: ReadonlySet<OperatorName> = new Set([
  "add",
  "sub",
  "mul",
  "div",
  "neg",
  "abs",
  "sqrt",
  "max",
  "min",
  "floor",
  "ceil",
  "trunc",
  "round",
  "equal",
  "less",
  "lessEqual",
  "and",
  "or",
  "xor",
  "not",
  "select",
]);

/** Evaluates elementwise operations on literals only. */
export const foldConstants: Rule = (node) => {
  const { inputs } = node;
  if (node.family !== "elementwise" || node.shape.length > 0 || inputs.length === 0) return node;
  if (!inputs.every(isLiteralNode) || !isExactOperator(node.operation.value)) return node;
  const evaluate = evaluator(
    node.operation.value,
    inputs.map((input) => input.dtype),
  );
  const [a = 0, b = 0, c = 0] = inputs.map((input) => rounded(input.attributes.value, input.dtype));
  return literal(rounded(evaluate(a, b, c), node.dtype), node.dtype);
};

function isLiteralNode(node: Node): node is NodeOf<"literal"> {
  return node.family === "literal";
}

function isExactOperator(value: Scalar): boolean {
  return (
    value.kind === "apply" &&
    exact.has(value.operator) &&
    value.operands.every((operand) => operand.kind === "input" || operand.kind === "literal")
  );
}

function rounded(value: number, dtype: Node["dtype"]): number {
  return isFloating(dtype) ? roundings[dtype](value) : value;
}

/** Removes what changes nothing: x * 1, x / 1, x - 0, -(-x), names, movements that are undone. */
export const simplify: Rule = (node) => {
  const [x, y] = node.inputs;
  if (!x) return node;
  if (node.family === "custom") return x;
  if (node.family === "elementwise") return simplifiedElementwise(node, x, y);
  return node.family === "movement" ? simplifiedMovement(node, x) : node;
};

function simplifiedElementwise(node: NodeOf<"elementwise">, x: Node, y: Node | undefined): Node {
  const { value } = node.operation;
  if (value.kind === "input") return passOn(node, x);
  if (value.kind !== "apply" || !isDirect(value.operands)) return node;
  switch (value.operator) {
    case "mul":
      if (y && isLiteral(y, 1)) return passOn(node, x);
      return y && isLiteral(x, 1) ? passOn(node, y) : node;
    case "div":
      return y && isLiteral(y, 1) ? passOn(node, x) : node;
    case "sub":
      return y && isLiteral(y, 0) ? passOn(node, x) : node;
    case "neg": {
      const isUndone = x.family === "elementwise" && x.operation === node.operation;
      return isUndone && isFloating(node.dtype) && !x.cell.value ? x.inputs[0]! : node;
    }
    default:
      return node;
  }
}

/** Merges two reshapes, or two permutations. */
function simplifiedMovement(node: NodeOf<"movement">, x: Node): Node {
  const [below] = x.inputs;
  if (!below || x.family !== "movement" || x.cell.value) return node;
  const [move, inner] = [node.attributes, x.attributes];
  if (move.kind === "reshape" && inner.kind === "reshape") return reshape(below, node.shape);
  if (move.kind !== "permute" || inner.kind !== "permute") return node;
  return permute(
    below,
    move.order.map((axis) => inner.order[axis]!),
  );
}

function isDirect(operands: readonly Scalar[]): boolean {
  return operands.every((operand, i) => operand.kind === "input" && operand.position === i);
}

/** Replaces `node` by `x` if shapes agree: a broadcast does change something. */
function passOn(node: Node, x: Node): Node {
  return shapesEqual(x.shape, node.shape) && x.dtype === node.dtype ? x : node;
}

/** Whether every element of the node is known to be `value` at planning time. */
function isLiteral(node: Node, value: number): boolean {
  let below = node;
  while (below.family === "movement" && !below.cell.value) {
    const { kind } = below.attributes;
    if (kind !== "broadcast" && kind !== "reshape") return false;
    below = below.inputs[0]!;
  }
  return below.family === "literal" && Object.is(below.attributes.value, value);
}
