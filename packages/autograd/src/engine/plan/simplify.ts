// Passes that make a graph smaller and keep every bit of its results: nothing is reassociated, and
// nothing is assumed of NaN, infinities or the sign of zero.
import type { Node, NodeOf } from "../../graph/node.ts";
import { shapesEqual } from "../../graph/shape.ts";
import { permute, reshape } from "../../ops/movement.ts";
import { literal } from "../../ops/operands.ts";
import { isFloating } from "../../scalar/dtype.ts";
import { evaluator } from "../../scalar/evaluate.ts";
import type { Scalar } from "../../scalar/expression.ts";
import { exactText } from "../../scalar/number-text.ts";
import type { OperatorName } from "../../scalar/operators.ts";
import { type Pass, rewrite } from "./rewrite.ts";

/** Equal operations on equal inputs are computed once. */
export const mergeCommon: Pass = (outputs) => {
  const numbers = new Map<Node, number>();
  const operations = new Map<object, number>();
  const merged = new Map<string, Node>();
  const numberOf = <K extends object>(map: Map<K, number>, key: K): number => {
    let number = map.get(key);
    if (number === undefined) map.set(key, (number = map.size));
    return number;
  };
  return rewrite(outputs, (node) => {
    if (node.family === "source") return node;
    const key = [
      numberOf(operations, node.operation),
      node.inputs.map((input) => numberOf(numbers, input)).join(),
      JSON.stringify(node.attributes, exactly),
      node.shape.join(),
      node.dtype,
    ].join("|");
    const known = merged.get(key);
    if (!known) merged.set(key, node);
    return known ?? node;
  });
};

/** JSON has no -0, NaN or infinities: numbers are written as texts that tell all of them apart. */
function exactly(_: string, value: unknown): unknown {
  return typeof value === "number" ? exactText(value) : value;
}

/** Operators whose result every back end rounds the same way. */
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

/** Elementwise operations on literals alone become literals. */
export const foldConstants: Pass = (outputs) =>
  rewrite(outputs, (node) => {
    if (node.family !== "elementwise" || node.shape.length > 0) return node;
    const inputs = node.inputs.map((input) => (input.family === "literal" ? input : null));
    const isOneStep = isExactOperator(node.operation.value);
    if (!isOneStep || inputs.some((input) => !input) || inputs.length === 0) return node;
    const evaluate = evaluator(
      node.operation.value,
      node.inputs.map((input) => input.dtype),
    );
    const [a = 0, b = 0, c = 0] = inputs.map((input) =>
      rounded(input!.attributes.value, input!.dtype),
    );
    return literal(rounded(evaluate(a, b, c), node.dtype), node.dtype);
  });

function isExactOperator(value: Scalar): boolean {
  return (
    value.kind === "apply" &&
    exact.has(value.operator) &&
    value.operands.every((operand) => operand.kind === "input" || operand.kind === "literal")
  );
}

function rounded(value: number, dtype: Node["dtype"]): number {
  return dtype === "float32" ? Math.fround(value) : value;
}

/** Leaves out what changes nothing: x * 1, x / 1, x - 0, -(-x), names, movements undone. */
export const simplify: Pass = (outputs) => rewrite(outputs, simplified);

function simplified(node: Node): Node {
  const [x, y] = node.inputs;
  if (!x) return node;
  if (node.family === "custom") return x;
  if (node.family === "elementwise") return simplifiedElementwise(node, x, y);
  return node.family === "movement" ? simplifiedMovement(node, x) : node;
}

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

/** Two reshapes, and two permutations, are one. */
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

/** `x` in place of `node`, if it has its shape: a broadcast is more than nothing. */
function passOn(node: Node, x: Node): Node {
  return shapesEqual(x.shape, node.shape) && x.dtype === node.dtype ? x : node;
}

/** Whether every element of the node is `value`, and is known to be when the graph is planned. */
function isLiteral(node: Node, value: number): boolean {
  let below = node;
  while (below.family === "movement" && !below.cell.value) {
    const { kind } = below.attributes;
    if (kind !== "broadcast" && kind !== "reshape") return false;
    below = below.inputs[0]!;
  }
  return below.family === "literal" && Object.is(below.attributes.value, value);
}
