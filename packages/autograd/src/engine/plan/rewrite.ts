// Rewriting a graph: from the inputs up, each node with its rewritten inputs is given to rules that
// may put another in its place. What no output needs any more is left out.
import { copyNode, type Node } from "../../graph/node.ts";
import { topologicalOrder } from "../../graph/order.ts";
import { NodeMap, Numbering } from "./numbering.ts";

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

/** The graph of the outputs, rewritten by all rules in turn, which are made with the numbers of nodes. */
export function rewrite(
  outputs: readonly Node[],
  rules: readonly ((numbers: Numbering) => Rule)[],
): Rewritten {
  const all = topologicalOrder(outputs, plannedInputs);
  const numbers = new Numbering(all);
  const used = rules.map((rule) => rule(numbers));
  const replaced = new NodeMap<Node>(numbers);
  /** What has come into being, inputs first, and what is in there. */
  const order: Node[] = [];
  const isThere = new NodeMap<boolean>(numbers);
  for (const node of all) {
    let now = node;
    if (!isGiven(node)) {
      now = withInputs(node, replaced);
      // A rule may find that an input stands for the node: inputs are not told apart by what they are.
      for (const rule of used) if (!isGiven(now)) now = rule(now);
      numbers.add(now);
      if (!isGiven(now) && !isThere.get(now)) {
        isThere.set(now, true);
        order.push(now);
      }
    }
    replaced.set(node, now);
  }
  const results = outputs.map((node) => replaced.get(node)!);
  return { order: needed(order, results, numbers), outputs: results };
}

/** Those of `order`, inputs first, that the outputs need. */
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
    return copyNode(
      node,
      inputs.map((input) => replaced.get(input)!),
    );
  }
  return node;
}
