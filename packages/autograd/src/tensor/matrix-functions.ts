// Functions of matrices that follow from their factors, on the last two axes; the axes before them are
// batches. Like all of linear algebra (tensor/linear-algebra.ts) as functions only, computed in float64
// and rounded to the operand's dtype at the end; integers become float32.
import { describe } from "../graph/describe.ts";
import { NablaError } from "../graph/errors.ts";
import type { Shape } from "../graph/shape.ts";
import { expm as exponential } from "../ops/expm.ts";
import * as ops from "../ops/least-squares.ts";
import { lu as factorsOf } from "../ops/lu-factors.ts";
import { fromZero } from "./kinds.ts";
import { checkOptions } from "./options.ts";
import type * as T from "./shapes.ts";
import { computedNodeOf, type ShapeOf, type Tensor, tensorOf } from "./tensor.ts";

export interface SingularOptions {
  /**
   * Singular values count as 0 up to this part of the largest. Default: the larger size of the matrix
   * times the rounding of its dtype, 2^-23 or 2^-52; 0 with an absolute tolerance.
   */
  readonly relativeTolerance?: number;
  /** They also count as 0 up to this. Default: 0. */
  readonly absoluteTolerance?: number;
}

export interface LuFactors<S extends Shape> {
  /** `[...batch, m, m]`: a permutation of rows, without a gradient. */
  readonly p: Tensor<T.Factor<S, "m", "m">>;
  /** `[...batch, m, k]`: a lower triangle with a diagonal of 1. */
  readonly l: Tensor<T.Factor<S, "m", "k">>;
  /** `[...batch, k, n]`: an upper triangle. */
  readonly u: Tensor<T.Factor<S, "k", "n">>;
}

/**
 * Computes P, L and U, whose product is `a` `[...batch, m, n]`, by elimination with partial pivoting,
 * as SciPy's and PyTorch's `lu`: P permutes rows, L is a lower triangle with a diagonal of 1, U an upper
 * one; k = min(m, n). Any matrix has factors. The gradient needs the leading k x k part of U to be
 * regular: with a 0 on its diagonal it is not finite. Throws `ShapeError` for fewer than 2 axes.
 *
 * Golub and Van Loan, "Matrix Computations", 2013, section 3.4. Gradient: S. F. Walter and L. Lehmann,
 * 2010.
 *
 * @example
 * const { p, l, u } = lu(tensor([[1, 2], [4, 4]]));
 * l.arraySync(); // => [[1, 0], [0.25, 1]]
 * u.arraySync(); // => [[4, 4], [0, 1]]
 * p.matmul(l).matmul(u).arraySync(); // => [[1, 2], [4, 4]]
 */
export function lu<X extends Tensor>(a: T.MatrixCheck<"lu", ShapeOf<X>, X>): LuFactors<ShapeOf<X>> {
  const { p, l, u } = factorsOf(computedNodeOf("lu", a as Tensor));
  return { p: tensorOf(p), l: tensorOf(l), u: tensorOf(u) };
}

/**
 * Computes the pseudo-inverse `[...batch, n, m]` of matrices `[...batch, m, n]` (Moore, Penrose), like
 * NumPy's `pinv`: the inverse where there is one. Singular values up to a tolerance count as 0; the
 * gradient is right where their number does not change. NaN if an element is not finite. Throws
 * `ShapeError` for fewer than 2 axes.
 *
 * Gradient: G. H. Golub and V. Pereyra, 1973.
 *
 * @example
 * pinv(tensor([[1, 0], [0, 2], [0, 0]])).arraySync(); // => [[1, 0, 0], [0, 0.5, 0]]
 */
export function pinv<X extends Tensor>(
  a: T.MatrixCheck<"pinv", ShapeOf<X>, X>,
  options: SingularOptions = {},
): Tensor<T.Factor<ShapeOf<X>, "n", "m">> {
  const tolerance = toleranceOf("pinv", options);
  return tensorOf(ops.pinv(computedNodeOf("pinv", a as Tensor), tolerance));
}

export interface LeastSquares {
  /** `[...batch, n, k]`, or `[...batch, n]` of a vector. */
  readonly solution: Tensor;
  /** The squared lengths of a x - b: `[...batch, k]`, or `[...batch]`. */
  readonly residuals: Tensor;
  /** How many singular values do not count as 0, as int32: one for each matrix. */
  readonly rank: Tensor;
  /** Those of `a`, in descending order: `[...batch, min(m, n)]`. */
  readonly singularValues: Tensor;
}

/**
 * Solves `a x = b` in the sense of least squares, for matrices `a` `[...batch, m, n]` and `b`
 * `[...batch, m, k]` or a vector `[m]`; batch axes broadcast. Of all x for which |a x - b| is least, it
 * is the shortest, as in NumPy's `lstsq`; unlike there, residuals are always given. Gradients are right
 * where the rank does not change. Throws `ShapeError` if sizes do not fit.
 *
 * @example
 * const a = tensor([[1, 0], [1, 1], [1, 2]]);
 * const { solution, residuals } = lstsq(a, tensor([1, 3, 5]));
 * solution.arraySync(); // => [1, 2]
 * residuals.less(1e-9).arraySync(); // => 1
 */
export function lstsq(a: Tensor, b: Tensor, options: SingularOptions = {}): LeastSquares {
  const tolerance = toleranceOf("lstsq", options);
  const found = ops.lstsq(computedNodeOf("lstsq", a), computedNodeOf("lstsq", b), tolerance);
  return {
    solution: tensorOf(found.solution),
    residuals: tensorOf(found.residuals),
    rank: tensorOf(found.rank),
    singularValues: tensorOf(found.singularValues),
  };
}

/**
 * Counts the singular values of matrices `[...batch, m, n]` that are above a tolerance, as int32, like
 * NumPy's and PyTorch's `matrix_rank`. 0 if an element is not finite. Throws `ShapeError` for fewer than
 * 2 axes.
 *
 * @example
 * matrixRank(tensor([[1, 2], [2, 4]])).itemSync(); // => 1
 */
export function matrixRank<X extends Tensor>(
  a: T.MatrixCheck<"matrixRank", ShapeOf<X>, X>,
  options: SingularOptions = {},
): Tensor<T.Batch<ShapeOf<X>>> {
  const tolerance = toleranceOf("matrixRank", options);
  return tensorOf(ops.matrixRank(computedNodeOf("matrixRank", a as Tensor), tolerance));
}

/**
 * Multiplies square matrices `[...batch, n, n]` with themselves: `power` factors, the identity for 0,
 * inverses for a power below 0 (NaN where there is none). By squares, in log2(power) products. Integers
 * stay int32, and wrap around; inverses are float32. Throws `ShapeError` unless matrices are square.
 *
 * @example
 * matrixPower(tensor([[1, 1], [1, 0]]), 10).arraySync(); // => [[89, 55], [55, 34]]
 */
export function matrixPower<X extends Tensor>(
  a: T.SquareCheck<"matrixPower", ShapeOf<X>, X>,
  power: number,
): Tensor<ShapeOf<X>> {
  const node = computedNodeOf("matrixPower", a);
  if (!Number.isSafeInteger(power)) {
    throw new NablaError(`matrixPower: power is ${describe(power)}, expected an integer`);
  }
  return tensorOf(ops.matrixPower(node, power));
}

/**
 * Computes the exponential 1 + a + a²/2 + … of square matrices `[...batch, n, n]`, like SciPy's `expm`
 * and PyTorch's `matrix_exp`. NaN if an element is not finite. Gradients are exact, by the exponential
 * of a matrix twice as large. Throws `ShapeError` unless matrices are square.
 *
 * Padé's quotient of degree 13, scaled and squared: N. J. Higham, 2005; as often as the matrix's powers need:
 * A. H. Al-Mohy and N. J. Higham, 2009.
 *
 * @example
 * const turn = tensor([[0, -Math.PI / 2], [Math.PI / 2, 0]], { dtype: "float64" });
 * expm(turn).round().arraySync(); // => [[0, -1], [1, 0]]
 */
export function expm<X extends Tensor>(
  a: T.SquareCheck<"expm", ShapeOf<X>, X>,
): Tensor<ShapeOf<X>> {
  return tensorOf(exponential(computedNodeOf("expm", a as Tensor)));
}

/** Throws `NablaError` unless tolerances are numbers from 0. */
function toleranceOf(name: string, options: SingularOptions): ops.Tolerance {
  checkOptions(name, options, { relativeTolerance: fromZero, absoluteTolerance: fromZero });
  const { relativeTolerance, absoluteTolerance } = options;
  return { relative: relativeTolerance, absolute: absoluteTolerance };
}
