// Plans of tensors, and what they give when they run in plain JavaScript.
import type { Data, Tensor } from "@nabla/autograd";
import { JavaScriptDevice } from "../src/engine/javascript/device.ts";
import { type PassName, planOf } from "../src/engine/plan/plan.ts";
import type { Plan } from "../src/engine/plan/steps.ts";
import { Engine } from "../src/engine/planned/engine.ts";
import { LoadedPlan } from "../src/engine/planned/loaded-plan.ts";
import { graphOf } from "../src/engine/realize.ts";
import type { Target } from "../src/engine/target.ts";
import { wasmTarget } from "../src/engine/wasm/target.ts";
import { dataOf, type Node } from "../src/graph/node.ts";
import { numbersIn } from "../src/scalar/dtype.ts";
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

function planOfNodes(nodes: readonly Node[], off: readonly PassName[], target = wasmTarget) {
  const graph = graphOf("test", nodes);
  return { inputs: graph.inputs, plan: planOf(graph, target, { off: new Set(off) }) };
}

/** The values of the tensors, by that plan, in plain JavaScript. */
export function plannedValues(
  tensors: readonly Tensor[],
  off: readonly PassName[] = [],
  target: Target = wasmTarget,
): readonly Data[] {
  const pending = pendingNodes(tensors);
  const { inputs, plan } = planOfNodes(pending, off, target);
  const given = inputs.map((node) => node.cell.value!);
  const engine = new Engine(new JavaScriptDevice(target), () => {});
  const values = new LoadedPlan(engine, plan).run(given, []);
  return tensors.map((x) => {
    const value = values[pending.indexOf(nodeOf("test", x))];
    return value ? numbersIn(x.dtype, dataOf(value)) : x.dataSync();
  });
}
