// Order where no value asks for it.
import type { Node } from "../graph/node.ts";
import * as scalar from "../scalar/expression.ts";
import { binary } from "./families.ts";
import { reshape, slice } from "./movement.ts";
import { cast } from "./operands.ts";

const afterOperation = binary("after", {
  accepts: "any",
  // Always x; no pass of a plan may find that out.
  value: (x, other) => scalar.select(scalar.equal(other, other), x, x),
  gradient: [(g) => g, "none: only waited for"],
});

/** x itself, but not before `other` has been computed. */
export function after(x: Node, other: Node): Node {
  if (other.shape.includes(0)) return x;
  const first = reshape(slice(reshape(other, [-1]), 0, 0, 1), []);
  return afterOperation(x, cast(first, x.dtype));
}
