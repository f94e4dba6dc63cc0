// Which nodes are read whole, element by element, where they are inlined into what is stored.
import type { Node } from "../../graph/node.ts";
import { elementCount } from "../../graph/shape.ts";

/** Those of `order`, inputs first, of which each element is computed for one of `outputs`. */
export function readWhole(order: readonly Node[], outputs: readonly Node[]): ReadonlySet<Node> {
  const whole = new Set(outputs);
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i]!;
    if (!whole.has(node) || elementCount(node.shape) === 0) continue;
    for (const input of inputsReadWhole(node)) whole.add(input);
  }
  return whole;
}

/** The inputs of which every element is read for all elements of the node. */
function inputsReadWhole(node: Node): readonly Node[] {
  switch (node.family) {
    case "movement": {
      const { kind } = node.attributes;
      return kind === "slice" || kind === "window" ? [] : node.inputs;
    }
    case "gather":
    case "convolve":
      return node.inputs.slice(1);
    default:
      return node.inputs;
  }
}
