// Shapes of matrix products and of solutions of linear systems.
import { ShapeError } from "../errors.ts";
import { broadcastMisfit, broadcastShapes } from "./broadcast.ts";
import { checkSquare } from "./matrices.ts";
import { formatShape, type Shape } from "./sizes.ts";

/**
 * `[...batch, m, k] x [...batch, k, n]` gives `[...batch, m, n]`; batch axes broadcast. A vector is
 * a row on the left and a column on the right, and its axis is dropped from the result.
 */
export function matmulShape(a: Shape, b: Shape, operation = "matmul"): Shape {
  // Fast path: two matrices that fit.
  if (a.length === 2 && b.length === 2 && a[1] === b[0]) return Object.freeze([a[0]!, b[1]!]);
  const given = `${operation}: ${formatShape(a)} x ${formatShape(b)}`;
  if (a.length === 0 || b.length === 0) {
    throw new ShapeError(`${given}: both operands need at least 1 axis`);
  }
  const [k, k2] = [a.at(-1)!, b.at(b.length === 1 ? -1 : -2)!];
  if (k !== k2) throw new ShapeError(`${given}: inner dimensions ${k} and ${k2} differ`);
  const [batchA, batchB] = [a.slice(0, -2), b.slice(0, -2)];
  if (broadcastMisfit(batchA, batchB)) {
    const batches = `${formatShape(batchA)} and ${formatShape(batchB)}`;
    throw new ShapeError(`${given}: batch dimensions ${batches} do not broadcast`);
  }
  const rows = a.slice(-2, -1);
  const columns = b.length === 1 ? [] : b.slice(-1);
  return Object.freeze([...broadcastShapes(operation, batchA, batchB), ...rows, ...columns]);
}

/** The shape of x in `a x = b`: that of `b`, with broadcast batches. A vector is one column. */
export function solveShape(operation: string, a: Shape, b: Shape): Shape {
  checkSquare(operation, a);
  return matmulShape(a, b, operation);
}
