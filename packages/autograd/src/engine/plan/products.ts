// Loops of matrix products. Small ones read their operands in place. Large ones read packed copies,
// tile by tile, if a cache would not hold what a tile reads.
import type { Node, NodeOf } from "../../graph/node.ts";
import { elementCount } from "../../graph/shape.ts";
import { term } from "../kernel/index-arithmetic.ts";
import type { Index, Total, Variable } from "../kernel/language.ts";
import { broadcastCoordinates, type Coordinates, nested, variableOr } from "./index-map.ts";
import type { LoopContext, Loops } from "./loops.ts";
import { isWorthPackingLeft, isWorthPackingRight, pack } from "./packing.ts";
import { inTiles, type MatrixProduct } from "./tiles.ts";

/** Lowers the product `node` at `at`. */
export function productLoops(node: NodeOf<"contract">, at: Coordinates, plan: LoopContext): Loops {
  const [left, right] = node.inputs as readonly [Node, Node];
  const batch = at.slice(0, -2);
  const [m, n] = at.slice(-2) as [Index, Index];
  const inner: Variable = { kind: "variable", name: "p", size: left.shape.at(-1)! };
  const total: Total = { kind: "total", dtype: node.dtype };
  const whole: MatrixProduct = {
    kind: "multiply",
    total,
    row: variableOr("i", m),
    column: variableOr("j", n),
    inner: [inner],
    left: plan.lowering.valueAt(left, [
      ...broadcastCoordinates(batch, left.shape.slice(0, -2)),
      m,
      term(inner),
    ]),
    right: plan.lowering.valueAt(right, [
      ...broadcastCoordinates(batch, right.shape.slice(0, -2)),
      term(inner),
      n,
    ]),
    body: plan.stores(total),
  };
  const { target } = plan;
  const copies = copiesOfRight(node, right);
  const packed = {
    left: isWorthPackingLeft(whole, target) ? pack(left, "left", batch, plan) : undefined,
    right: isWorthPackingRight(whole, copies, target)
      ? pack(right, "right", batch, plan)
      : undefined,
  };
  const before = [packed.left, packed.right].flatMap((copy) => copy?.kernel ?? []);
  const body = before.length > 0 ? inTiles(whole, packed, plan.target) : [whole];
  return { before, body: nested(batch, body) };
}

/** How many products of a batch have the same right operand. */
function copiesOfRight(product: Node, right: Node): number {
  const countOf = ({ shape }: Node) => elementCount(shape.slice(0, -2));
  return countOf(product) / countOf(right);
}
