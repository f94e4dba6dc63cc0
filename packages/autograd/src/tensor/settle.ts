// Keeps a graph that only grows within bounds. Every so many levels its end is computed and starts
// afresh as a source, with its past behind it; the oldest pasts are let go.
import { realize } from "../engine/realize.ts";
import { forget } from "../graph/history.ts";
import { endsGradients, type History, type Node } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";
import { computed, constant } from "../ops/creation.ts";
import { currentTrace } from "./trace.ts";

/** So deep may a graph grow before its end is computed. */
const levels = 1000;
/** What is kept of the past, in all: derivatives reach back so far. */
const keptNodes = 300_000;
const keptBytes = 2 ** 28;

interface Past {
  /** Weak, so that what a finished loop left behind can be collected. */
  readonly history: WeakRef<History>;
  readonly nodes: number;
  readonly bytes: number;
}
const pasts: Past[] = [];
let nodesInPasts = 0;
let bytesInPasts = 0;

/** `node`, or a source with its value if a long graph stands below it. */
export function settle(node: Node): Node {
  if (node.depth < levels || currentTrace()) return node;
  realize(node.operation.name, [node]);
  const history: History = { tip: node, hadParameters: false };
  remember(history);
  return sited(computed(node.cell.value!, node.shape, node.dtype, history), node);
}

/** `stand`, written where `node` was, whose stack would keep alive what it was called on. */
function sited(stand: Node, node: Node): Node {
  node.cell.site?.fix();
  stand.cell.site = node.cell.site;
  return stand;
}

function remember(history: History): void {
  const below = topologicalOrder([history.tip!]);
  const bytes = below.reduce((sum, node) => sum + (node.cell.value?.byteLength ?? 0), 0);
  pasts.push({ history: new WeakRef(history), nodes: below.length, bytes });
  nodesInPasts += below.length;
  bytesInPasts += bytes;
  while (pasts.length > 1 && (nodesInPasts > keptNodes || bytesInPasts > keptBytes)) {
    const oldest = pasts.shift()!;
    nodesInPasts -= oldest.nodes;
    bytesInPasts -= oldest.bytes;
    const past = oldest.history.deref();
    if (past) forget(past);
  }
}

/**
 * `node`, or its value by itself once that is known and nothing is differentiated through it:
 * what it was computed from need not be kept then.
 */
export function detached(node: Node): Node {
  const { value } = node.cell;
  if (!value || !endsGradients(node)) return node;
  return sited(constant(value, node.shape, node.dtype), node);
}
