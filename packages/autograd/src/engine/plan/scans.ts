// Loops of running totals.
import type { NodeOf } from "../../graph/node.ts";
import { clampTo } from "../../scalar/dtype.ts";
import { expressionValue } from "../kernel/expression.ts";
import { constantIndex, type Total } from "../kernel/language.ts";
import { nested, type Place, variableOf } from "./index-map.ts";
import type { Loops, Surroundings } from "./loops.ts";

/** The scan `node` at the place `at`: all other axes outside, so that a total stays in a register. */
export function scanLoops(node: NodeOf<"scan">, at: Place, plan: Surroundings): Loops {
  const { axis } = node.attributes;
  const { combine, start } = node.operation;
  const { dtype } = node;
  const before: Total = { kind: "total", dtype };
  const total: Total = { kind: "total", dtype };
  const elements = node.inputs.map((input) => plan.lowering.valueAt(input, at));
  const others = at.with(axis, constantIndex(0));
  const body = nested(others, [
    {
      kind: "scan",
      before,
      total,
      start: clampTo(dtype, start),
      variable: variableOf(at[axis]!) ?? { kind: "variable", name: "s", size: 1 },
      next: expressionValue(combine, [before, ...elements], dtype),
      body: plan.stores(total),
    },
  ]);
  return { before: [], body };
}
