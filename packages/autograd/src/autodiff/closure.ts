// What a function finds outside of its arguments.
import type { Node } from "../graph/node.ts";
import { hasFractions } from "../scalar/dtype.ts";
import { dependence } from "./loop-body.ts";

/**
 * The nodes that `roots` use besides `own`, and that a derivative may flow to: the first ones found,
 * going down, that do not depend on any of `own`. Literals are excluded.
 */
export function capturedBy(roots: readonly Node[], own: readonly Node[]): readonly Node[] {
  const ends = new Set(own);
  const isOwn = dependence(ends);
  const seen = new Set<Node>(own);
  const captured: Node[] = [];
  const waiting = [...roots].reverse();
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (isOwn(node)) waiting.push(...node.inputs.toReversed());
    else if (hasFractions(node.dtype) && node.family !== "literal" && node.family !== "iota") {
      captured.push(node);
    }
  }
  return captured;
}
