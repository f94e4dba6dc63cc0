// Pending updates of parameters: assigned but not computed yet. They are computed before a value
// that they need is overwritten.
import { withReplaced } from "../autodiff/copy.ts";
import type { Task } from "../engine/background.ts";
import { realizeUpdates, realizingUpdates } from "../engine/realize.ts";
import type { Node } from "../graph/node.ts";
import { newMark, topologicalOrder } from "../graph/order.ts";
import { stopGradient } from "../ops/elementwise.ts";
import { untraced } from "./trace.ts";

/** A parameter that has been assigned a value. */
export interface Updated {
  /** The node of its new value, until that is known. */
  readonly pending: Node | undefined;
  /** Replaces `node`, its new value, by a leaf. */
  known(node: Node): Node;
}

interface Update {
  readonly of: Updated;
  readonly node: Node;
  /** Whether the values that it needs are in `needed`. */
  isSeen: boolean;
}

/** Oldest first. Computed updates are removed once all before them are, and from time to time. */
let updates: Update[] = [];
let mostUpdates = 64;
/** The most pending updates: a parameter may be dropped before anybody reads it. */
const mostPending = 4096;
/** Parameter values that the updates seen so far depend on; all nodes seen are marked. */
let needed = new Set<Node>();
let mark = newMark();

export function noteUpdate(of: Updated): void {
  const first = updates.findIndex(isPending);
  if (first !== 0) keep(first < 0 ? [] : updates.slice(first));
  updates.push({ of, node: of.pending!, isSeen: false });
  if (updates.length <= mostUpdates) return;
  keep(updates.filter(isPending));
  if (updates.length >= mostPending) compute(updates.slice(0, mostPending / 2));
  mostUpdates = Math.min(mostPending, Math.max(64, 2 * updates.length));
}

/** A copy of a value, computed as updates are: before the value is overwritten. */
export function copiedLater(node: Node): Node {
  const copy = stopGradient(node);
  noteUpdate({
    get pending() {
      return copy.cell.value ? undefined : copy;
    },
    known: (one) => one,
  });
  return copy;
}

function keep(some: Update[]): void {
  updates = some;
  if (some.length > 0) return;
  needed = new Set();
  mark = newMark();
}

/**
 * Computes all pending updates in one run. An update that fails stays pending, without an error
 * here: reading its parameter, or what depends on it, throws.
 */
export function computeUpdates(): void {
  if (updates.length > 0) compute(updates.filter(isPending));
}

/** The same as a task; not while a function is traced. */
export function* computingUpdates(): Task<void> {
  const due = updates.filter(isPending);
  keep([]);
  if (due.length > 0) yield* realizingUpdates(due.map(({ node }) => node));
}

function compute(due: readonly Update[]): void {
  keep(updates.filter((update) => !due.includes(update) && isPending(update)));
  if (due.length > 0) untraced(() => realizeUpdates(due.map(({ node }) => node)));
}

/** Whether a pending update may need the value of one of these nodes of a parameter. */
export function isNeeded(nodes: readonly Node[]): boolean {
  for (const update of updates) {
    if (!update.isSeen && isPending(update)) see(update.node);
    update.isSeen = true;
  }
  return nodes.some((node) => needed.has(node));
}

function see(root: Node): void {
  const path = [root];
  for (let node = path.pop(); node; node = path.pop()) {
    const { cell, inputs } = node;
    if (node.mark === mark) continue;
    node.mark = mark;
    if (cell.owner) needed.add(node);
    if (!cell.value) path.push(...inputs);
  }
}

/**
 * Rebuilds `node` on leaves for the known parameter values below it: otherwise a loop that builds
 * on what it has assigned would keep the graphs of all its iterations.
 */
export function onKnown(node: Node): Node {
  const known = new Map<Node, Node>();
  topologicalOrder([node], (one) => {
    const { owner, value } = one.cell;
    if (!owner || !value || one.inputs.length === 0) return one.inputs;
    known.set(one, (owner as Updated).known(one));
    return [];
  });
  return known.size > 0 ? withReplaced([node], known)[0]! : node;
}

/** False also if another one has been assigned since. */
function isPending({ of, node }: Update): boolean {
  return of.pending === node;
}
