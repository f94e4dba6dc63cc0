// Which stored nodes are computed in one kernel. Each product, reduction, scan and scatter begins a
// group; what is computed from its result at the same place joins it, and so do elementwise nodes
// over the same elements. Where a node reads several groups' results at its own place, those of
// elementwise nodes become one with its own.
import type { Node } from "../../graph/node.ts";
import { elementCount } from "../../graph/shape.ts";
import type { Buffer } from "../kernel/language.ts";
import { flatten, ownPlace, type Place, samePlace, unflatten } from "./index-map.ts";
import { Lowering } from "./lower.ts";
import { hasOwnLoop, isByHost } from "./stored.ts";

/** So many nodes may be computed in one kernel: longer code is compiled badly. */
const mostNodes = 50;

/** A kernel in the making: nodes that are computed in the same loops. */
export interface Group {
  /** First what the loops are for, then what has joined, in order. */
  readonly nodes: Node[];
  /** Stored nodes of other groups that it reads. */
  readonly reads: Set<Node>;
  /** Place of the first node, whose loops these are. */
  readonly at: Place;
}

/** Where a node is stored; undefined if it is written out where it is used. */
type BufferOf = (node: Node) => Buffer | undefined;

/**
 * `stored` (in topological order) in groups, in an order that can run; each node by itself unless
 * `fuse`.
 */
export function groupsOf(
  stored: readonly Node[],
  bufferOf: BufferOf,
  fuse: boolean,
): readonly Group[] {
  const groupOf = new Map<Node, Group>();
  const groups = new Set<Group>();
  for (const node of stored) {
    const reads = storedReads(node, bufferOf);
    const joined =
      fuse && !hasOwnLoop(node) ? groupToJoin(node, reads, groupOf, bufferOf) : undefined;
    let group = joined ?? { nodes: [], reads: new Set<Node>(), at: ownPlace(node.shape) };
    groups.add(group);
    group.nodes.push(node);
    for (const read of reads) if (groupOf.get(read) !== group) group.reads.add(read);
    groupOf.set(node, group);
    if (!joined) continue;
    for (const other of new Set([...group.reads].flatMap((read) => groupOf.get(read) ?? []))) {
      const both = together(group, other, stored, groupOf, bufferOf);
      if (!both) continue;
      for (const merged of [group, other]) groups.delete(merged);
      groups.add(both);
      for (const member of both.nodes) groupOf.set(member, both);
      group = both;
    }
  }
  return inOrder(groups, groupOf);
}

/** The stored nodes that computing `node` reads. */
function storedReads(node: Node, bufferOf: BufferOf): ReadonlySet<Node> {
  const reads = new Set<Node>();
  const waiting = [...node.inputs];
  const seen = new Set<Node>(waiting);
  for (let input = waiting.pop(); input; input = waiting.pop()) {
    if (bufferOf(input)) {
      reads.add(input);
      continue;
    }
    for (const next of input.inputs) {
      if (seen.has(next)) continue;
      seen.add(next);
      waiting.push(next);
    }
  }
  return reads;
}

/** The latest group that computes something `node` reads at its own place, if it can join there. */
function groupToJoin(
  node: Node,
  reads: ReadonlySet<Node>,
  groupOf: ReadonlyMap<Node, Group>,
  bufferOf: BufferOf,
): Group | undefined {
  const candidates = new Set([...reads].reverse().flatMap((read) => groupOf.get(read) ?? []));
  for (const group of candidates) {
    const [root] = group.nodes as [Node];
    const fits =
      group.nodes.length < mostNodes &&
      root.family !== "scatter" &&
      !isByHost(root) &&
      elementCount(root.shape) === elementCount(node.shape) &&
      readsInPlace(node, group, bufferOf) &&
      [...reads].every((read) => {
        const other = groupOf.get(read);
        return !other || other === group || !dependsOn(other, group, groupOf);
      });
    if (fits) return group;
  }
  return undefined;
}

/**
 * One group of the group and of `other`, from which it reads: where all that is read is read at its
 * own place, the other's nodes have no loops of their own, and nothing else has to come in between.
 */
function together(
  group: Group,
  other: Group,
  stored: readonly Node[],
  groupOf: ReadonlyMap<Node, Group>,
  bufferOf: BufferOf,
): Group | undefined {
  const [root, ...rest] = group.nodes as [Node, ...Node[]];
  const [otherRoot] = other.nodes as [Node];
  const fits =
    group.nodes.length + other.nodes.length <= mostNodes &&
    !hasOwnLoop(otherRoot) &&
    elementCount(root.shape) === elementCount(otherRoot.shape) &&
    [...group.reads].every((read) => {
      const third = groupOf.get(read);
      return !third || third === other || !dependsOn(third, other, groupOf);
    });
  if (!fits) return undefined;
  // The loops are the first node's, so it can read nothing that is computed in them.
  const readFirst = storedReads(root, bufferOf);
  if (other.nodes.some((node) => readFirst.has(node))) return undefined;
  const members = new Set([...rest, ...other.nodes]);
  const nodes = [root, ...stored.filter((node) => members.has(node))];
  const reads = new Set([...group.reads, ...other.reads].filter((read) => !members.has(read)));
  const both: Group = { nodes, reads, at: group.at };
  return nodes.slice(1).every((node) => readsInPlace(node, both, bufferOf)) ? both : undefined;
}

/** Whether all that `node` reads of the group is what the group has just computed at that place. */
function readsInPlace(node: Node, group: Group, bufferOf: BufferOf): boolean {
  let isInPlace = true;
  const lowering = new Lowering({
    bufferOf,
    addCheck: () => 0,
    atHand(read, at) {
      if (!group.nodes.includes(read)) return undefined;
      if (samePlace(at, placeIn(group, read)))
        return { kind: "literal", dtype: read.dtype, value: 0 };
      isInPlace = false;
      return { kind: "literal", dtype: read.dtype, value: 0 };
    },
  });
  lowering.writtenOut(node, placeIn(group, node));
  return isInPlace;
}

/** The place of a node whose elements are those of the group's first node, in row-major order. */
export function placeIn(group: Group, node: Node): Place {
  const [root] = group.nodes as [Node];
  return node === root ? group.at : unflatten(flatten(group.at, root.shape), node.shape);
}

function dependsOn(group: Group, on: Group, groupOf: ReadonlyMap<Node, Group>): boolean {
  const waiting = [group];
  const seen = new Set(waiting);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const read of next.reads) {
      const below = groupOf.get(read);
      if (below === on) return true;
      if (!below || seen.has(below)) continue;
      seen.add(below);
      waiting.push(below);
    }
  }
  return false;
}

/** Groups after all that they read from. */
function inOrder(groups: Iterable<Group>, groupOf: ReadonlyMap<Node, Group>): readonly Group[] {
  const ordered = new Set<Group>();
  for (const group of groups) {
    const path = [group];
    while (path.length > 0) {
      const here = path.at(-1)!;
      const missing = [...here.reads]
        .map((read) => groupOf.get(read))
        .find((below) => below && !ordered.has(below));
      if (missing && !ordered.has(here)) path.push(missing);
      else ordered.add(path.pop()!);
    }
  }
  return [...ordered];
}
