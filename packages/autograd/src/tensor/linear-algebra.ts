// Linear algebra on the matrices of the last two axes; the axes before them are batches, and
// broadcast if there are two operands. Functions only: a bundle contains every method, but only the
// functions that are used. Everything is computed in float64, with the same bits on every back end,
// and rounded to the operands' dtype at the end; integers become float32.
import type { Triangle } from "../matrix/triangle.ts";
import * as factors from "../ops/cholesky.ts";
import * as elimination from "../ops/lu.ts";
import * as triangles from "../ops/triangular.ts";
import { flag } from "./kinds.ts";
import { checkOptions } from "./options.ts";
import type * as T from "./shapes.ts";
import { computedNodeOf, type ShapeOf, type Tensor, tensorOf } from "./tensor.ts";

export interface TriangularSolveOptions {
  /** Whether the triangle is below the diagonal; the other one is not read. Default: true. */
  readonly lower?: boolean;
  /** Whether to solve for the triangle's transpose. Default: false. */
  readonly transpose?: boolean;
  /** Whether the diagonal is assumed to be 1, and not read. Default: false. */
  readonly unitDiagonal?: boolean;
}

/**
 * Computes the Cholesky factor: the lower triangle L with L Lᵀ = `a`, for symmetric positive
 * definite matrices `[...batch, n, n]`. As in NumPy and PyTorch, only the lower triangle of `a` is
 * read, and the gradient is symmetric. For a matrix that is not positive definite everything is NaN
 * (an error would occur when the graph runs, far from this line, and for the whole batch). Throws
 * `ShapeError` unless matrices are square.
 *
 * Banachiewicz's algorithm: Golub and Van Loan, "Matrix Computations", 2013, section 4.2. Gradient:
 * I. Murray, "Differentiation of the Cholesky decomposition", 2016.
 *
 * @example
 * cholesky(tensor([[4, 2], [2, 10]])).arraySync(); // => [[2, 0], [1, 3]]
 */
export function cholesky<X extends Tensor>(
  a: T.SquareCheck<"cholesky", ShapeOf<X>, X>,
): Tensor<ShapeOf<X>> {
  return tensorOf(factors.cholesky(computedNodeOf("cholesky", a as Tensor)));
}

/**
 * Solves `a x = b` for a triangular `a` `[...batch, n, n]` and `b` `[...batch, n, k]`, or a vector
 * `[n]`; batch axes broadcast. `lower` (default: true) chooses the triangle, `transpose` solves for
 * its transpose, `unitDiagonal` assumes a diagonal of 1. Elements that are not read may be
 * anything, and have a gradient of 0. A 0 on the diagonal gives infinities and NaN, as dividing by
 * it does. Throws `ShapeError` if sizes do not fit.
 *
 * Gradient: M. B. Giles, "Collected matrix derivative results", 2008, section 2.3.1.
 *
 * @example
 * const a = tensor([[2, 0], [1, 3]]);
 * triangularSolve(a, tensor([4, 11])).arraySync(); // => [2, 3]
 * triangularSolve(a, tensor([4, 11]), { transpose: true }).arraySync(); // => [0.1667, 3.667]
 */
export function triangularSolve<X extends Tensor, Y extends Tensor>(
  a: T.SquareCheck<"triangularSolve", ShapeOf<X>, X>,
  b: T.SolveCheck<"triangularSolve", ShapeOf<X>, ShapeOf<Y>, Y>,
  options: TriangularSolveOptions = {},
): Tensor<T.Matmul<ShapeOf<X>, ShapeOf<Y>>> {
  checkOptions("triangularSolve", options, { lower: flag, transpose: flag, unitDiagonal: flag });
  const [triangle, right] = [a as Tensor, b as Tensor].map((x) =>
    computedNodeOf("triangularSolve", x),
  );
  return tensorOf(
    triangles.triangularSolve(triangle!, right!, options satisfies Partial<Triangle>),
  );
}

/**
 * Solves `a x = b` for square matrices `a` `[...batch, n, n]` and `b` `[...batch, n, k]`, or a
 * vector `[n]`; batch axes broadcast. By elimination with partial pivoting (Golub and Van Loan,
 * "Matrix Computations", 2013, section 3.4), once for value and gradients. If a pivot is exactly 0,
 * `a` is singular and all of x is NaN (NumPy and PyTorch raise an error, which here would only
 * occur when the graph runs, for the whole batch). Throws `ShapeError` if sizes do not fit.
 *
 * Gradient: M. B. Giles, "Collected matrix derivative results", 2008, section 2.3.1.
 *
 * @example
 * solve(tensor([[2, 1], [1, 3]]), tensor([3, 4])).arraySync(); // => [1, 1]
 */
export function solve<X extends Tensor, Y extends Tensor>(
  a: T.SquareCheck<"solve", ShapeOf<X>, X>,
  b: T.SolveCheck<"solve", ShapeOf<X>, ShapeOf<Y>, Y>,
): Tensor<T.Matmul<ShapeOf<X>, ShapeOf<Y>>> {
  const [left, right] = [computedNodeOf("solve", a), computedNodeOf("solve", b as Tensor)];
  return tensorOf(elimination.solve(left, right));
}

/**
 * Inverts square matrices `[...batch, n, n]`; all NaN if a pivot of the elimination is exactly 0.
 * `solve(a, b)` takes less time than `inverse(a).matmul(b)`, and loses fewer digits. Throws
 * `ShapeError` unless matrices are square.
 *
 * @example
 * inverse(tensor([[2, 1], [4, 4]])).arraySync(); // => [[1, -0.25], [-1, 0.5]]
 */
export function inverse<X extends Tensor>(
  a: T.SquareCheck<"inverse", ShapeOf<X>, X>,
): Tensor<ShapeOf<X>> {
  return tensorOf(elimination.inverse(computedNodeOf("inverse", a as Tensor)));
}

/**
 * Computes the determinant of square matrices `[...batch, n, n]`: one number each, 1 for `[0, 0]`.
 * Its gradient, the matrix of cofactors, is right where the determinant is 0 too, and so is the
 * second one; higher ones are NaN there. If the number would be too large or small for the dtype,
 * use `slogdet`. Throws `ShapeError` unless matrices are square.
 *
 * @example
 * determinant(tensor([[2, 1], [4, 4]])).itemSync(); // => 4
 */
export function determinant<X extends Tensor>(
  a: T.SquareCheck<"determinant", ShapeOf<X>, X>,
): Tensor<T.Batch<ShapeOf<X>>> {
  return tensorOf(elimination.determinant(computedNodeOf("determinant", a as Tensor)));
}

/**
 * Computes the sign of the determinant of square matrices `[...batch, n, n]`, and the logarithm of
 * its absolute value, like NumPy's `slogdet`: it cannot overflow. 0 and -Infinity where the
 * determinant is 0; the gradient is NaN there. Throws `ShapeError` unless matrices are square.
 *
 * @example
 * const result = slogdet(tensor([[0, 1e30], [1e30, 0]]));
 * [result.sign.itemSync(), result.logAbsDet.itemSync()]; // => [-1, 138.2]
 */
export function slogdet<X extends Tensor>(
  a: T.SquareCheck<"slogdet", ShapeOf<X>, X>,
): {
  readonly sign: Tensor<T.Batch<ShapeOf<X>>>;
  readonly logAbsDet: Tensor<T.Batch<ShapeOf<X>>>;
} {
  const { sign, logAbsDet } = elimination.slogdet(computedNodeOf("slogdet", a));
  return { sign: tensorOf(sign), logAbsDet: tensorOf(logAbsDet) };
}
