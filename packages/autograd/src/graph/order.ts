// Orders in which to walk a graph. All of them are iterative: a chain of 100,000 nodes is no
// deeper than a list.
import type { Node } from "./node.ts";

/**
 * All nodes that `roots` need, inputs before what uses them. `inputsOf` is asked once for each
 * node; it may leave out what need not be walked (what is already computed, say), and add roots to
 * a set.
 */
export function topologicalOrder(
  roots: Iterable<Node>,
  inputsOf: (node: Node) => readonly Node[] = (node) => node.inputs,
): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  // A path down from a root: each node with its inputs and how many of them are done. (Three
  // arrays, because an object for each node takes twice the time.)
  const path: Node[] = [];
  const below: (readonly Node[])[] = [];
  const done: number[] = [];
  for (const root of roots) {
    let next: Node | undefined = root;
    for (;;) {
      if (next && !seen.has(next)) {
        seen.add(next);
        path.push(next);
        below.push(inputsOf(next));
        done.push(0);
      }
      const last = path.length - 1;
      if (last < 0) break;
      next = below[last]![done[last]!++];
      if (next) continue;
      order.push(path.pop()!);
      below.pop();
      done.pop();
    }
  }
  return order;
}
