// Orders in which to walk a graph. All of them are iterative: a chain of 100,000 nodes cannot
// overflow the stack.
import type { Node } from "./node.ts";

/** A graph to run: from nodes with given values to the wanted ones. */
export interface Graph {
  readonly inputs: readonly Node[];
  /** All other nodes that the outputs need, inputs first. */
  readonly order: readonly Node[];
  readonly outputs: readonly Node[];
}

let marks = 0;

/**
 * A mark that no node has yet. A node's mark says that the current walk has visited it;
 * a set would take three times as long.
 */
export function newMark(): number {
  return ++marks;
}

let isUnderWay = false;

/**
 * All nodes that `roots` need, inputs before their consumers. `inputsOf` is called once for each
 * node; it may leave out inputs that need no walk (already computed, say), and add roots to a set.
 */
export function topologicalOrder(
  roots: Iterable<Node>,
  inputsOf: (node: Node) => readonly Node[] = inputsOfNode,
): Node[] {
  // A history created during a walk is walked separately and leaves the marks alone.
  if (isUnderWay) return walk(roots, inputsOf, new Path(), new Set());
  isUnderWay = true;
  try {
    return walk(roots, inputsOf, path, undefined);
  } catch (error) {
    path = new Path();
    throw error;
  } finally {
    isUnderWay = false;
  }
}

/**
 * A path down from a root: each node with its inputs and how many of them are done. (Three arrays,
 * because an object for each node takes twice the time.)
 */
class Path {
  readonly nodes: Node[] = [];
  readonly below: (readonly Node[])[] = [];
  readonly done: number[] = [];
}

/** Empty between walks, and used again: growing arrays takes time. */
let path = new Path();

function inputsOfNode(node: Node): readonly Node[] {
  return node.inputs;
}

/** Tracks visited nodes in a set, or by marks if there is none. */
function walk(
  roots: Iterable<Node>,
  inputsOf: (node: Node) => readonly Node[],
  { nodes, below, done }: Path,
  seen: Set<Node> | undefined,
): Node[] {
  const order: Node[] = [];
  const mark = newMark();
  for (const root of roots) {
    let next: Node | undefined = root;
    for (;;) {
      if (next && !(seen ? seen.has(next) : next.mark === mark)) {
        if (seen) seen.add(next);
        else next.mark = mark;
        const inputs = inputsOf(next);
        if (inputs.length === 0) order.push(next);
        else {
          nodes.push(next);
          below.push(inputs);
          done.push(0);
        }
      }
      const last = nodes.length - 1;
      if (last < 0) break;
      next = below[last]![done[last]!++];
      if (next) continue;
      order.push(nodes.pop()!);
      below.pop();
      done.pop();
    }
  }
  return order;
}
