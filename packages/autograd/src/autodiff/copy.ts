// A graph once more, on other inputs.
import { copyNode, type Node } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";

/** What depends on one of `replaced`, down from `outputs`, inputs first. */
export function dependents(
  outputs: readonly Node[],
  replaced: ReadonlyMap<Node, Node>,
): readonly Node[] {
  const found = new Set<Node>();
  for (const node of topologicalOrder(outputs, (one) => (replaced.has(one) ? [] : one.inputs))) {
    if (node.inputs.some((input) => replaced.has(input) || found.has(input))) found.add(node);
  }
  return [...found];
}

/** `outputs` with other nodes in place of some that they depend on. */
export function withReplaced(
  outputs: readonly Node[],
  replaced: ReadonlyMap<Node, Node>,
): readonly Node[] {
  const copies = new Map(replaced);
  for (const node of dependents(outputs, replaced)) {
    copies.set(
      node,
      copyNode(
        node,
        node.inputs.map((input) => copies.get(input) ?? input),
      ),
    );
  }
  return outputs.map((node) => copies.get(node) ?? node);
}
