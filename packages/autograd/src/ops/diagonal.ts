// Diagonals and triangles of matrices. `offset` counts diagonals from the main one, upwards.
import { describe } from "../graph/describe.ts";
import { NablaError, ShapeError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import {
  checkMatrices,
  diagonalLength,
  formatShape,
  normalizePair,
  type Shape,
} from "../graph/shape.ts";
import { iota } from "./creation.ts";
import { greaterEqual, lessEqual, sub, where } from "./elementwise.ts";
import { permute, reshape, slice, spread } from "./movement.ts";
import { sum } from "./reduce.ts";

/** Zeros all elements above the diagonal, in each matrix of the last two axes. */
export function tril(x: Node, offset = 0): Node {
  return where(lessEqual(diagonals("tril", x.shape), checkOffset("tril", offset)), x, 0);
}

/** Zeros all elements below the diagonal, in each matrix of the last two axes. */
export function triu(x: Node, offset = 0): Node {
  return where(greaterEqual(diagonals("triu", x.shape), checkOffset("triu", offset)), x, 0);
}

/** The number of the diagonal that each element of a matrix is on. */
function diagonals(operation: string, shape: Shape): Node {
  checkMatrices(operation, shape);
  const matrix = shape.slice(-2);
  return sub(iota(matrix, 1), iota(matrix, 0));
}

function checkOffset(operation: string, offset: number): number {
  if (Number.isSafeInteger(offset)) return offset;
  throw new NablaError(`${operation}: offset is ${describe(offset)}, expected an integer`);
}

/** The diagonal of the matrices along two axes; it replaces them as the last axis. */
export function diagonal(x: Node, offset = 0, axes: Shape = [0, 1], operation = "diagonal"): Node {
  checkOffset(operation, offset);
  const [rowAxis, columnAxis] = normalizePair(operation, axes, x.shape);
  const others = [...x.shape.keys()].filter((axis) => axis !== rowAxis && axis !== columnAxis);
  const [rows, columns] = [x.shape[rowAxis]!, x.shape[columnAxis]!];
  const matrices = permute(x, [...others, rowAxis, columnAxis]);
  const outer = others.map((axis) => x.shape[axis]!);
  // In row-major order, neighbours on a diagonal are `columns + 1` apart.
  const flat = reshape(matrices, [...outer, rows * columns]);
  const length = diagonalLength(rows, columns, offset);
  const [start, step] = [startOf(columns, offset), columns + 1];
  const end = Math.min(start + length * step, rows * columns);
  return slice(flat, others.length, length === 0 ? 0 : start, length === 0 ? 0 : end, step);
}

function startOf(columns: number, offset: number): number {
  return offset >= 0 ? offset : -offset * columns;
}

/** The square matrix with a vector on its diagonal; of a matrix, that diagonal. */
export function diag(x: Node, offset = 0): Node {
  if (x.shape.length === 2) return diagonal(x, offset, [0, 1], "diag");
  checkOffset("diag", offset);
  if (x.shape.length !== 1) {
    throw new ShapeError(`diag: expects 1 or 2 axes, got ${formatShape(x.shape)}`);
  }
  const size = x.shape[0]! + Math.abs(offset);
  const flat = spread(x, [size * size], [startOf(size, offset)], [size + 1]);
  return reshape(flat, [size, size]);
}

/** The sum of the diagonal of the matrices along two axes, which are removed. */
export function trace(x: Node, offset = 0, axes: Shape = [0, 1]): Node {
  return sum(diagonal(x, offset, axes, "trace"), -1);
}
