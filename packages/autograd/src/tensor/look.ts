// Graphs to look at.
import { graphToDot, printGraph } from "../graph/print.ts";
import { nodeOf, type Tensor } from "./tensor.ts";

/**
 * The graph below the tensors as text: one line a node, inputs first. Nothing is computed.
 *
 * @example
 * const w = parameter([1, 2], { name: "w" });
 * print(w.mul(2).sum());
 */
export function print(...tensors: readonly Tensor[]): string {
  return printGraph(tensors.map((x) => nodeOf("print", x)));
}

/**
 * The graph below the tensors in the DOT language of Graphviz, which draws it: `dot -Tsvg`.
 *
 * @example
 * toDot(tensor([1, 2]).sum()).startsWith("digraph"); // => true
 */
export function toDot(...tensors: readonly Tensor[]): string {
  return graphToDot(tensors.map((x) => nodeOf("toDot", x)));
}
