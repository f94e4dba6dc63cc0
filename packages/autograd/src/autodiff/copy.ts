// Copies graphs onto other inputs.
import { copyNode, createNode } from "../graph/create.ts";
import type { CustomRule, Loop, Node, NodeOf } from "../graph/node.ts";
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
  const copyOn = copying(copies);
  for (const node of dependents(outputs, replaced)) copies.set(node, copyOn(node));
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
  const copyOn = copying(used);
  for (const node of order) {
    if (!node.inputs.some((input) => used.has(input))) continue;
    const copy = copyOn(node);
    copies.set(node, copy);
    if (!used.has(node)) used.set(node, copy);
  }
  return copies;
}

/** Copies nodes onto `copies` of their inputs; the map may grow meanwhile. */
function copying(copies: ReadonlyMap<Node, Node>): (node: Node) => Node {
  // Outcomes of one loop stay those of one.
  const loops = new Map<Loop, Loop>();
  return (node) => {
    const inputs = node.inputs.map((input) => copies.get(input) ?? input);
    if (node.family === "custom") return copyCustom(node, inputs, copies);
    const copy = copyNode(node, inputs);
    if (node.family !== "loop" || !hasRule(node)) return copy;
    let loop = loops.get(node.operation);
    if (!loop) loops.set(node.operation, (loop = copyLoop(node.operation, copies)));
    return { ...copy, operation: loop } as NodeOf<"loop">;
  };
}

const withRules = new WeakMap<Loop, boolean>();

/** Whether it has a custom rule, or is a loop whose body has one. */
export function hasRule(node: Node): boolean {
  if (node.family !== "loop") return node.family === "custom";
  const loop = node.operation;
  let known = withRules.get(loop);
  if (known === undefined) withRules.set(loop, (known = loop.body.nodes.some(hasRule)));
  return known;
}

/** The loop whose custom rules use `copies` of nodes around it. */
function copyLoop(loop: Loop, copies: ReadonlyMap<Node, Node>): Loop {
  const { body } = loop;
  const own = new Map<Node, Node>(copies);
  const copyOn = copying(own);
  const nodes = body.nodes.map((node) => {
    if (!hasRule(node) && !node.inputs.some((input) => own.has(input))) return node;
    const copy = copyOn(node);
    own.set(node, copy);
    return copy;
  });
  const next = body.next.map((node) => own.get(node) ?? node);
  return { ...loop, body: { ...body, nodes, next } };
}

/** A custom rule may use nodes of its graph besides its arguments. */
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
