// A graph that only grows would keep all of its past. So a value that was computed a long way up
// is given a fresh source node, which remembers where it came from only as long as that past is
// kept (tensor/settle.ts decides how long).
import { GradientError } from "./errors.ts";
import type { History, Node } from "./node.ts";
import { topologicalOrder } from "./order.ts";

/** What a node was computed from: its inputs, or what its history leads back to. */
export function origins(node: Node): readonly Node[] {
  const tip = historyOf(node)?.tip;
  return tip ? [tip] : node.inputs;
}

/** Where a source was computed. */
export function historyOf(node: Node): History | undefined {
  return node.family === "source" ? node.attributes.history : undefined;
}

/**
 * Marks `ground` and all below it: no derivative can be asked of it any more through the past that
 * is let go. Says whether a parameter is there.
 */
export function letGo(ground: readonly Node[]): boolean {
  let hadParameters = false;
  for (const node of ground) {
    if (node.cell.letGo === undefined) mark(node);
    if (node.cell.letGo) hadParameters = true;
  }
  return hadParameters;
}

/** Each node is marked once, so it does not matter how often pasts overlap. */
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

/** Throws if the way back from `node` has been let go and may have led to one of `wanted`. */
export function checkHistory(operation: string, node: Node, wanted: () => Iterable<Node>): void {
  const history = historyOf(node);
  if (!history || history.tip) return;
  for (const input of wanted()) {
    if (input.cell.letGo !== undefined) throw historyError(operation, "an input");
  }
}

/** Throws if parameters may stand on the way back from `node` that has been let go. */
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
