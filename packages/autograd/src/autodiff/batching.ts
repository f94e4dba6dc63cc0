// Building blocks of the batching rules (batched.ts).
import { createNode } from "../graph/create.ts";
import type { Family, Node, NodeOf } from "../graph/node.ts";
import { broadcastTo, reshape } from "../ops/movement.ts";

/** An input of a node: unchanged, or with the axis of examples in front. */
export interface Input {
  readonly node: Node;
  readonly isBatched: boolean;
}

/** The node's operation on inputs of all `count` examples, which are the first axis. */
export function ofAll<F extends Family>(
  { operation, shape, dtype }: NodeOf<F>,
  inputs: readonly Node[],
  attributes: NodeOf<F>["attributes"],
  count: number,
): Node {
  // A node's family ties its operation to its attributes.
  return createNode(
    operation as never,
    inputs,
    attributes as never,
    [count, ...shape],
    dtype,
  ) as Node;
}

/** Inserts axes of size 1 after the batch axis, so that each example broadcasts to `rank` axes. */
export function aligned({ node, isBatched }: Input, rank: number): Node {
  const missing = rank + 1 - node.shape.length;
  if (!isBatched || missing === 0) return node;
  const [count, ...shape] = node.shape as readonly [number, ...number[]];
  return reshape(node, [count, ...Array.from({ length: missing }, () => 1), ...shape]);
}

/** Adds the axis of examples if all of them share the input. */
export function stretched({ node, isBatched }: Input, count: number): Node {
  return isBatched ? node : broadcastTo(node, [count, ...node.shape]);
}
