// Updates of parameters that were assigned and are not computed yet. Each needs values that further
// updates will overwrite, and so is computed before that happens.
import { withReplaced } from "../autodiff/copy.ts";
import { realize } from "../engine/realize.ts";
import type { Node } from "../graph/node.ts";
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
  readonly time: number;
}

/** Oldest first. What has been computed meanwhile leaves when all before it have. */
let updates: readonly Update[] = [];
let added: Update[] = [];
let time = 0;
/** What was computed here the last time: there are graphs that were built on these nodes before. */
let computed: ReadonlyMap<Node, Updated> = new Map();

/** Counts the assignments. */
export function now(): number {
  return time;
}

export function noteUpdate(of: Updated): void {
  added.push({ of, time: ++time });
}

/**
 * Computes what was assigned up to a time and is not known yet, all in one run. An update that fails
 * is dropped without an error here; reading what depends on it throws.
 */
export function computeUpdates(until: number = time): void {
  if (added.length > 0) {
    updates = [...updates, ...added].filter(({ of }) => of.pending);
    added = [];
  }
  if (updates.length === 0 || updates[0]!.time > until) return;
  const due = updates.filter((update) => update.time <= until);
  updates = updates.slice(due.length);
  const pending = new Map(due.flatMap(({ of }) => (of.pending ? [[of.pending, of]] : [])));
  untraced(() => {
    if (tryToCompute([...pending.keys()])) return;
    // One of them fails, and the others need not.
    for (const node of pending.keys()) tryToCompute([node]);
  });
  computed = pending;
}

/**
 * `node`, on the values of what was computed here the last time: a loop that never reads would hold
 * on to the graphs of all its turns.
 */
export function onKnown(node: Node): Node {
  if (computed.size === 0) return node;
  const known = new Map<Node, Node>();
  for (const [one, of] of computed) if (one.cell.value) known.set(one, of.known(one));
  return withReplaced([node], known)[0]!;
}

function tryToCompute(nodes: readonly Node[]): boolean {
  try {
    realize("assign", nodes);
    return true;
  } catch {
    return false;
  }
}
