// Which nodes are read whole, element by element, where they are inlined into materialized nodes.
import type { Node } from "../../graph/node.ts";
import { elementCount } from "../../graph/shape.ts";

/** The nodes of `order`, inputs first, whose every element is computed for one of `outputs`. */
export function readWhole(order: readonly Node[], outputs: readonly Node[]): ReadonlySet<Node> {
  const whole = new Set(outputs);
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i]!;
    if (!whole.has(node) || elementCount(node.shape) === 0) continue;
    for (const input of inputsReadWhole(node)) whole.add(input);
  }
  return whole;
}

/** The inputs whose every element is read for all elements of the node. */
function inputsReadWhole(node: Node): readonly Node[] {
  switch (node.family) {
    case "movement": {
      const { kind } = node.attributes;
      return kind === "slice" || kind === "window" ? [] : node.inputs;
    }
    case "gather":
    case "convolve":
      return node.inputs.slice(1);
    case "ordered":
      return node.inputs.slice(0, 1);
    default:
      return node.inputs;
  }
}
