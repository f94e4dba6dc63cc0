// Few random numbers, such as the first values of a small layer, are computed where they are drawn: a kernel
// of the some hundred steps of a draw takes longer to write than these numbers.
import { interpret } from "../engine/reference/interpret.ts";
import { dataOf, type Node } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";
import { elementCount } from "../graph/shape.ts";
import { isDraw } from "../ops/random.ts";
import type { Data } from "../scalar/dtype.ts";
import type { Scalar } from "../scalar/expression.ts";
import type { OperatorName } from "../scalar/operators.ts";

/** Elements of a draw, beyond which a kernel is faster even if it has to be written. */
const mostElements = 512;
/** Nodes of a first value; what has more is no draw. */
const mostNodes = 100;

/** Families that the reference computes to the bits of all devices; `elementwise` by its operators. */
const exact: ReadonlySet<string> = new Set(["literal", "iota", "movement"]);

/** Operators that IEEE 754 rounds exactly. Others, such as `exp`, have other last bits on each device. */
const exactOperators: ReadonlySet<OperatorName> = new Set<OperatorName>([
  ...(["add", "sub", "mul", "div", "sqrt", "neg", "abs", "min", "max"] as const),
  ...(["floor", "ceil", "round", "trunc", "powerOf2", "exponent", "significand"] as const),
  ...(["equal", "less", "lessEqual", "select", "and", "or", "xor", "not"] as const),
  ...(["shiftLeft", "shiftRight", "shiftRightUnsigned"] as const),
]);

const exactness = new WeakMap<Scalar, boolean>();

function hasExactOperators(part: Scalar): boolean {
  let found = exactness.get(part);
  if (found !== undefined) return found;
  found =
    part.kind === "apply"
      ? exactOperators.has(part.operator) && part.operands.every(hasExactOperators)
      : part.kind !== "cast" || hasExactOperators(part.operand);
  exactness.set(part, found);
  return found;
}

function isExact(node: Node): boolean {
  if (node.family === "elementwise") return hasExactOperators(node.operation.value);
  return exact.has(node.family);
}

/** A value that is at hand: that of a device may have to be waited for. */
function isAtHand({ cell, shape }: Node): boolean {
  return ArrayBuffer.isView(cell.value) && elementCount(shape) <= mostElements;
}

/** Computes the small draws that `node` is made of. */
export function computeSmallDraws(node: Node): void {
  if (node.cell.value) return;
  const order = topologicalOrder([node], (one) => (one.cell.value ? [] : one.inputs));
  if (order.length > mostNodes) return;
  if (!order.some(isDraw)) return;
  const known = new Set<Node>();
  for (const one of order) {
    const isKnown =
      isAtHand(one) ||
      (one.cell.value === undefined &&
        isExact(one) &&
        !one.cell.guard &&
        !one.cell.companions &&
        elementCount(one.shape) <= mostElements &&
        one.inputs.every((input) => known.has(input)));
    if (isKnown) known.add(one);
  }
  const isLast = (one: Node) =>
    one === node || order.some((user) => !known.has(user) && user.inputs.includes(one));
  const values = new Map<Node, Data>();
  for (const one of order) {
    if (!known.has(one)) continue;
    const { value } = one.cell;
    values.set(
      one,
      value
        ? dataOf(value)
        : interpret(
            one,
            one.inputs.map((input) => values.get(input)!),
          ),
    );
    if (!value && one.family !== "literal" && isLast(one)) one.cell.value = values.get(one)!;
  }
}
