// Which nodes of a plan are stored in memory. All others are written out where they are used, as
// index arithmetic or inside the loop of what uses them.
import type { Node } from "../../graph/node.ts";
import { topologicalOrder } from "../../graph/order.ts";
import { elementCount } from "../../graph/shape.ts";
import { plannedInputs } from "./rewrite.ts";
import { ownWork } from "./work.ts";

/** Work, in units of an addition, up to which a node is rather computed twice than stored. */
const cheap = 2;
/** Work up to which a node is rather computed for each element that it is broadcast to. */
const cheapToRepeat = 4;
/** So much work may be written out in one expression: what is longer fills the registers. */
const mostWork = 400;

/** The nodes to store, in topological order; without `fuse` all elementwise ones, too. */
export function storedNodes(outputs: readonly Node[], fuse: boolean): readonly Node[] {
  // A placeholder has no value yet, but a buffer like all sources.
  const order = topologicalOrder(outputs, plannedInputs).filter(
    (node) => !node.cell.value && node.family !== "source",
  );
  const users = new Map<Node, Node[]>(order.map((node) => [node, []]));
  for (const node of order) for (const input of node.inputs) users.get(input)?.push(node);
  const isOutput = new Set(outputs);
  const stored = new Set<Node>();
  /** Work to compute one element anew, with all that is written out below it. */
  const work = new Map<Node, number>();
  for (const node of order) {
    const below = node.inputs.reduce((sum, input) => sum + (work.get(input) ?? 0), 0);
    const all = below + ownWork(node);
    const isStored =
      isOutput.has(node) ||
      hasOwnLoop(node) ||
      (!fuse && node.family === "elementwise") ||
      all > mostWork ||
      isWorthStoring(node, all, users.get(node)!, users);
    if (isStored) stored.add(node);
    work.set(node, isStored ? 0 : all);
  }
  return order.filter((node) => stored.has(node));
}

/** Whether the family is computed by loops of its own kind, whose results cannot be written out. */
export function hasOwnLoop(node: Node): boolean {
  switch (node.family) {
    case "reduce":
    case "contract":
    case "convolve":
    case "scatter":
    case "scan":
    case "sort":
    case "routine":
      return true;
    default:
      return false;
  }
}

/** Whether the host computes it, from arrays. */
export function isByHost({ family }: Node): boolean {
  return family === "sort" || family === "routine";
}

function isWorthStoring(
  node: Node,
  work: number,
  direct: readonly Node[],
  users: ReadonlyMap<Node, readonly Node[]>,
): boolean {
  if (direct.some(isByHost)) return true;
  if (work === 0) return false;
  const readers = direct.flatMap((user) => readersThrough(user, users));
  // A product reads each element many times.
  if (readers.some(({ family }) => family === "contract" || family === "convolve")) return true;
  if (direct.length > 1 && work > cheap) return true;
  const count = elementCount(node.shape);
  const isRepeated = readers.some(
    (user) => elementCount(user.shape) > count && user.family !== "reduce",
  );
  return isRepeated && work > cheapToRepeat;
}

/** What reads a node in the end: the user, or what uses it if it only moves elements. */
function readersThrough(user: Node, users: ReadonlyMap<Node, readonly Node[]>): readonly Node[] {
  const readers: Node[] = [];
  const waiting = [user];
  const seen = new Set(waiting);
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    readers.push(node);
    if (node.family !== "movement") continue;
    for (const next of users.get(node) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      waiting.push(next);
    }
  }
  return readers;
}
