// Updates of parameters that were assigned and are not computed yet. They are computed before a value
// that they need is overwritten.
import { withReplaced } from "../autodiff/copy.ts";
import type { Task } from "../engine/background.ts";
import { realizeUpdates, realizingUpdates } from "../engine/realize.ts";
import type { Node } from "../graph/node.ts";
import { newMark, topologicalOrder } from "../graph/order.ts";
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
  /** Whether what it needs is among `needed`. */
  isSeen: boolean;
}

/** Oldest first. What has been computed meanwhile leaves when all before it have, or at times. */
let updates: Update[] = [];
let mostUpdates = 64;
/** So many wait at most: a parameter may be dropped before anybody reads it. */
const mostPending = 4096;
/** The nodes of parameters that the updates seen so far are made of; marked are all nodes seen. */
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

function keep(some: Update[]): void {
  updates = some;
  if (some.length > 0) return;
  needed = new Set();
  mark = newMark();
}

/**
 * Computes what was assigned and is not known yet, all in one run. An update that fails is dropped
 * without an error here; reading what depends on it throws.
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

/** Whether an update that waits may need the value of one of these nodes of a parameter. */
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
    if (cell.mark === mark) continue;
    cell.mark = mark;
    if (cell.owner) needed.add(node);
    if (!cell.value) path.push(...inputs);
  }
}

/**
 * `node`, on the values alone of parameters below it that are known: a loop that builds on what it has
 * assigned would hold on to the graphs of all its turns.
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

/** It is not, either, if another one has been assigned since. */
function isPending({ of, node }: Update): boolean {
  return of.pending === node;
}
