// Runs a graph node by node, and drops values as soon as nothing needs them.
import { dataOf, type HostFunction, type Node, type NodeOf, type Value } from "../../graph/node.ts";
import { areOfOneLoop } from "../../ops/loop.ts";
import type { Data } from "../../scalar/dtype.ts";
import { interpret } from "./interpret.ts";
import { loops } from "./supplied.ts";

/**
 * Computes `outputs`. `order`: all nodes that they need without a value in `given`, inputs first.
 */
export function run(
  order: readonly Node[],
  outputs: readonly Node[],
  given: ReadonlyMap<Node, Value>,
): readonly Data[] {
  const uses = new Map<Node, number>();
  const use = (node: Node, count: number): number => {
    const left = (uses.get(node) ?? 0) + count;
    uses.set(node, left);
    return left;
  };
  for (const node of order) for (const input of node.inputs) use(input, 1);
  for (const node of outputs) use(node, 1);
  const values = new Map<Node, Data>();
  const valueOf = (node: Node): Data => {
    let value = values.get(node);
    if (!value) values.set(node, (value = dataOf(given.get(node)!)));
    return value;
  };
  const runLoop = (node: NodeOf<"loop">) => {
    const isOfLoop = (one: Node): one is NodeOf<"loop"> =>
      one.family === "loop" && areOfOneLoop(one, node);
    const outcomes = order.filter(isOfLoop);
    const results = loops.part(outcomes, node.inputs.map(valueOf), run);
    outcomes.forEach((one, i) => values.set(one, results[i]!));
  };
  const called: HostFunction[] = [];
  try {
    for (const node of order) {
      if (node.family === "host") called.push(node.operation);
      if (node.family === "loop") {
        if (!values.has(node)) runLoop(node);
      } else values.set(node, interpret(node, node.inputs.map(valueOf)));
      for (const input of node.inputs) if (use(input, -1) === 0) values.delete(input);
    }
    return outputs.map(valueOf);
  } catch (error) {
    for (const { onFailure } of called) onFailure?.();
    throw error;
  }
}
