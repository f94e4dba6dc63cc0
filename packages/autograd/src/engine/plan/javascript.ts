// Runs plans in plain JavaScript, kernel by kernel: what tests compare WebAssembly's renderings
// with.

import { outOfRange } from "../../graph/indices.ts";
import type { Node } from "../../graph/node.ts";
import { allocate, type Data } from "../../scalar/dtype.ts";
import { kernelToJavaScript } from "../kernel/javascript.ts";
import type { Buffer } from "../kernel/language.ts";
import type { Plan } from "./plan.ts";

/** The values of the plan's results. `host` computes a node that no kernel does. */
export function runPlan(
  plan: Plan,
  inputs: readonly Data[],
  host: (node: Node, inputs: readonly Data[]) => Data,
): readonly Data[] {
  const arrays = new Map<Buffer, Data>();
  plan.inputs.forEach((buffer, i) => {
    if (buffer) arrays.set(buffer, inputs[i]!);
  });
  const arrayOf = (buffer: Buffer): Data => {
    let array = arrays.get(buffer);
    if (!array) arrays.set(buffer, (array = allocate(buffer.dtype, buffer.size)));
    return array;
  };
  for (const step of plan.steps) {
    if (step.kind === "host") {
      const [buffer] = step.writes as ReadonlySet<Buffer> & Iterable<Buffer>;
      arrayOf(buffer!).set(host(step.node, step.inputs.map(arrayOf)));
      continue;
    }
    kernelToJavaScript(step.kernel)(arrayOf, (check, index) => {
      throw outOfRange(plan.checks[check]!, index);
    });
  }
  return plan.results.map((result) =>
    result.kind === "input" ? inputs[result.position]! : arrayOf(result.buffer),
  );
}
