// Rewrites a graph: from the inputs up, each node with its rewritten inputs is passed to rules that
// may replace it. Nodes that no output needs any more are left out.
import { copyForPlan } from "../../graph/create.ts";
import type { Node } from "../../graph/node.ts";
import type { Graph } from "../../graph/order.ts";
import { NodeMap, Numbering } from "./numbering.ts";

/** A rewrite rule: given a node whose inputs are rewritten, returns one of the same value. */
export type Rule = (node: Node) => Node;

/** A graph to plan. */
export interface Rewritten {
  /** The nodes to compute, inputs first. */
  readonly order: readonly Node[];
  readonly outputs: readonly Node[];
}

/** A placeholder has no value yet, but a buffer like all sources. */
function isGiven(node: Node): boolean {
  return node.family === "source" || node.cell.value !== undefined;
}

/** Rewrites a graph by all rules in turn, which are created with the nodes' numbers. */
export function rewrite(
  { inputs, order: given, outputs }: Graph,
  rules: readonly ((numbers: Numbering) => Rule)[],
): Rewritten {
  const numbers = new Numbering(inputs);
  for (let i = 0; i < given.length; i++) numbers.add(given[i]!);
  const used = rules.map((rule) => rule(numbers));
  // What is given stays.
  const replaced = new NodeMap<Node>(numbers);
  for (const input of inputs) replaced.set(input, input);
  /** The rewritten nodes, inputs first, and the set of them. */
  const order: Node[] = [];
  const isThere = new NodeMap<boolean>(numbers);
  for (let i = 0; i < given.length; i++) {
    const node = given[i]!;
    let now = withInputs(node, replaced);
    // A rule may replace the node by an input, which no rule rewrites.
    for (let j = 0; j < used.length && !isGiven(now); j++) now = used[j]!(now);
    numbers.add(now);
    if (!isGiven(now) && !isThere.get(now)) {
      isThere.set(now, true);
      order.push(now);
    }
    replaced.set(node, now);
  }
  const results = outputs.map((node) => replaced.get(node)!);
  return { order: needed(order, results, numbers), outputs: results };
}

/** The nodes of `order`, inputs first, that the outputs need. */
function needed(
  order: readonly Node[],
  outputs: readonly Node[],
  numbers: Numbering,
): readonly Node[] {
  const isUsed = new NodeMap<boolean>(numbers);
  for (const output of outputs) isUsed.set(output, true);
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i]!;
    if (isUsed.get(node)) for (const input of node.inputs) isUsed.set(input, true);
  }
  return order.filter((node) => isUsed.get(node));
}

function withInputs(node: Node, replaced: NodeMap<Node>): Node {
  const { inputs } = node;
  for (let i = 0; i < inputs.length; i++) {
    if (replaced.get(inputs[i]!) === inputs[i]) continue;
    return copyForPlan(
      node,
      inputs.map((input) => replaced.get(input)!),
    );
  }
  return node;
}
