// A graph that only grows would keep all of its past. So a value that was computed a long way up
// is given a fresh source node, which remembers where it came from only as long as that past is
// kept (tensor/settle.ts decides how long).
import { GradientError } from "./errors.ts";
import type { History, Node } from "./node.ts";
import { topologicalOrder } from "./order.ts";

/** What a node was computed from: its inputs, or what its history leads back to. */
export function origins(node: Node): readonly Node[] {
  const history = historyOf(node);
  return history?.tip ? [history.tip] : node.inputs;
}

function historyOf(node: Node): History | undefined {
  return node.family === "source" ? node.attributes.history : undefined;
}

/** Nodes of which a past that was let go was made: no derivative can be asked of them any more. */
const letGo = new WeakSet<Node>();

/** Forgets where the value came from. */
export function forget(history: History): void {
  if (!history.tip) return;
  for (const node of topologicalOrder([history.tip])) {
    letGo.add(node);
    const isParameter = node.family === "source" && node.operation.name === "parameter";
    if (isParameter || historyOf(node)?.hadParameters) history.hadParameters = true;
  }
  history.tip = undefined;
}

/** Throws if the way back from `node` has been let go and may have led to one of `wanted`. */
export function checkHistory(operation: string, node: Node, wanted: Iterable<Node>): void {
  const history = historyOf(node);
  if (!history || history.tip) return;
  for (const input of wanted) if (letGo.has(input)) throw historyError(operation, "an input");
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
