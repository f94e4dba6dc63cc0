// Which nodes of a plan are stored in memory. All others are written out where they are used, as
// index arithmetic or inside the loop of what uses them.
import type { Node } from "../../graph/node.ts";
import { newMark } from "../../graph/order.ts";
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
  const mark = newMark();
  order.forEach(({ cell }, position) => {
    cell.mark = mark;
    cell.number = position;
  });
  const users: Node[][] = order.map(() => []);
  const usersOf: UsersOf = ({ cell }) => (cell.mark === mark ? users[cell.number]! : nobody);
  for (const node of order) {
    for (const { cell } of node.inputs) if (cell.mark === mark) users[cell.number]!.push(node);
  }
  const isOutput = new Set(outputs);
  const picks = order.some(({ family }) => family === "gather");
  const whole = picks ? readWhole(order, outputs) : isOutput;
  /** What it takes to have an element of each node: what is stored is loaded. */
  const used: Extent[] = [];
  const nodes: Node[] = [];
  const codes = new Map<Node, number>();
  for (const node of order) {
    const extent = extentAbove(node, ({ cell }) =>
      cell.mark === mark ? used[cell.number]! : loaded,
    );
    const isStored =
      isOutput.has(node) ||
      hasOwnLoop(node) ||
      (!fuse && node.family === "elementwise") ||
      // All indices are checked, whichever of what they pick is used.
      (node.family === "gather" && !whole.has(node)) ||
      extent.work > mostWork ||
      extent.loads > mostLoads ||
      extent.depth > mostDepth ||
      isWorthStoring(node, extent.work, usersOf, target);
    used.push(isStored ? loaded : extent);
    if (!isStored) continue;
    nodes.push(node);
    codes.set(node, extent.work + extent.loads);
  }
  return { nodes, codeOf: (node) => codes.get(node)! };
}

type UsersOf = (node: Node) => readonly Node[];
const nobody: readonly Node[] = [];

function extentAbove(node: Node, extentOf: (input: Node) => Extent): Extent {
  let [work, loads, depth] = [ownWork(node), 0, 0];
  for (const input of node.inputs) {
    const extent = extentOf(input);
    work += extent.work;
    loads += extent.loads;
    depth = Math.max(depth, extent.depth + 1);
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

function isWorthStoring(node: Node, work: number, usersOf: UsersOf, target: Target): boolean {
  const direct = usersOf(node);
  // The host reads arrays.
  if (direct.some((user) => !target.computes(user))) return true;
  if (work === 0) return false;
  const readers = direct.flatMap((user) => readersThrough(user, usersOf));
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
function readersThrough(user: Node, usersOf: UsersOf): readonly Node[] {
  if (user.family !== "movement") return [user];
  const readers: Node[] = [];
  const waiting: Node[] = [user];
  const seen = new Set(waiting);
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    readers.push(node);
    if (node.family !== "movement" || isOfManyParts(node)) continue;
    for (const next of usersOf(node)) {
      if (seen.has(next)) continue;
      seen.add(next);
      waiting.push(next);
    }
  }
  return readers;
}
