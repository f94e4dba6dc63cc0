// A plan as text: its kernels, what was fused into each, and what they cost.
import { bytesPerElement } from "../../scalar/dtype.ts";
import type { Buffer, Kernel, Statement, Value } from "../kernel/language.ts";
import { printKernel } from "../kernel/print.ts";
import type { Step } from "./kernels.ts";
import type { Plan } from "./plan.ts";

/** One number for all that is neither a load nor a store: each operator, of whatever cost, counts 1. */
export function explain(plan: Plan): string {
  const steps = plan.steps.map((step, i) => explainStep(step, i + 1));
  const flops = plan.steps.reduce((sum, step) => sum + flopsOf(step), 0);
  const bytes = plan.steps.reduce((sum, step) => sum + bytesMoved(step), 0);
  const { length: count } = plan.steps;
  const head = [
    `${count} ${count === 1 ? "kernel" : "kernels"}`,
    inUnits(flops, "FLOP"),
    `${inUnits(bytes, "B")} moved`,
    `arena ${inUnits(plan.layout.bytes, "B")}`,
  ].join(", ");
  return [head, ...steps].join("\n");
}

function explainStep(step: Step, number: number): string {
  const cost = `${inUnits(flopsOf(step), "FLOP")}, ${inUnits(bytesMoved(step), "B")}`;
  if (step.kind === "host") return `${number}. ${step.node.operation.name}, by the host: ${cost}`;
  const [, ...body] = printKernel(step.kernel).split("\n");
  return [`${number}. ${step.kernel.operations.join(" + ")}: ${cost}`, ...body].join("\n");
}

function inUnits(count: number, unit: string): string {
  const [scaled, prefix] =
    count >= 1e9 ? [count / 1e9, "G"] : count >= 1e6 ? [count / 1e6, "M"] : [count / 1e3, "k"];
  return count < 1e3 ? `${count} ${unit}` : `${Number(scaled.toPrecision(3))} ${prefix}${unit}`;
}

function bytesMoved(step: Step): number {
  const sizeOf = ({ dtype, size }: Buffer) => size * bytesPerElement(dtype);
  return [...step.reads, ...step.writes].reduce((sum, buffer) => sum + sizeOf(buffer), 0);
}

function flopsOf(step: Step): number {
  return step.kind === "host" ? 0 : kernelFlops(step.kernel);
}

function kernelFlops({ body }: Kernel): number {
  return body.reduce((sum, statement) => sum + statementFlops(statement), 0);
}

function statementFlops(statement: Statement): number {
  const all = (statements: readonly Statement[]) =>
    statements.reduce((sum, inner) => sum + statementFlops(inner), 0);
  switch (statement.kind) {
    case "for":
      return statement.variable.size * all(statement.body);
    case "store":
      return valueFlops(statement.value);
    case "accumulate":
      return 1 + valueFlops(statement.value);
    case "reduce": {
      const times = statement.variables.reduce((product, { size }) => product * size, 1);
      return times * (1 + valueFlops(statement.value));
    }
    case "multiply": {
      const { row, column, inner, left, right, body } = statement;
      const products = inner.size * (2 + valueFlops(left) + valueFlops(right));
      return row.size * column.size * (products + all(body));
    }
  }
}

/** Operators of a value; what is shared counts once. */
function valueFlops(value: Value, seen: Set<Value> = new Set<Value>()): number {
  if (seen.has(value)) return 0;
  seen.add(value);
  switch (value.kind) {
    case "apply":
      return value.operands.reduce((sum, operand) => sum + valueFlops(operand, seen), 1);
    case "cast":
      return valueFlops(value.operand, seen);
    case "guard":
      return valueFlops(value.value, seen) + valueFlops(value.otherwise, seen);
    default:
      return 0;
  }
}
