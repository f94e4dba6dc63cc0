// Diagonals and triangles of matrices, as functions and as methods. `offset` counts diagonals from
// the main one, upwards. Values and gradients are defined in ops/diagonal.ts.
import type { Shape } from "../graph/shape.ts";
import * as ops from "../ops/diagonal.ts";
import type * as T from "./shapes.ts";
import { addMethods, computedNodeOf, type ShapeOf, type Tensor, tensorOf } from "./tensor.ts";

declare module "./tensor.ts" {
  interface Tensor<out S extends Shape = Shape> {
    /** Zeros all elements above a diagonal, in each matrix of the last two axes. */
    tril<X extends Tensor>(
      this: T.MatrixCheck<"tril", ShapeOf<X>, X>,
      offset?: number,
    ): Tensor<ShapeOf<X>>;
    /** Zeros all elements below a diagonal, in each matrix of the last two axes. */
    triu<X extends Tensor>(
      this: T.MatrixCheck<"triu", ShapeOf<X>, X>,
      offset?: number,
    ): Tensor<ShapeOf<X>>;
    /**
     * Takes a diagonal of the matrices along two axes (default: the first two), as the last axis.
     */
    diagonal<
      X extends Tensor,
      const Offset extends number = 0,
      const A extends T.AxisPair = readonly [0, 1],
    >(
      this: T.MatrixCheck<"diagonal", ShapeOf<X>, X>,
      offset?: Offset,
      axes?: T.AxesCheck<"diagonal", ShapeOf<X>, A, A>,
    ): Tensor<T.Diagonal<ShapeOf<X>, Offset, A>>;
    /** Puts a vector on a diagonal of a matrix; of a matrix, takes that diagonal. */
    diag<X extends Tensor, const Offset extends number = 0>(
      this: T.DiagCheck<ShapeOf<X>, X>,
      offset?: Offset,
    ): Tensor<T.Diag<ShapeOf<X>, Offset>>;
    /**
     * Sums a diagonal of the matrices along two axes (default: the first two), which are removed.
     */
    trace<X extends Tensor, const A extends T.AxisPair = readonly [0, 1]>(
      this: T.MatrixCheck<"trace", ShapeOf<X>, X>,
      offset?: number,
      axes?: T.AxesCheck<"trace", ShapeOf<X>, A, A>,
    ): Tensor<T.Trace<ShapeOf<X>, A>>;
  }
}

/**
 * Zeros all elements above a diagonal (default: the main one), in each matrix of the last two axes.
 *
 * @example
 * tril(tensor([[1, 2], [3, 4]])).arraySync(); // => [[1, 0], [3, 4]]
 */
export function tril<X extends Tensor>(
  x: T.MatrixCheck<"tril", ShapeOf<X>, X>,
  offset: number = 0,
): Tensor<ShapeOf<X>> {
  return tensorOf(ops.tril(computedNodeOf("tril", x as Tensor), offset));
}

/**
 * Zeros all elements below a diagonal (default: the main one), in each matrix of the last two axes.
 *
 * @example
 * triu(tensor([[1, 2], [3, 4]]), 1).arraySync(); // => [[0, 2], [0, 0]]
 */
export function triu<X extends Tensor>(
  x: T.MatrixCheck<"triu", ShapeOf<X>, X>,
  offset: number = 0,
): Tensor<ShapeOf<X>> {
  return tensorOf(ops.triu(computedNodeOf("triu", x as Tensor), offset));
}

/**
 * Takes a diagonal of the matrices along two axes, which it replaces as the last axis. As in NumPy,
 * these are the first two by default; for batches of matrices: `diagonal(x, 0, [-2, -1])`.
 *
 * @example
 * diagonal(tensor([[1, 2], [3, 4]])).arraySync(); // => [1, 4]
 */
export function diagonal<
  X extends Tensor,
  const Offset extends number = 0,
  const A extends T.AxisPair = readonly [0, 1],
>(
  x: T.MatrixCheck<"diagonal", ShapeOf<X>, X>,
  offset?: Offset,
  axes?: T.AxesCheck<"diagonal", ShapeOf<X>, A, A>,
): Tensor<T.Diagonal<ShapeOf<X>, Offset, A>> {
  return tensorOf(
    ops.diagonal(computedNodeOf("diagonal", x as Tensor), offset, axes as Shape | undefined),
  );
}

/**
 * Puts a vector on a diagonal of a square matrix of zeros; of a matrix, takes that diagonal.
 *
 * @example
 * diag(tensor([1, 2])).arraySync(); // => [[1, 0], [0, 2]]
 */
export function diag<X extends Tensor, const Offset extends number = 0>(
  x: T.DiagCheck<ShapeOf<X>, X>,
  offset?: Offset,
): Tensor<T.Diag<ShapeOf<X>, Offset>> {
  return tensorOf(ops.diag(computedNodeOf("diag", x as Tensor), offset));
}

/**
 * Sums a diagonal of the matrices along two axes (default: the first two), which are removed.
 *
 * @example
 * trace(tensor([[1, 2], [3, 4]])).arraySync(); // => 5
 */
export function trace<X extends Tensor, const A extends T.AxisPair = readonly [0, 1]>(
  x: T.MatrixCheck<"trace", ShapeOf<X>, X>,
  offset: number = 0,
  axes?: T.AxesCheck<"trace", ShapeOf<X>, A, A>,
): Tensor<T.Trace<ShapeOf<X>, A>> {
  return tensorOf(
    ops.trace(computedNodeOf("trace", x as Tensor), offset, axes as Shape | undefined),
  );
}

addMethods({ tril, triu, diagonal, diag, trace });
