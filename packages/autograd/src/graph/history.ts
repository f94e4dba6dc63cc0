// Histories. A graph that only grows would keep all of its past, so a value computed far up gets a
// fresh source node that remembers where it came from for as long as that history is kept
// (tensor/settle.ts decides how long).
import { GradientError } from "./errors.ts";
import type { History, Node } from "./node.ts";
import { topologicalOrder } from "./order.ts";

/** The nodes that a node was computed from: its inputs, or the tip of its history. */
export function origins(node: Node): readonly Node[] {
  const tip = historyOf(node)?.tip;
  return tip ? [tip] : node.inputs;
}

/** Where a source was computed. */
export function historyOf(node: Node): History | undefined {
  return node.family === "source" ? node.attributes.history : undefined;
}

/**
 * Marks `ground` and all nodes below it as dropped: derivatives no longer reach them through the
 * history that is released. Returns whether a parameter is among them.
 */
export function letGo(ground: readonly Node[]): boolean {
  let hadParameters = false;
  for (const node of ground) {
    if (node.cell.letGo === undefined) mark(node);
    if (node.cell.letGo) hadParameters = true;
  }
  return hadParameters;
}

/** Marks each node once, however often histories overlap. */
function mark(root: Node): void {
  const isMarked = (node: Node) => node.cell.letGo !== undefined;
  for (const node of topologicalOrder([root], (one) => (isMarked(one) ? [] : below(one)))) {
    node.cell.letGo ??=
      (node.family === "source" && node.operation.name === "parameter") ||
      historyOf(node)?.hadParameters === true ||
      below(node).some((input) => input.cell.letGo);
  }
}

function below(node: Node): readonly Node[] {
  return historyOf(node)?.ground ?? node.inputs;
}

/** Throws if the history of `node` has been dropped and may have led to one of `wanted`. */
export function checkHistory(operation: string, node: Node, wanted: () => Iterable<Node>): void {
  const history = historyOf(node);
  if (!history || history.tip) return;
  for (const input of wanted()) {
    if (input.cell.letGo !== undefined) throw historyError(operation, "an input");
  }
}

/** Throws if the dropped part of the history of `node` may contain parameters. */
export function checkParameterHistory(operation: string, node: Node): void {
  const history = historyOf(node);
  if (history && !history.tip && history.hadParameters)
    throw historyError(operation, "a parameter");
}

function historyError(operation: string, what: string): GradientError {
  return new GradientError(
    `${operation}: the way back to ${what} is longer than the graph that is kept; ` +
      "differentiate earlier, or cut the graph where it may end: stopGradient",
  );
}
