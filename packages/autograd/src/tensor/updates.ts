// Updates of parameters that were assigned and are not computed yet. Each needs values that further
// updates will overwrite, and so is computed before that happens.
import { withReplaced } from "../autodiff/copy.ts";
import { realizeUpdates, runCount } from "../engine/realize.ts";
import type { Node } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";
import { untraced } from "./trace.ts";

/** Whoever has been assigned something. */
export interface Updated {
  /** The node of its new value, while that is not known. */
  readonly pending: Node | undefined;
  /** `node`, which was its new value, by that value alone. */
  known(node: Node): Node;
}

interface Update {
  readonly of: Updated;
  readonly node: Node;
  readonly time: number;
  /** How many runs there had been. */
  readonly run: number;
}

/** Oldest first. What has been computed meanwhile leaves when all before it have, or at times. */
let updates: Update[] = [];
let mostUpdates = 64;
/** So many wait at most: a parameter may be dropped before anybody reads it. */
const mostPending = 4096;
let time = 0;
/** What was computed here: there may be graphs that were built on these nodes before. */
const computed = new WeakMap<Node, Updated>();
let isAnyComputed = false;

/** Counts the assignments. */
export function now(): number {
  return time;
}

/** The time of the last assignment before a run. */
export function lastBefore(run: number): number {
  return updates.findLast((update) => update.run < run)?.time ?? 0;
}

export function noteUpdate(of: Updated): void {
  const first = updates.findIndex(isPending);
  if (first !== 0) updates = first < 0 ? [] : updates.slice(first);
  updates.push({ of, node: of.pending!, time: ++time, run: runCount() });
  if (updates.length <= mostUpdates) return;
  updates = updates.filter(isPending);
  if (updates.length >= mostPending) computeUpdates(updates[mostPending / 2]!.time);
  mostUpdates = Math.min(mostPending, Math.max(64, 2 * updates.length));
}

/**
 * Computes what was assigned up to a time and is not known yet, all in one run. An update that fails
 * is dropped without an error here; reading what depends on it throws.
 */
export function computeUpdates(until: number = time): void {
  if (updates.length === 0) return;
  updates = updates.filter(isPending);
  const due = updates.filter((update) => update.time <= until);
  if (due.length === 0) return;
  updates = updates.slice(due.length);
  const pending = due.map(({ node }) => node);
  untraced(() => realizeUpdates(pending));
  pending.forEach((node, i) => noteComputed(node, due[i]!.of));
}

/** `node` was the new value of `of`, is known, and not to be differentiated through any more. */
export function noteComputed(node: Node, of: Updated): void {
  node.cell.keptAside = undefined;
  computed.set(node, of);
  isAnyComputed = true;
}

/**
 * `node`, on the values of what was computed here: a loop that never reads would hold on to the
 * graphs of all its turns.
 */
export function onKnown(node: Node): Node {
  if (!isAnyComputed) return node;
  const known = new Map<Node, Node>();
  topologicalOrder([node], (one) => {
    const of = one.cell.value && computed.get(one);
    if (!of) return one.inputs;
    known.set(one, of.known(one));
    return [];
  });
  return known.size > 0 ? withReplaced([node], known)[0]! : node;
}

/** It is not, either, if another one has been assigned since. */
function isPending({ of, node }: Update): boolean {
  return of.pending === node;
}
