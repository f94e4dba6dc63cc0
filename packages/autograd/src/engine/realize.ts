// The engine's seam: from nodes to their values. What has a value already is not computed again.
import { NablaError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";
import type { Data } from "../scalar/dtype.ts";
import { currentBackend } from "./backend.ts";

/**
 * Computes the values of `nodes`, all in one run, and keeps them; `operation` is the public name
 * that errors start with. Companions of what the run computes are computed and kept, too.
 */
export function realize(operation: string, nodes: readonly Node[]): void {
  const outputs = new Set(nodes.filter((node) => !node.cell.value));
  if (outputs.size === 0) return;
  let order = pending(operation, [...outputs]);
  const companions = order.flatMap((node) => node.cell.companions ?? []);
  const added = companions.filter((node) => !node.cell.value && !outputs.has(node));
  if (added.length > 0) {
    for (const node of added) outputs.add(node);
    order = pending(operation, [...outputs]);
  }
  const kept = [...outputs];
  currentBackend()
    .run(order, kept)
    .forEach((value, i) => {
      kept[i]!.cell.value = value;
    });
}

/** The value of a node, computed if it is not there. */
export function valueOf(operation: string, node: Node): Data {
  realize(operation, [node]);
  return node.cell.value!;
}

/** The nodes below `roots` that have no value yet, inputs first. */
function pending(operation: string, roots: readonly Node[]): Node[] {
  const isPending = (node: Node): boolean => {
    if (node.cell.overwritten) throw overwrittenError(operation, node.cell.overwritten);
    return !node.cell.value;
  };
  return topologicalOrder(roots.filter(isPending), (node) => node.inputs.filter(isPending));
}

function overwrittenError(operation: string, name: string): NablaError {
  return new NablaError(
    `${operation}: the graph was built on a value of parameter "${name}" that two later updates ` +
      "have overwritten; read the result before the step, or build it on parameter.snapshot()",
  );
}
