// A scheduling edge.
import type { Node } from "../graph/node.ts";
import * as scalar from "../scalar/expression.ts";
import { binary } from "./families.ts";
import { reshape, slice } from "./movement.ts";
import { cast } from "./operands.ts";

const afterOperation = binary("after", {
  accepts: "any",
  // Always x, but must stay opaque to the simplifier.
  value: (x, other) => scalar.select(scalar.equal(other, other), x, x),
  gradient: [(g) => g, "none: only waited for"],
});

/** Returns x, computed after `other`. */
export function after(x: Node, other: Node): Node {
  if (other.shape.includes(0)) return x;
  const first = reshape(slice(reshape(other, [-1]), 0, 0, 1), []);
  return afterOperation(x, cast(first, x.dtype));
}
