// Order of computation, beside the order that values give.
import { createNode, noAttributes } from "../graph/create.ts";
import type { Node, Ordered } from "../graph/node.ts";

const afterOperation: Ordered = {
  family: "ordered",
  name: "after",
  gradient: [(g) => g, "none: only waited for"],
};

/** Returns x, computed after `other`. */
export function after(x: Node, other: Node): Node {
  return createNode(afterOperation, [x, other], noAttributes, x.shape, x.dtype);
}
