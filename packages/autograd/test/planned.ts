// Plans of tensors, and what they give when they run in plain JavaScript.
import type { Data, Tensor } from "@nabla/autograd";
import { runPlan } from "../src/engine/plan/javascript.ts";
import { type PassName, type Plan, planOf } from "../src/engine/plan/plan.ts";
import { graphOf } from "../src/engine/realize.ts";
import { interpret } from "../src/engine/reference/interpret.ts";
import { wasmTarget } from "../src/engine/wasm/target.ts";
import { dataOf, type Node } from "../src/graph/node.ts";
import { nodeOf } from "../src/tensor/tensor.ts";

/** The nodes of some tensors that are still to be computed. */
export function pendingNodes(tensors: readonly Tensor[]): readonly Node[] {
  return tensors
    .map((x) => nodeOf("test", x))
    .filter((node) => !node.cell.value && node.family !== "literal");
}

/** The plan that computes the tensors at once, without the passes that are `off`. */
export function planFor(tensors: readonly Tensor[], off: readonly PassName[] = []): Plan {
  return planOfNodes(pendingNodes(tensors), off).plan;
}

function planOfNodes(nodes: readonly Node[], off: readonly PassName[]) {
  const { inputs } = graphOf("test", nodes);
  return { inputs, plan: planOf(inputs, nodes, wasmTarget, new Set(off)) };
}

/** The values of the tensors, by that plan. */
export function plannedValues(
  tensors: readonly Tensor[],
  off: readonly PassName[] = [],
): readonly Data[] {
  const pending = pendingNodes(tensors);
  const { inputs, plan } = planOfNodes(pending, off);
  const given = inputs.map((node) => dataOf(node.cell.value!));
  const values = runPlan(plan, given, interpret);
  return tensors.map((x) => values[pending.indexOf(nodeOf("test", x))] ?? x.dataSync());
}
