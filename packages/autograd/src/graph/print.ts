// Graphs as text: one line per node, for people; and Graphviz's DOT, for pictures.
import { shortText } from "../scalar/number-text.ts";
import type { Node } from "./node.ts";
import { topologicalOrder } from "./order.ts";
import { quoted } from "./printable.ts";
import { formatShape } from "./shape.ts";

/**
 * Prints one line per node, inputs first:
 * ```text
 * %0 = parameter "weight"    float32 [784, 16]
 * %2 = matmul(%1, %0)        float32 [100, 16]
 * ```
 */
export function printGraph(roots: readonly Node[]): string {
  const order = topologicalOrder(roots).filter((node) => node.family !== "literal");
  const names = new Map<Node, string>(order.map((node, i) => [node, `%${i}`]));
  const reference = (node: Node) => names.get(node) ?? label(node);
  const left = order.map((node) => {
    const inputs = node.inputs.length > 0 ? `(${node.inputs.map(reference).join(", ")})` : "";
    return `${reference(node)} = ${label(node)}${inputs}`;
  });
  const width = Math.max(0, ...left.map((text) => text.length));
  const typed = order.map((node, i) => `${left[i]!.padEnd(width)}  ${type(node)}`);
  return typed.length > 0 ? typed.join("\n") : roots.map(label).join("\n");
}

/** Prints a graph in the DOT language of Graphviz; edges carry shapes. */
export function graphToDot(roots: readonly Node[]): string {
  const order = topologicalOrder(roots);
  const names = new Map<Node, string>(order.map((node, i) => [node, `n${i}`]));
  const lines = order.flatMap((node) => {
    const shape = node.inputs.length === 0 ? "ellipse" : "box";
    const text = `${label(node)}\n${type(node)}`;
    return [
      `  ${names.get(node)} [shape=${shape}, label=${JSON.stringify(text)}];`,
      ...node.inputs.map(
        (input) =>
          `  ${names.get(input)} -> ${names.get(node)} [label="${formatShape(input.shape)}"];`,
      ),
    ];
  });
  return ["digraph {", "  node [fontname=monospace];", ...lines, "}"].join("\n");
}

function type(node: Node): string {
  return `${node.dtype} ${formatShape(node.shape)}`;
}

/** The operation with its attributes: `sum axes=[1]`. */
function label(node: Node): string {
  switch (node.family) {
    case "literal":
      return shortText(node.attributes.value, node.dtype);
    case "source": {
      const { label: given } = node.attributes;
      return given === undefined ? node.operation.name : `${node.operation.name} ${quoted(given)}`;
    }
    default: {
      const shown = Object.entries(node.attributes).filter(
        ([name, value]) => name !== "kind" && typeof value !== "function",
      );
      const text = shown.map(([name, value]) =>
        typeof value === "number"
          ? ` ${name}=${shortText(value, node.dtype)}`
          : ` ${name}=${Array.isArray(value) ? formatShape(value) : String(value)}`,
      );
      return node.operation.name + text.join("");
    }
  }
}
