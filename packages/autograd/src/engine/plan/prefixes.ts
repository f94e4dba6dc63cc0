// Loops of prefixes: running totals.
import type { NodeOf } from "../../graph/node.ts";
import { clampTo, type DType } from "../../scalar/dtype.ts";
import { expressionValue } from "../kernel/expression.ts";
import { constantIndex } from "../kernel/index-arithmetic.ts";
import type { Total, Value } from "../kernel/language.ts";
import { prefixDType } from "../kernel/reduction.ts";
import { type Coordinates, nested, variableOr } from "./index-map.ts";
import type { LoopContext, Loops } from "./loops.ts";

/**
 * Lowers the running total `node` at `at`: all other axes outside, so that the total stays in a register.
 */
export function prefixLoops(node: NodeOf<"prefix">, at: Coordinates, plan: LoopContext): Loops {
  const { axis } = node.attributes;
  const { combine, start } = node.operation;
  const dtype = prefixDType(node.dtype);
  const converted = (value: Value, to: DType): Value =>
    value.dtype === to ? value : { kind: "cast", dtype: to, operand: value };
  const before: Total = { kind: "total", dtype };
  const total: Total = { kind: "total", dtype };
  const elements = node.inputs.map((input) => converted(plan.lowering.valueAt(input, at), dtype));
  const others = at.with(axis, constantIndex(0));
  const body = nested(others, [
    {
      kind: "prefix",
      before,
      total,
      start: clampTo(dtype, start),
      variable: variableOr("s", at[axis]!),
      next: expressionValue(combine, [before, ...elements], dtype),
      body: plan.stores(converted(total, node.dtype)),
    },
  ]);
  return { before: [], body };
}
