// Inspects graphs: as text, DOT, plain data, and as planned.
import { currentBackend } from "../engine/backends.ts";
import { explain } from "../engine/plan/explain.ts";
import { graphOf } from "../engine/realize.ts";
import { type GraphData, graphToJson } from "../graph/json.ts";
import { graphToDot, printGraph } from "../graph/print.ts";
import { NaNReport } from "./find-nan.ts";
import { nodeOf, type Tensor } from "./tensor.ts";

/**
 * Prints the graph below the tensors: one line per node, inputs first. Nothing is computed.
 *
 * @example
 * const w = parameter([1, 2], { name: "w" });
 * print(w.mul(2).sum());
 */
export function print(...tensors: readonly Tensor[]): string;
/** Prints what `findNaN` found. */
export function print(found: NaNReport | null): string;
export function print(...tensors: readonly (Tensor | NaNReport | null)[]): string {
  const [found] = tensors;
  if (found === null) return "all finite";
  if (found instanceof NaNReport) return found.toString();
  return printGraph(tensors.map((x) => nodeOf("print", x as Tensor)));
}

/**
 * Prints the graph below the tensors in Graphviz's language DOT; `dot -Tsvg` draws it.
 *
 * @example
 * toDot(tensor([1, 2]).sum()).startsWith("digraph"); // => true
 */
export function toDot(...tensors: readonly Tensor[]): string {
  return graphToDot(tensors.map((x) => nodeOf("toDot", x)));
}

/**
 * Returns the graph below the tensors as plain data for `JSON.stringify`: a list of nodes, inputs
 * before their consumers, and the numbers of the outputs. Values of constants and parameters are
 * not part of it. Nothing is computed.
 *
 * @example
 * const { nodes, outputs } = toJSON(tensor([1, 2]).sum());
 * nodes.map(({ operation }) => operation); // => ["constant", "sum", "reshape"]
 * outputs; // => [2]
 */
export function toJSON(...tensors: readonly Tensor[]): GraphData {
  return graphToJson(tensors.map((x) => nodeOf("toJSON", x)));
}

/**
 * Explains what would run to compute the tensors: the kernels, the operations fused into each, its
 * arithmetic and the bytes it moves, and the arena for intermediate results; on a back end without
 * plans, such as the reference, the nodes. Nothing is computed.
 *
 * @example
 * const x = tensor([1, 2, 3, 4]);
 * console.log(explainPlan(x.mul(2).add(1).sigmoid().sum()));
 * // => 1 kernel, 28 FLOP, 20 B moved, arena 64 B
 * //    1. sum + reshape: 28 FLOP, 20 B
 * //      t0 = add over r0 < 4 in 16 lanes: div(1, add(1, exp(neg(add(mul(b0[r0], 2), 1)))))
 * //      b2[0] = t0
 */
export function explainPlan(...tensors: readonly Tensor[]): string {
  const outputs = tensors.map((x) => nodeOf("explainPlan", x)).filter((node) => !node.cell.value);
  const graph = graphOf("explainPlan", outputs);
  const backend = currentBackend();
  const plan = backend.plan?.(graph);
  const note = backend.note?.(graph);
  if (plan) return note === undefined ? explain(plan) : `${explain(plan)}\n${note}`;
  return `${graph.order.length} nodes, each by itself\n${printGraph(outputs)}`;
}
