// Rewriting a graph: from the inputs up, each node with its rewritten inputs is given to rules that
// may put another in its place. What no output needs any more is left out.
import { copyNode, type Node } from "../../graph/node.ts";
import { topologicalOrder } from "../../graph/order.ts";

/** A rule of the plan: given a node whose inputs are rewritten, one of the same value. */
export type Rule = (node: Node) => Node;

/** What is to be planned. */
export interface Rewritten {
  /** What is to be computed, inputs first. */
  readonly order: readonly Node[];
  readonly outputs: readonly Node[];
}

/** Inputs that belong to the graph of a plan: what has a value is where it begins. */
function plannedInputs(node: Node): readonly Node[] {
  return node.cell.value ? [] : node.inputs;
}

/** A placeholder has no value yet, but a buffer like all sources. */
function isGiven(node: Node): boolean {
  return node.family === "source" || node.cell.value !== undefined;
}

/** The graph of the outputs, rewritten by all rules in turn. */
export function rewrite(outputs: readonly Node[], rules: readonly Rule[]): Rewritten {
  const replaced = new Map<Node, Node>();
  /** What has come into being, inputs first. */
  const order = new Set<Node>();
  for (const node of topologicalOrder(outputs, plannedInputs)) {
    let now = node;
    if (!isGiven(node)) {
      now = withInputs(node, replaced);
      // A rule may find that an input stands for the node: inputs are not told apart by what they are.
      for (const rule of rules) if (!isGiven(now)) now = rule(now);
      if (!isGiven(now)) order.add(now);
    }
    replaced.set(node, now);
  }
  const results = outputs.map((node) => replaced.get(node)!);
  return { order: needed([...order], results), outputs: results };
}

/** Those of `order`, inputs first, that the outputs need. */
function needed(order: readonly Node[], outputs: readonly Node[]): readonly Node[] {
  const used = new Set(outputs);
  for (let i = order.length - 1; i >= 0; i--) {
    if (used.has(order[i]!)) for (const input of order[i]!.inputs) used.add(input);
  }
  return order.filter((node) => used.has(node));
}

function withInputs(node: Node, replaced: ReadonlyMap<Node, Node>): Node {
  if (node.inputs.every((input) => replaced.get(input) === input)) return node;
  const inputs = node.inputs.map((input) => replaced.get(input)!);
  return copyNode(node, inputs);
}
