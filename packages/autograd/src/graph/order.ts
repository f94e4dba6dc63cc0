// Orders in which to walk a graph. All of them are iterative: a chain of 100,000 nodes is no
// deeper than a list.
import type { Node } from "./node.ts";

let marks = 0;

/**
 * A number that no node has as its mark yet. A mark in its cell says that a walk has come by a node;
 * asking a set would take three times as long.
 */
export function newMark(): number {
  return ++marks;
}

let isUnderWay = false;

/**
 * All nodes that `roots` need, inputs before what uses them. `inputsOf` is asked once for each
 * node; it may leave out what need not be walked (what is already computed, say), and add roots to
 * a set.
 */
export function topologicalOrder(
  roots: Iterable<Node>,
  inputsOf: (node: Node) => readonly Node[] = inputsOfNode,
): Node[] {
  // A past that is asked for on the way is walked on its own, and leaves the marks as they are.
  if (isUnderWay) return walk(roots, inputsOf, new Set());
  isUnderWay = true;
  try {
    return walk(roots, inputsOf, undefined);
  } finally {
    isUnderWay = false;
  }
}

function inputsOfNode(node: Node): readonly Node[] {
  return node.inputs;
}

/** Without a set for them, nodes that it has seen are marked. */
function walk(
  roots: Iterable<Node>,
  inputsOf: (node: Node) => readonly Node[],
  seen: Set<Node> | undefined,
): Node[] {
  const order: Node[] = [];
  const mark = newMark();
  // A path down from a root: each node with its inputs and how many of them are done. (Three
  // arrays, because an object for each node takes twice the time.)
  const path: Node[] = [];
  const below: (readonly Node[])[] = [];
  const done: number[] = [];
  for (const root of roots) {
    let next: Node | undefined = root;
    for (;;) {
      if (next && !(seen ? seen.has(next) : next.cell.mark === mark)) {
        if (seen) seen.add(next);
        else next.cell.mark = mark;
        path.push(next);
        below.push(inputsOf(next));
        done.push(0);
      }
      const last = path.length - 1;
      if (last < 0) break;
      next = below[last]![done[last]!++];
      if (next) continue;
      order.push(path.pop()!);
      below.pop();
      done.pop();
    }
  }
  return order;
}
