// The offsets of the parts of concatenations.
import type { Node } from "./node.ts";

const known = new WeakMap<Node, readonly number[]>();

/** Where each part of a concatenation starts along its axis, and where the last one ends. */
export function partStarts(node: Node): readonly number[] {
  let starts = known.get(node);
  if (!starts) known.set(node, (starts = startsOf(node)));
  return starts;
}

function startsOf({ family, attributes, inputs }: Node): readonly number[] {
  if (family !== "movement" || attributes.kind !== "concat") {
    throw new Error(`unreachable: ${family} has no parts`);
  }
  const starts = [0];
  for (const { shape } of inputs) starts.push(starts.at(-1)! + shape[attributes.axis]!);
  return starts;
}
