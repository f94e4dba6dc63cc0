// Rewriting a graph: from the outputs down, each node with its rewritten inputs is given to a rule
// that may put another in its place. What no output needs any more is gone by itself.
import { copyNode, type Node } from "../../graph/node.ts";
import { topologicalOrder } from "../../graph/order.ts";

/** A pass of the plan: outputs in, outputs of the same values out. */
export type Pass = (outputs: readonly Node[]) => readonly Node[];

/** Inputs that belong to the graph of a plan: what has a value is where it begins. */
export function plannedInputs(node: Node): readonly Node[] {
  return node.cell.value ? [] : node.inputs;
}

/** The outputs, rewritten by `rule`, which is given nodes whose inputs are rewritten already. */
export function rewrite(outputs: readonly Node[], rule: (node: Node) => Node): readonly Node[] {
  const replaced = new Map<Node, Node>();
  for (const node of topologicalOrder(outputs, plannedInputs)) {
    replaced.set(node, node.cell.value ? node : rule(withInputs(node, replaced)));
  }
  return outputs.map((node) => replaced.get(node)!);
}

function withInputs(node: Node, replaced: ReadonlyMap<Node, Node>): Node {
  if (node.inputs.every((input) => replaced.get(input) === input)) return node;
  const inputs = node.inputs.map((input) => replaced.get(input)!);
  return copyNode(node, inputs);
}
