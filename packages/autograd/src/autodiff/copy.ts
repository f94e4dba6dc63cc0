// Copies graphs onto other inputs.
import { type CustomRule, copyNode, createNode, type Node, type NodeOf } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";

/** All nodes below `outputs` that depend on one of `replaced`, inputs first. */
export function dependents(
  outputs: readonly Node[],
  replaced: ReadonlyMap<Node, Node>,
): readonly Node[] {
  const found = new Set<Node>();
  for (const node of topologicalOrder(outputs, (one) => (replaced.has(one) ? [] : one.inputs))) {
    // A replaced node is not copied, whatever it depends on.
    if (replaced.has(node)) continue;
    if (node.inputs.some((input) => replaced.has(input) || found.has(input))) found.add(node);
  }
  return [...found];
}

/** Copies `outputs` with some of the nodes that they depend on replaced. */
export function withReplaced(
  outputs: readonly Node[],
  replaced: ReadonlyMap<Node, Node>,
): readonly Node[] {
  const copies = new Map(replaced);
  for (const node of dependents(outputs, replaced)) copies.set(node, copyOn(node, copies));
  return outputs.map((node) => copies.get(node) ?? node);
}

/**
 * Copies all nodes of `order` (inputs first) that depend on one of `replaced`. Where a copy would
 * use one of `results`, it uses the node given there.
 */
export function copiesOf(
  order: readonly Node[],
  replaced: ReadonlyMap<Node, Node>,
  results: ReadonlyMap<Node, Node>,
): ReadonlyMap<Node, Node> {
  const copies = new Map(replaced);
  const used = new Map([...replaced, ...results]);
  for (const node of order) {
    if (!node.inputs.some((input) => used.has(input))) continue;
    const copy = copyOn(node, used);
    copies.set(node, copy);
    if (!used.has(node)) used.set(node, copy);
  }
  return copies;
}

function copyOn(node: Node, copies: ReadonlyMap<Node, Node>): Node {
  const inputs = node.inputs.map((input) => copies.get(input) ?? input);
  return node.family === "custom" ? copyCustom(node, inputs, copies) : copyNode(node, inputs);
}

/** A custom rule may use nodes of its graph beside those that it is given. */
function copyCustom(
  node: NodeOf<"custom">,
  inputs: readonly Node[],
  copies: ReadonlyMap<Node, Node>,
): Node {
  const rule: CustomRule = (g, given, output) => {
    const contributions = node.attributes.rule(g, given, output);
    const found = contributions.filter((one) => one !== undefined);
    const replaced = withReplaced(found, copies);
    let next = 0;
    return contributions.map((one) => (one === undefined ? undefined : replaced[next++]!));
  };
  const copy = createNode(node.operation, inputs, { rule }, node.shape, node.dtype) as Node;
  copy.cell.site = node.cell.site;
  return copy;
}
