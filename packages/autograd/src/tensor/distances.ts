// Products of vectors along the last axis, distances between points, norms of matrices; functions only.
// Values and gradients are defined in ops/distances.ts.
import { describe } from "../graph/describe.ts";
import { NablaError } from "../graph/errors.ts";
import * as ops from "../ops/distances.ts";
import { checkNumber } from "./checks.ts";
import { anything, flag } from "./kinds.ts";
import { checkOptions } from "./options.ts";
import type { ReduceOptions } from "./reduce.ts";
import { computedNodeOf, type Tensor, tensorOf } from "./tensor.ts";

export type { MatrixOrder } from "../ops/distances.ts";

/**
 * Sums products over the last axes of both, of each vector of `a` with each of `b`, like NumPy's
 * `inner`; of a tensor without axes it is the product. Throws `ShapeError` if last sizes differ.
 *
 * @example
 * inner(tensor([[1, 2], [3, 4]]), tensor([1, 10])).arraySync(); // => [21, 43]
 */
export function inner(a: Tensor, b: Tensor): Tensor {
  return tensorOf(ops.inner(computedNodeOf("inner", a), computedNodeOf("inner", b)));
}

/**
 * Sums products of vectors that lie along `axis` (default: the last) of both; all other axes broadcast.
 * Throws `ShapeError` if they differ in size.
 *
 * @example
 * vecdot(tensor([[1, 2], [3, 4]]), tensor([1, 10])).arraySync(); // => [21, 43]
 */
export function vecdot(a: Tensor, b: Tensor, axis = -1): Tensor {
  return tensorOf(ops.vecdot(computedNodeOf("vecdot", a), computedNodeOf("vecdot", b), axis));
}

export interface DistanceOptions {
  /** The norm of the differences, as in `norm`. Default: 2. */
  readonly p?: number;
}

/**
 * Computes the distance of each point of `a` `[...batch, m, d]` from each of `b` `[...batch, n, d]`:
 * `[...batch, m, n]`, like PyTorch's `cdist`; batch axes broadcast. By differences, so that near points
 * lose no digits. The derivatives at distance 0 are 0. Throws `ShapeError` if sizes do not fit.
 *
 * @example
 * cdist(tensor([[0, 0]]), tensor([[3, 4], [0, 1]])).arraySync(); // => [[5, 1]]
 */
export function cdist(a: Tensor, b: Tensor, options: DistanceOptions = {}): Tensor {
  const [x, y] = [computedNodeOf("cdist", a), computedNodeOf("cdist", b)];
  checkOptions("cdist", options, { p: anything });
  const { p = 2 } = options;
  checkNumber("cdist", "p", p);
  return tensorOf(ops.cdist(x, y, p));
}

const orders: readonly unknown[] = ["fro", "nuc", 1, 2, -1, -2, Infinity, -Infinity];

/**
 * Computes a norm of matrices `[...batch, m, n]`, like NumPy's and PyTorch's `matrix_norm`. `order`:
 * "fro" (default), of the elements; "nuc", the sum of the singular values; 2 and -2, the largest and the
 * smallest of them; 1 and -1, the largest and smallest sum of absolute values in a column; Infinity and
 * -Infinity in a row. Integers become float32. Throws `ShapeError` for fewer than 2 axes, and where there
 * is no element to choose.
 *
 * @example
 * matrixNorm(tensor([[3, -4], [0, 0]])).itemSync(); // => 5
 * matrixNorm(tensor([[3, -4], [0, 0]]), Infinity).itemSync(); // => 7
 */
export function matrixNorm(
  x: Tensor,
  order: ops.MatrixOrder = "fro",
  options: ReduceOptions = {},
): Tensor {
  const node = computedNodeOf("matrixNorm", x);
  if (!orders.includes(order)) {
    const expected = '"fro", "nuc", 1, 2, Infinity, or one of these below 0';
    throw new NablaError(`matrixNorm: order is ${describe(order)}, expected ${expected}`);
  }
  checkOptions("matrixNorm", options, { keepDims: flag });
  return tensorOf(ops.matrixNorm(node, order, options.keepDims ?? false));
}
