// Which nodes of a plan are stored in memory. All others are written out where they are used, as
// index arithmetic or inside the loop of what uses them.
import type { Node } from "../../graph/node.ts";
import { elementCount } from "../../graph/shape.ts";
import type { Target } from "../target.ts";
import { NodeMap, type Numbering } from "./numbering.ts";
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

/** What nodes are stored for. */
interface Grounds {
  readonly target: Target;
  /** Of all nodes of the plan. */
  readonly numbers: Numbering;
  /** Without it all elementwise nodes are stored, too. */
  readonly fuse: boolean;
}

/** The nodes to store, of `order`, inputs first, which computes `outputs`. */
export function storedNodes(
  order: readonly Node[],
  outputs: readonly Node[],
  { target, numbers, fuse }: Grounds,
): Stored {
  const { work: mostWork, loads: mostLoads } = target.kernel;
  const usersOf = usersIn(order, numbers);
  const isOutput = new Set(outputs);
  const picks = order.some(({ family }) => family === "gather");
  const whole = picks ? readWhole(order, outputs) : isOutput;
  /** What it takes to have an element of each node: what is stored, and inputs, are loaded. */
  const used = new NodeMap<Extent>(numbers);
  const nodes: Node[] = [];
  const codes = new NodeMap<number>(numbers);
  for (const node of order) {
    const extent = extentAbove(node, used);
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
    if (!isStored) {
      used.set(node, extent);
      continue;
    }
    nodes.push(node);
    codes.set(node, extent.work + extent.loads);
  }
  return { nodes, codeOf: (node) => codes.get(node)! };
}

type UsersOf = (node: Node) => readonly Node[];

/** The nodes of `order` that use each, one behind the other in one list. */
function usersIn(order: readonly Node[], numbers: Numbering): UsersOf {
  /** Where those of each node end, and, once they are there, where they begin. */
  const from = new Int32Array(numbers.count + 1);
  for (const { inputs } of order) for (const input of inputs) from[numbers.of(input)]!++;
  for (let i = 1; i < from.length; i++) from[i]! += from[i - 1]!;
  const users = new Array<Node>(from.at(-1)!);
  for (let i = order.length - 1; i >= 0; i--) {
    const { inputs } = order[i]!;
    for (let j = inputs.length - 1; j >= 0; j--) users[--from[numbers.of(inputs[j]!)]!] = order[i]!;
  }
  return (node) => {
    const number = numbers.of(node);
    return users.slice(from[number], from[number + 1]);
  };
}

function extentAbove(node: Node, extents: NodeMap<Extent>): Extent {
  let work = ownWork(node);
  let loads = 0;
  let depth = 0;
  for (const input of node.inputs) {
    const extent = extents.get(input) ?? loaded;
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
  for (const user of direct) if (!target.computes(user)) return true;
  if (work === 0) return false;
  if (direct.length > 1 && work > cheap) return true;
  const count = elementCount(node.shape);
  for (const reader of readersThrough(direct, usersOf)) {
    const { family, shape } = reader;
    // A product reads each element many times.
    if (family === "contract" || family === "convolve") return true;
    if (work <= cheapToRepeat || family === "reduce") continue;
    if (elementCount(shape) > count && !isOfManyParts(reader)) return true;
  }
  return false;
}

/** What reads a node in the end: its users, and what uses those that only move elements. */
function readersThrough(direct: readonly Node[], usersOf: UsersOf): Iterable<Node> {
  if (!direct.some(passesOn)) return direct;
  const readers = new Set(direct);
  for (const reader of readers) {
    if (passesOn(reader)) for (const user of usersOf(reader)) readers.add(user);
  }
  return readers;
}

function passesOn(node: Node): boolean {
  return node.family === "movement" && !isOfManyParts(node);
}
