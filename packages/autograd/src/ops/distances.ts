// Products of vectors along the last axis, distances between points, norms of matrices.
import { ShapeError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import {
  broadcastShapes,
  checkMatrices,
  checkReducible,
  formatShape,
  normalizeAxis,
} from "../graph/shape.ts";
import { abs, mul, sub } from "./arithmetic.ts";
import { tensordot } from "./contraction.ts";
import { full } from "./creation.ts";
import { expandDims } from "./movement.ts";
import { floating, operandNodes, productOperands } from "./operands.ts";
import { max, min, sum } from "./reduce.ts";
import { norm } from "./statistics.ts";
import { svd } from "./svd.ts";

/** Sums of products over the last axes of both, of each vector with each; of scalars the product. */
export function inner(a: Node, b: Node): Node {
  if (a.shape.length === 0 || b.shape.length === 0) return mul(...productOperands(a, b));
  if (a.shape.at(-1) !== b.shape.at(-1)) {
    const shapes = `${formatShape(a.shape)} and ${formatShape(b.shape)}`;
    throw new ShapeError(
      `inner: ${shapes}: last sizes ${a.shape.at(-1)} and ${b.shape.at(-1)} differ`,
    );
  }
  return tensordot(a, b, [[-1], [-1]]);
}

/** Sums of products of vectors along an axis of both; the other axes broadcast. */
export function vecdot(a: Node, b: Node, axis: number): Node {
  const shape = broadcastShapes("vecdot", a.shape, b.shape);
  const along = normalizeAxis("vecdot", axis, shape);
  const sizes = [a, b].map((x) => x.shape[along - shape.length + x.shape.length]);
  if (sizes[0] !== sizes[1]) {
    const shapes = `${formatShape(a.shape)} and ${formatShape(b.shape)}`;
    throw new ShapeError(`vecdot: ${shapes} differ in size along axis ${axis}`);
  }
  return sum.within(mul(...productOperands(a, b)), along);
}

/** The distance of each point `a` [..., m, d] from each of `b` [..., n, d]: [..., m, n]. */
export function cdist(a: Node, b: Node, p: number): Node {
  checkMatrices("cdist", a.shape);
  checkMatrices("cdist", b.shape);
  const shapes = `${formatShape(a.shape)} and ${formatShape(b.shape)}`;
  if (a.shape.at(-1) !== b.shape.at(-1)) {
    throw new ShapeError(
      `cdist: ${shapes}: points have ${a.shape.at(-1)} and ${b.shape.at(-1)} places`,
    );
  }
  broadcastShapes("cdist", a.shape.slice(0, -2), b.shape.slice(0, -2));
  const [x, y] = operandNodes([a, b], "floating") as readonly [Node, Node];
  const distances = sub(expandDims(x, -2), expandDims(y, -3));
  if (a.shape.at(-1) === 0) return full(distances.shape.slice(0, -1), 0, x.dtype);
  return norm(distances, -1, false, p);
}

/** Of the elements, of the singular values, or a number: 1, 2, Infinity, or one of these below 0. */
export type MatrixOrder = "fro" | "nuc" | number;

/** A norm of the matrices in the last two axes, which are removed or kept as size 1. */
export function matrixNorm(x: Node, order: MatrixOrder, keepDims: boolean): Node {
  checkMatrices("matrixNorm", x.shape);
  if (order === "fro") return norm(x, [-2, -1], keepDims);
  const rank = x.shape.length;
  if (order !== "nuc") checkReducible("matrixNorm", x.shape, [rank - 2, rank - 1]);
  const a = floating(x);
  if (order === "nuc" || Math.abs(order) === 2) {
    const { s } = svd(a, false);
    const value = order === "nuc" ? sum(s, -1) : order === 2 ? max(s, -1) : min(s, -1);
    return keepDims ? expandDims(expandDims(value, -1), -1) : value;
  }
  const [summed, rest] = Math.abs(order) === 1 ? [-2, -1] : [-1, -2];
  const sums = sum(abs(a), summed, true);
  const value = (order > 0 ? max : min)(sums, rest, true);
  return keepDims ? value : sum(value, [-2, -1]);
}
