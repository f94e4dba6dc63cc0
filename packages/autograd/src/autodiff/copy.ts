// A graph once more, on other inputs.
import { type CustomRule, copyNode, createNode, type Node, type NodeOf } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";

/** What depends on one of `replaced`, down from `outputs`, inputs first. */
export function dependents(
  outputs: readonly Node[],
  replaced: ReadonlyMap<Node, Node>,
): readonly Node[] {
  const found = new Set<Node>();
  for (const node of topologicalOrder(outputs, (one) => (replaced.has(one) ? [] : one.inputs))) {
    // What is replaced is not copied, whatever it is made of: a number may stand in all.
    if (replaced.has(node)) continue;
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
  for (const node of dependents(outputs, replaced)) copies.set(node, copyOn(node, copies));
  return outputs.map((node) => copies.get(node) ?? node);
}

/**
 * Copies of all of `order`, inputs first, that depends on one of `replaced`, where who uses one of
 * `results` is given what stands there, and not the copy.
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

/** A rule may be made of nodes of its graph beside those that it is given. */
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
