// Materialization: which nodes of a plan get memory. All other nodes are inlined into their
// consumers, as index arithmetic or inside the consumer's loop.
import type { Node } from "../../graph/node.ts";
import { elementCount } from "../../graph/shape.ts";
import { isByHost, type Target } from "../target.ts";
import { NodeMap, type Numbering } from "./numbering.ts";
import { readWhole } from "./whole.ts";
import { ownWork } from "./work-estimate.ts";

/** Work, in units of an addition, up to which a node is computed twice rather than materialized. */
const cheap = 2;
/** Work up to which a node is recomputed for each element that it is broadcast to. */
const cheapToRepeat = 4;
/** The depth of inlining: movements are no work, but are traversed. */
const mostDepth = 200;

/** Concatenations of more parts have a loop per part, in place of a selection per element. */
const mostChoices = 16;

/** The materialized nodes, and their cost. */
export interface Materialized {
  /** In topological order. */
  readonly nodes: readonly Node[];
  /** The length of a materialized node's code with everything inlined into it: work and loads. */
  codeOf(node: Node): number;
}

/** The code inlined for one element of a node. */
interface Extent {
  /** Work to recompute the element. */
  readonly work: number;
  readonly loads: number;
  readonly depth: number;
}

const loaded: Extent = { work: 0, loads: 1, depth: 0 };

/** What the decision depends on. */
interface Grounds {
  readonly target: Target;
  /** Numbers of all nodes of the plan. */
  readonly numbers: Numbering;
  /** Without it all elementwise nodes are materialized too. */
  readonly fuse: boolean;
}

/** The nodes of `order`, inputs first, to materialize; it computes `outputs`. */
export function materializedNodes(
  order: readonly Node[],
  outputs: readonly Node[],
  { target, numbers, fuse }: Grounds,
): Materialized {
  const { work: mostWork, loads: mostLoads } = target.kernel;
  const users = new Users(order, numbers);
  const readsBuffers = (one: Node) => one.family === "loop" || isByHost(one, target);
  const needsBuffers = order.some(readsBuffers);
  const isOutput = new Set(outputs);
  const picks = order.some(({ family }) => family === "gather");
  const whole = picks ? readWhole(order, outputs) : isOutput;
  /** The cost of an element of each node: materialized nodes and inputs are loaded. */
  const used = new NodeMap<Extent>(numbers);
  const nodes: Node[] = [];
  const codes = new NodeMap<number>(numbers);
  for (const node of order) {
    const extent = extentAbove(node, used);
    const isStored =
      isOutput.has(node) ||
      hasOwnLoop(node) ||
      (!fuse && node.family === "elementwise") ||
      // All indices are checked, whichever picked elements are used.
      (node.family === "gather" && !whole.has(node)) ||
      extent.work > mostWork ||
      extent.loads > mostLoads ||
      extent.depth > mostDepth ||
      // Loops read whole buffers, and the host arrays.
      (needsBuffers && users.of(node).some(readsBuffers)) ||
      isWorthStoring(node, extent.work, users);
    if (!isStored) {
      used.set(node, extent);
      continue;
    }
    nodes.push(node);
    codes.set(node, extent.work + extent.loads);
  }
  return { nodes, codeOf: (node) => codes.get(node)! };
}

/** The users of each node, in one concatenated list. */
class Users {
  readonly #numbers: Numbering;
  /** Where those of each node begin; the last is the end. */
  readonly #from: Int32Array;
  readonly #users: readonly Node[];

  constructor(order: readonly Node[], numbers: Numbering) {
    this.#numbers = numbers;
    /** Where those of each node end, and, once they are filled in, where they begin. */
    const from = new Int32Array(numbers.count + 1);
    const read: number[] = [];
    for (let i = 0; i < order.length; i++) {
      const { inputs } = order[i]!;
      for (let j = 0; j < inputs.length; j++) {
        const number = numbers.of(inputs[j]!);
        read.push(number);
        from[number]!++;
      }
    }
    for (let i = 1; i < from.length; i++) from[i]! += from[i - 1]!;
    const users = new Array<Node>(read.length);
    for (let i = order.length - 1; i >= 0; i--) {
      const node = order[i]!;
      for (let j = node.inputs.length; j > 0; j--) users[--from[read.pop()!]!] = node;
    }
    this.#from = from;
    this.#users = users;
  }

  countOf(node: Node): number {
    const number = this.#numbers.of(node);
    return this.#from[number + 1]! - this.#from[number]!;
  }

  of(node: Node): readonly Node[] {
    const number = this.#numbers.of(node);
    return this.#users.slice(this.#from[number], this.#from[number + 1]);
  }
}

function extentAbove(node: Node, extents: NodeMap<Extent>): Extent {
  let work = ownWork(node);
  let loads = 0;
  let depth = 0;
  const { inputs } = node;
  const count = node.family === "ordered" ? 1 : inputs.length;
  for (let i = 0; i < count; i++) {
    const extent = extents.get(inputs[i]!) ?? loaded;
    work += extent.work;
    loads += extent.loads;
    depth = Math.max(depth, extent.depth + 1);
  }
  return { work, loads, depth };
}

/** Whether the family has loops of its own kind, whose results cannot be inlined. */
export function hasOwnLoop(node: Node): boolean {
  switch (node.family) {
    case "reduce":
    case "contract":
    case "convolve":
    case "scatter":
    case "prefix":
    case "sort":
    case "routine":
    case "host":
    case "loop":
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

function isWorthStoring(node: Node, work: number, users: Users): boolean {
  if (work === 0) return false;
  if (work > cheap && users.countOf(node) > 1) return true;
  const count = elementCount(node.shape);
  for (const reader of readersThrough(users.of(node), users)) {
    const { family, shape } = reader;
    // A product reads each element many times.
    if (family === "contract" || family === "convolve") return true;
    if (work <= cheapToRepeat || family === "reduce") continue;
    if (elementCount(shape) > count && !isOfManyParts(reader)) return true;
  }
  return false;
}

/** The final readers of a node: its users, and the users of those that only move elements. */
function readersThrough(direct: readonly Node[], users: Users): Iterable<Node> {
  if (!direct.some(passesOn)) return direct;
  const readers = new Set(direct);
  for (const reader of readers) {
    if (passesOn(reader)) for (const user of users.of(reader)) readers.add(user);
  }
  return readers;
}

function passesOn(node: Node): boolean {
  return node.family === "movement" && !isOfManyParts(node);
}
