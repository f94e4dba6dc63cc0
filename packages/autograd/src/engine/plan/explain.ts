// Prints a plan: its kernels, the operations fused into each, and their cost.
import type { Loop } from "../../graph/node.ts";
import { bytesMoved, flopsOfKernel } from "../kernel/estimate.ts";
import { printKernel } from "../kernel/print.ts";
import type { Plan, Step } from "./steps.ts";

/** Counts everything but loads and stores as 1, whatever an operator costs. */
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

function explainStep(step: Step, number: number, isOnce: boolean = false): string {
  const cost = `${inUnits(flopsOf(step), "FLOP")}, ${inUnits(bytesMoved(step), "B")}`;
  if (step.kind === "host") return `${number}. ${step.node.operation.name}, by the host: ${cost}`;
  if (step.kind === "loop") {
    const { operation, plan } = step;
    const shared = onceOf(plan);
    const inside = plan.steps.map((one, i) => explainStep(one, i + 1, shared.has(one))).join("\n");
    const indented = inside.replace(/^/gm, "  ");
    return `${number}. ${operation.name}, ${timesOf(operation)}: ${cost}\n${indented}`;
  }
  const [, ...body] = printKernel(step.kernel, step.given).split("\n");
  const when = isOnce ? ", in the first iteration only" : "";
  return [`${number}. ${step.kernel.operations.join(" + ")}${when}: ${cost}`, ...body].join("\n");
}

/** The steps of a body that are run in the first iteration only. */
function onceOf({ segments }: Plan): ReadonlySet<Step> {
  return new Set(
    segments.flatMap((segment) =>
      segment.kind === "kernels" && segment.isOnce ? segment.steps : [],
    ),
  );
}

/** The most iterations of a loop; 1 where that is not known. */
function iterationsOf({ body: { length } }: Loop): number {
  return length === Number.POSITIVE_INFINITY ? 1 : length;
}

/** How often a loop runs. */
function timesOf({ body: { length, condition } }: Loop): string {
  if (length === Number.POSITIVE_INFINITY) return "while its condition holds (counted once)";
  const times = length === 1 ? "once" : `${length} times`;
  return condition === undefined ? times : `at most ${times}`;
}

function inUnits(count: number, unit: string): string {
  const [scaled, prefix] =
    count >= 1e9 ? [count / 1e9, "G"] : count >= 1e6 ? [count / 1e6, "M"] : [count / 1e3, "k"];
  return count < 1e3 ? `${count} ${unit}` : `${Number(scaled.toPrecision(3))} ${prefix}${unit}`;
}

function flopsOf(step: Step): number {
  switch (step.kind) {
    case "host":
      return 0;
    case "kernel":
      return flopsOfKernel(step.kernel);
    case "loop":
      return flopsOfLoop(step);
  }
}

function flopsOfLoop({ operation, plan }: Extract<Step, { kind: "loop" }>): number {
  const shared = onceOf(plan);
  return plan.steps.reduce((sum, one) => {
    return sum + flopsOf(one) * (shared.has(one) ? 1 : iterationsOf(operation));
  }, 0);
}
