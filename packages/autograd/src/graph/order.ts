// Orders in which to walk a graph. All of them are iterative: a chain of 100,000 nodes is no
// deeper than a list.
import type { Node } from "./node.ts";

/**
 * All nodes that `roots` need, inputs before what uses them. `inputsOf` may leave out what need
 * not be walked (what is already computed, say).
 */
export function topologicalOrder(
  roots: readonly Node[],
  inputsOf: (node: Node) => readonly Node[] = (node) => node.inputs,
): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  for (const root of roots) {
    if (seen.has(root)) continue;
    seen.add(root);
    // A path from the root: each node with its inputs and how many of them are done.
    const path = [{ node: root, inputs: inputsOf(root), done: 0 }];
    while (path.length > 0) {
      const here = path.at(-1)!;
      if (here.done === here.inputs.length) {
        order.push(here.node);
        path.pop();
        continue;
      }
      const next = here.inputs[here.done++]!;
      if (seen.has(next)) continue;
      seen.add(next);
      path.push({ node: next, inputs: inputsOf(next), done: 0 });
    }
  }
  return order;
}
