// Estimates the work of computing one element, by which a plan decides what to materialize and what
// to recompute.
import type { Node } from "../../graph/node.ts";
import { isHalf } from "../../scalar/dtype.ts";
import type { Scalar } from "../../scalar/expression.ts";
import type { OperatorName } from "../../scalar/operators.ts";

/** Work of one element, in units of an addition; moving elements is free. */
export function ownWork(node: Node): number {
  switch (node.family) {
    case "elementwise":
      // The upper half of a float32: loaded as such.
      if (node.inputs[0]?.dtype === "bfloat16" && node.inputs.length === 1) return 0;
      return Math.max(1, expressionWork(node.operation.value));
    case "gather":
      return 2;
    case "movement":
      return node.attributes.kind === "pad" || node.attributes.kind === "concat" ? 1 : 0;
    default:
      return 0;
  }
}

/** Operators that cost more than an addition: roughly the length of their vector code. */
const operatorWork: Readonly<Partial<Record<OperatorName, number>>> = {
  div: 4,
  sqrt: 4,
  remainder: 20,
  pow: 120,
  atan2: 35,
  log2: 15,
  asin: 25,
  acos: 25,
  atan: 30,
  sinh: 20,
  cosh: 20,
  asinh: 35,
  acosh: 35,
  atanh: 35,
  erfc: 110,
  normalCdf: 110,
  lgamma: 50,
  polygamma: 50,
  exp: 10,
  expm1: 15,
  log: 15,
  log1p: 15,
  sin: 15,
  cos: 15,
  tanh: 15,
  erf: 100,
};

const works = new WeakMap<Scalar, number>();

/** Counts each operator once, however often its result is used. */
function expressionWork(expression: Scalar): number {
  let work = works.get(expression);
  if (work !== undefined) return work;
  const seen = new Set<Scalar>();
  const visit = (part: Scalar): number => {
    if (seen.has(part)) return 0;
    seen.add(part);
    if (part.kind === "cast") return (isHalf(part.to) ? 12 : 1) + visit(part.operand);
    if (part.kind !== "apply") return 0;
    const own = operatorWork[part.operator] ?? 1;
    return part.operands.reduce((sum, operand) => sum + visit(operand), own);
  };
  work = visit(expression);
  works.set(expression, work);
  return work;
}
