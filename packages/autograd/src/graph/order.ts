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
  // A path down from a root: each node with its inputs and how many of them are done. (Three arrays,
  // because an object for each node takes twice the time.)
  const path: Node[] = [];
  const below: (readonly Node[])[] = [];
  const done: number[] = [];
  const enter = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    path.push(node);
    below.push(inputsOf(node));
    done.push(0);
  };
  for (const root of roots) {
    enter(root);
    while (path.length > 0) {
      const last = path.length - 1;
      const inputs = below[last]!;
      if (done[last]! < inputs.length) {
        enter(inputs[done[last]!++]!);
        continue;
      }
      order.push(path.pop()!);
      below.pop();
      done.pop();
    }
  }
  return order;
}
