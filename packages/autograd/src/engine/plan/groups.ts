// Groups: which materialized nodes are computed in one kernel. Each product, reduction, running total
// and scatter starts a group; nodes computed from its result at the same coordinates join it, and so
// do elementwise nodes over the same elements. Elementwise groups that a node reads at its own
// coordinates are merged with its own.
import type { Node } from "../../graph/node.ts";
import { elementCount, shapesEqual } from "../../graph/shape.ts";
import { areOfOneLoop } from "../../ops/loop.ts";
import type { Buffer } from "../kernel/language.ts";
import { isByHost, type Target } from "../target.ts";
import {
  type Coordinates,
  flatten,
  ownCoordinates,
  sameCoordinates,
  unflatten,
} from "./index-map.ts";
import { Lowering } from "./lower.ts";
import { hasOwnLoop, isOfManyParts, type Materialized } from "./materialized.ts";
import { NodeMap, type Numbering } from "./numbering.ts";

/** A kernel in the making: nodes computed in the same loops. */
export interface Group {
  /** First the node that defines the loops, then those that joined, in order. */
  readonly nodes: readonly Node[];
  /** Materialized nodes of other groups that it reads. */
  readonly reads: ReadonlySet<Node>;
  /** Coordinates of the first node, whose loops these are. */
  readonly at: Coordinates;
}

/** The buffer of a materialized node; undefined if it is inlined into its consumers. */
export type BufferOf = (node: Node) => Buffer | undefined;

/** What grouping needs to know. */
interface Grounds {
  readonly target: Target;
  /** Numbers of all nodes of the plan, inputs first. */
  readonly numbers: Numbering;
  readonly bufferOf: BufferOf;
}

/** Groups the materialized nodes, in an order that can run; each node separately unless `fuse`. */
export function groupsOf(
  materialized: Materialized,
  plan: Grounds,
  fuse: boolean,
): readonly Group[] {
  const grouping = new Grouping(materialized, plan);
  for (const node of materialized.nodes) grouping.add(node, fuse);
  return grouping.inOrder();
}

/** A group that still changes. */
interface Growing extends Group {
  nodes: Node[];
  readonly reads: Set<Node>;
  /** Groups that read from it. */
  readonly readers: Set<Growing>;
  /** Larger than that of each group that it reads from. */
  level: number;
  /** The length of its code. */
  code: number;
}

/** Groups in the making. */
class Grouping {
  readonly #materialized: Materialized;
  readonly #bufferOf: BufferOf;
  readonly #target: Target;
  readonly #numbers: Numbering;
  readonly #groups = new Set<Growing>();
  readonly #groupOf: NodeMap<Growing>;
  readonly #loops: Growing[] = [];
  /** The number of walks below a node, and the latest one that visited each node. */
  #walks = 0;
  readonly #seen: Int32Array;

  constructor(materialized: Materialized, { target, numbers, bufferOf }: Grounds) {
    this.#materialized = materialized;
    this.#target = target;
    this.#numbers = numbers;
    this.#bufferOf = bufferOf;
    this.#groupOf = new NodeMap(numbers);
    this.#seen = new Int32Array(numbers.count);
  }

  /** Adds the next node, in topological order, to a group. */
  add(node: Node, fuse: boolean): void {
    const reads = this.#readsOf(node);
    const joined = this.#joinedBy(node, reads, fuse);
    const group = joined ?? newGroup(node);
    if (!joined && node.family === "loop") this.#loops.push(group);
    this.#groups.add(group);
    group.nodes.push(node);
    group.code += this.#materialized.codeOf(node);
    this.#groupOf.set(node, group);
    for (const read of reads) this.#read(group, read);
    if (!joined || node.family === "loop") return;
    for (const other of this.#below(group)) {
      const nodes = this.#together(group, other);
      if (nodes) this.#merge(group, other, nodes);
    }
  }

  /** The group that computes `node`, too; undefined: a new one. */
  #joinedBy(node: Node, reads: readonly Node[], fuse: boolean): Growing | undefined {
    if (node.family === "loop") return this.#loopOf(node);
    return fuse && !hasOwnLoop(node) ? this.#groupToJoin(node, reads) : undefined;
  }

  /** The group of the loop that `node` is an outcome of, if another one was before. */
  #loopOf(node: Node): Growing | undefined {
    return this.#loops.find(({ nodes: [root] }) => areOfOneLoop(root!, node));
  }

  /** The materialized nodes that computing `node` reads, without duplicates. */
  #readsOf(node: Node): readonly Node[] {
    const reads: Node[] = [];
    const walk = ++this.#walks;
    const waiting = [node];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      if (next !== node && this.#bufferOf(next)) {
        reads.push(next);
        continue;
      }
      const { inputs } = next;
      for (let i = 0; i < inputs.length; i++) {
        const number = this.#numbers.of(inputs[i]!);
        if (this.#seen[number] === walk) continue;
        this.#seen[number] = walk;
        waiting.push(inputs[i]!);
      }
    }
    return reads;
  }

  /** The groups that it reads from. */
  #below(group: Group): ReadonlySet<Growing> {
    const groups = new Set<Growing>();
    for (const node of group.reads) {
      const below = this.#groupOf.get(node);
      if (below) groups.add(below);
    }
    return groups;
  }

  /** Notes that a group reads a node, unless it computes it. */
  #read(group: Growing, read: Node): void {
    const below = this.#groupOf.get(read);
    if (below === group) return;
    group.reads.add(read);
    if (!below) return;
    below.readers.add(group);
    raise(group, below.level + 1);
  }

  /** Merges `other` into `group`, whose nodes are then `nodes`. */
  #merge(group: Growing, other: Growing, nodes: Node[]): void {
    group.nodes = nodes;
    group.code += other.code;
    for (const member of other.nodes) {
      this.#groupOf.set(member, group);
      group.reads.delete(member);
    }
    for (const below of this.#below(other)) below.readers.delete(other);
    for (const read of other.reads) this.#read(group, read);
    for (const reader of other.readers) {
      if (reader === group) continue;
      group.readers.add(reader);
      raise(reader, group.level + 1);
    }
    // New groups come last.
    this.#groups.delete(group);
    this.#groups.delete(other);
    this.#groups.add(group);
  }

  /**
   * The latest group that computes something `node` reads at its own coordinates, if it can join.
   */
  #groupToJoin(node: Node, reads: readonly Node[]): Growing | undefined {
    const code = this.#materialized.codeOf(node);
    const { kernel } = this.#target;
    const tried: Growing[] = [];
    for (let i = reads.length - 1; i >= 0; i--) {
      const group = this.#groupOf.get(reads[i]!);
      if (!group || tried.includes(group)) continue;
      tried.push(group);
      const root = group.nodes[0]!;
      const fits =
        group.nodes.length < kernel.nodes &&
        group.code + code <= kernel.code &&
        buffersOf(group) + reads.length + 1 <= kernel.buffers &&
        this.#leavesResult(root) &&
        elementCount(root.shape) === elementCount(node.shape) &&
        readsInPlace(node, group, this.#bufferOf) &&
        !this.#readsAbove(reads, group);
      if (fits) return group;
    }
    return undefined;
  }

  /** Whether one of the nodes is computed by another group, which depends on this one. */
  #readsAbove(reads: Iterable<Node>, group: Growing): boolean {
    for (const read of reads) {
      const other = this.#groupOf.get(read);
      if (other && other !== group && this.#dependsOn(other, group)) return true;
    }
    return false;
  }

  /**
   * The nodes of `group` merged with `other`, from which it reads: if everything is read at its own
   * coordinates, the nodes of `other` have no loops of their own, and nothing else has to come
   * between.
   */
  #together(group: Growing, other: Growing): Node[] | undefined {
    const root = group.nodes[0]!;
    const otherRoot = other.nodes[0]!;
    const { kernel } = this.#target;
    const fits =
      group.nodes.length + other.nodes.length <= kernel.nodes &&
      group.code + other.code <= kernel.code &&
      buffersOf(group) + buffersOf(other) <= kernel.buffers &&
      !hasOwnLoop(otherRoot) &&
      elementCount(root.shape) === elementCount(otherRoot.shape) &&
      !this.#readsAbove(group.reads, other);
    if (!fits) return undefined;
    // The loops are the first node's, so it cannot read what is computed in them.
    const readFirst = this.#readsOf(root);
    if (other.nodes.some((node) => readFirst.includes(node))) return undefined;
    const joined = [...group.nodes.slice(1), ...other.nodes].sort(
      (a, b) => this.#numbers.of(a) - this.#numbers.of(b),
    );
    const both = { nodes: [root, ...joined], at: group.at };
    return joined.every((node) => readsInPlace(node, both, this.#bufferOf))
      ? both.nodes
      : undefined;
  }

  /** Whether its loops leave a result in place, which others could continue with. */
  #leavesResult(node: Node): boolean {
    if (node.family === "scatter" || node.family === "loop") return false;
    return !isByHost(node, this.#target) && !isOfManyParts(node);
  }

  #dependsOn(group: Growing, on: Growing): boolean {
    if (group.level <= on.level) return false;
    const waiting = [group];
    const seen = new Set(waiting);
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      for (const read of next.reads) {
        const below = this.#groupOf.get(read);
        if (below === on) return true;
        // Nothing below it is above the group in question.
        if (!below || below.level <= on.level || seen.has(below)) continue;
        seen.add(below);
        waiting.push(below);
      }
    }
    return false;
  }

  /** Groups in topological order. */
  inOrder(): readonly Group[] {
    const ordered = new Set<Group>();
    for (const group of this.#groups) {
      if (ordered.has(group)) continue;
      const path = [this.#walk(group)];
      for (let here = path.at(-1); here; here = path.at(-1)) {
        const next = here.below.pop();
        if (!next) ordered.add(path.pop()!.group);
        else if (!ordered.has(next)) path.push(this.#walk(next));
      }
    }
    return [...ordered];
  }

  /** A step of a walk: a group, and those that it reads from, the first last. */
  #walk(group: Growing): { readonly group: Growing; readonly below: Growing[] } {
    return { group, below: [...this.#below(group)].reverse() };
  }
}

function newGroup(node: Node): Growing {
  const at = ownCoordinates(node.shape);
  return { nodes: [], reads: new Set(), at, readers: new Set(), level: 0, code: 0 };
}

/** Raises a group to at least a level, and its readers above it. */
function raise(group: Growing, level: number): void {
  if (group.level >= level) return;
  const waiting: (readonly [Growing, number])[] = [[group, level]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [one, least] = next;
    if (one.level >= least) continue;
    one.level = least;
    for (const reader of one.readers) waiting.push([reader, least + 1]);
  }
}

/** The number of buffers that it reads, and those that it may write. */
function buffersOf({ reads, nodes }: Group): number {
  return reads.size + nodes.length;
}

/** Whether all that `node` reads of the group was just computed by it at the same coordinates. */
function readsInPlace(node: Node, group: Pick<Group, "nodes" | "at">, bufferOf: BufferOf): boolean {
  if (readsAsItStands(node, group, bufferOf)) return true;
  let isInPlace = true;
  const lowering = new Lowering({
    bufferOf,
    addCheck: () => 0,
    atHand(read, at) {
      // Once one is not, the others need no check.
      if (isInPlace && !group.nodes.includes(read)) return undefined;
      if (isInPlace && !sameCoordinates(at, coordinatesIn(group, read))) isInPlace = false;
      return { kind: "literal", dtype: read.dtype, value: 0 };
    },
  });
  lowering.inlined(node, coordinatesIn(group, node));
  return isInPlace;
}

/**
 * Whether only elementwise operations of one shape are between the node and what it reads of the
 * group: then it reads at its own coordinates, and no index needs a check.
 */
function readsAsItStands(
  node: Node,
  group: Pick<Group, "nodes" | "at">,
  bufferOf: BufferOf,
): boolean {
  const [{ shape }] = group.nodes as readonly [Node];
  const stands = (one: Node) => shapesEqual(one.shape, shape);
  if (!stands(node)) return false;
  const isElementwise = ({ family }: Node) => family === "elementwise" || family === "custom";
  // Nodes may be read both directly and moved; so they are visited for either.
  const [direct, moved] = [new Set([node]), new Set<Node>()];
  const below = (one: Node, isDirect: boolean): boolean => {
    for (const input of one.inputs) {
      if (group.nodes.includes(input)) {
        if (!isDirect || !stands(input)) return false;
      } else if (!bufferOf(input)) {
        (isDirect && isElementwise(input) && stands(input) ? direct : moved).add(input);
      }
    }
    return true;
  };
  for (const one of direct) if (!below(one, isElementwise(one))) return false;
  for (const one of moved) if (!below(one, false)) return false;
  return true;
}

/**
 * The coordinates of a node with as many elements as the group's first node, in row-major order.
 */
export function coordinatesIn(group: Pick<Group, "nodes" | "at">, node: Node): Coordinates {
  const [{ shape }] = group.nodes as readonly [Node];
  if (shapesEqual(node.shape, shape)) return group.at;
  return unflatten(flatten(group.at, shape), node.shape);
}
