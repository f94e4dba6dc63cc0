// Which nodes of a plan are stored in memory. All others are written out where they are used, as
// index arithmetic or inside the loop of what uses them.
import type { Node } from "../../graph/node.ts";
import { elementCount } from "../../graph/shape.ts";
import type { Target } from "../target.ts";
import { readWhole } from "./whole.ts";
import { ownWork } from "./work.ts";

/** Work, in units of an addition, up to which a node is rather computed twice than stored. */
const cheap = 2;
/** Work up to which a node is rather computed for each element that it is broadcast to. */
const cheapToRepeat = 4;
/** So many nodes may be written out, one inside the other: movements, which are no work, are walked all the same. */
const mostDepth = 200;

/** Concatenations of more parts have a loop for each part, in place of a choice for each element. */
const mostChoices = 16;

/** What is stored, and what it takes to compute it. */
export interface Stored {
  /** In topological order. */
  readonly nodes: readonly Node[];
  /** How long the code of what is stored is, with all that is written out in it: work and loads. */
  codeOf(node: Node): number;
}

/** What is written out for one element of a node. */
interface Extent {
  /** To compute the element anew. */
  readonly work: number;
  readonly loads: number;
  readonly depth: number;
}

const loaded: Extent = { work: 0, loads: 1, depth: 0 };

/**
 * The nodes to store, of `order`, inputs first, which computes `outputs`; without `fuse` all
 * elementwise ones, too.
 */
export function storedNodes(
  order: readonly Node[],
  outputs: readonly Node[],
  target: Target,
  fuse: boolean,
): Stored {
  const { work: mostWork, loads: mostLoads } = target.kernel;
  const users = new Map<Node, Node[]>(order.map((node) => [node, []]));
  for (const node of order) for (const input of node.inputs) users.get(input)?.push(node);
  const isOutput = new Set(outputs);
  const whole = readWhole(order, outputs);
  const stored = new Set<Node>();
  const extents = new Map<Node, Extent>();
  /** Where it is used: what is stored is loaded. */
  const extentOf = (node: Node) => (stored.has(node) ? loaded : (extents.get(node) ?? loaded));
  for (const node of order) {
    const extent = extentAbove(node, node.inputs.map(extentOf));
    extents.set(node, extent);
    const isStored =
      isOutput.has(node) ||
      hasOwnLoop(node) ||
      (!fuse && node.family === "elementwise") ||
      // All indices are checked, whichever of what they pick is used.
      (node.family === "gather" && !whole.has(node)) ||
      extent.work > mostWork ||
      extent.loads > mostLoads ||
      extent.depth > mostDepth ||
      isWorthStoring(node, extent.work, users, target);
    if (isStored) stored.add(node);
  }
  return {
    nodes: order.filter((node) => stored.has(node)),
    codeOf(node) {
      const { work, loads } = extents.get(node)!;
      return work + loads;
    },
  };
}

function extentAbove(node: Node, inputs: readonly Extent[]): Extent {
  let [work, loads, depth] = [ownWork(node), 0, 0];
  for (const input of inputs) {
    work += input.work;
    loads += input.loads;
    depth = Math.max(depth, input.depth + 1);
  }
  return { work, loads, depth };
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
    case "movement":
      return isOfManyParts(node);
    default:
      return false;
  }
}

/** Whether it is a concatenation that is stored part by part. */
export function isOfManyParts(node: Node): boolean {
  return (
    node.family === "movement" &&
    node.attributes.kind === "concat" &&
    node.inputs.length > mostChoices
  );
}

function isWorthStoring(
  node: Node,
  work: number,
  users: ReadonlyMap<Node, readonly Node[]>,
  target: Target,
): boolean {
  const direct = users.get(node)!;
  // The host reads arrays.
  if (direct.some((user) => !target.computes(user))) return true;
  if (work === 0) return false;
  const readers = direct.flatMap((user) => readersThrough(user, users));
  // A product reads each element many times.
  if (readers.some(({ family }) => family === "contract" || family === "convolve")) return true;
  if (direct.length > 1 && work > cheap) return true;
  const count = elementCount(node.shape);
  const isRepeated = readers.some(
    (user) => elementCount(user.shape) > count && user.family !== "reduce" && !isOfManyParts(user),
  );
  return isRepeated && work > cheapToRepeat;
}

/** What reads a node in the end: the user, or what uses it if that only moves elements. */
function readersThrough(user: Node, users: ReadonlyMap<Node, readonly Node[]>): readonly Node[] {
  const readers: Node[] = [];
  const waiting = [user];
  const seen = new Set(waiting);
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    readers.push(node);
    if (node.family !== "movement" || isOfManyParts(node)) continue;
    for (const next of users.get(node) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      waiting.push(next);
    }
  }
  return readers;
}
