// Matrix factorizations, of the last two axes; the axes before them are batches. Like all of linear
// algebra (tensor/linear-algebra.ts) as functions only, computed in float64 with the same bits on
// every back end, and rounded to the operand's dtype at the end; integers become float32.
import type { Shape } from "../graph/shape.ts";
import * as symmetric from "../ops/eigh.ts";
import * as orthogonal from "../ops/qr.ts";
import * as singular from "../ops/svd.ts";
import { flag, oneOf } from "./kinds.ts";
import { checkOptions } from "./options.ts";
import type * as T from "./shapes.ts";
import { computedNodeOf, type ShapeOf, type Tensor, tensorOf } from "./tensor.ts";

export interface QrOptions<Mode extends T.QrMode = T.QrMode> {
  /** "reduced" (default): Q is `[m, k]`, k = min(m, n). "complete": Q is `[m, m]`. */
  readonly mode?: Mode;
}

export interface QrFactors<S extends Shape, Mode extends T.QrMode = "reduced"> {
  /** Its columns are orthonormal. */
  readonly q: Tensor<T.QrQ<S, Mode>>;
  /** An upper triangle. */
  readonly r: Tensor<T.QrR<S, Mode>>;
}

export interface EighOptions {
  /** Whether the lower triangle is read, instead of the upper. Default: true. */
  readonly lower?: boolean;
}

export interface Eigensystem<S extends Shape> {
  /** `[...batch, n]`, in ascending order. */
  readonly eigenvalues: Tensor<T.Spectrum<S, "n">>;
  /** `[...batch, n, n]`: column i belongs to eigenvalue i. */
  readonly eigenvectors: Tensor<S>;
}

export interface SvdOptions<Full extends boolean = boolean> {
  /** Whether U is `[m, m]` and V `[n, n]`, with columns that complete a basis. Default: false. */
  readonly fullMatrices?: Full;
}

export interface SingularFactors<S extends Shape, Full extends boolean = false> {
  /** `[...batch, m, k]`, with orthonormal columns. */
  readonly u: Tensor<T.SvdU<S, Full>>;
  /** `[...batch, k]`: the singular values, in descending order. */
  readonly s: Tensor<T.Spectrum<S, "k">>;
  /** `[...batch, k, n]`: the transpose of V, with orthonormal rows. */
  readonly vh: Tensor<T.SvdVh<S, Full>>;
}

/**
 * Computes Q with orthonormal columns and an upper triangle R, whose product is `a`
 * `[...batch, m, n]`. With k = min(m, n), Q is `[m, k]` and R `[k, n]`; in mode "complete" they are
 * `[m, m]` and `[m, n]`. (NumPy's mode "r" is the `r` of this.) Signs follow NumPy and LAPACK:
 * elements on R's diagonal may be negative. Any shape has factors; if an element is not finite,
 * they are all NaN.
 *
 * Gradients need the first k columns of `a` to be independent: otherwise R has a 0 on its diagonal
 * (up to rounding) and gradients are not finite (or huge). Columns that complete a basis have none:
 * differentiating the complete Q of a tall matrix throws `GradientError`. Throws `ShapeError` for
 * fewer than 2 axes.
 *
 * Householder reflections: Golub and Van Loan, "Matrix Computations", 2013, section 5.2.
 * Gradients: S. F. Walter and L. Lehmann, 2010 (tall), D. A. O. Roberts and L. R. Roberts, 2020
 * (wide).
 *
 * @example
 * const { q, r } = qr(tensor([[3, 1], [4, 2]]));
 * r.arraySync(); // => [[-5, -2.2], [0, 0.4]]
 * q.arraySync(); // => [[-0.6, -0.8], [-0.8, 0.6]]
 */
export function qr<X extends Tensor, const Mode extends T.QrMode = "reduced">(
  a: T.MatrixCheck<"qr", ShapeOf<X>, X>,
  options: QrOptions<Mode> = {},
): QrFactors<ShapeOf<X>, Mode> {
  checkOptions("qr", options, { mode: oneOf("reduced", "complete") });
  const mode: T.QrMode = options.mode ?? "reduced";
  const { q, r } = orthogonal.qr(computedNodeOf("qr", a as Tensor), mode);
  return { q: tensorOf(q), r: tensorOf(r) };
}

/**
 * Computes the eigenvalues `[...batch, n]`, in ascending order, and the eigenvectors, as columns,
 * of symmetric matrices `[...batch, n, n]`, whose lower triangle is read (with `lower: false` the
 * upper one). Eigenvectors have length 1, and their largest component (the first of those equally
 * large) is positive. If an element that is read is not finite, everything is NaN.
 *
 * Gradients are symmetric. Those of the eigenvalues always exist, but where some are equal they
 * depend on an arbitrary order; for symmetric functions of the eigenvalues (a sum, a product) they
 * are right. The eigenvectors of equal eigenvalues are arbitrary up to rotation, so gradients
 * through one of them are NaN, and large if eigenvalues are nearly equal; so are second derivatives
 * of eigenvalues. Eigenvectors of other eigenvalues have gradients all the same. A function of the
 * matrix that is reassembled, V f(Λ) Vᵀ, also has gradients of NaN where eigenvalues are equal,
 * though the derivative exists: it is not one of Λ and V separately. Throws `ShapeError` unless
 * matrices are square.
 *
 * Jacobi rotations: Golub and Van Loan, "Matrix Computations", 2013, section 8.5. Gradients:
 * M. B. Giles, "Collected matrix derivative results", 2008, section 3.1.
 *
 * @example
 * const { eigenvalues, eigenvectors } = eigh(tensor([[3, 1], [1, 3]]));
 * eigenvalues.arraySync(); // => [2, 4]
 * eigenvectors.arraySync(); // => [[0.7071, 0.7071], [-0.7071, 0.7071]]
 */
export function eigh<X extends Tensor>(
  a: T.SquareCheck<"eigh", ShapeOf<X>, X>,
  options: EighOptions = {},
): Eigensystem<ShapeOf<X>> {
  checkOptions("eigh", options, { lower: flag });
  const node = computedNodeOf("eigh", a);
  const { eigenvalues, eigenvectors } = symmetric.eigh(node, options.lower ?? true);
  return { eigenvalues: tensorOf(eigenvalues), eigenvectors: tensorOf(eigenvectors) };
}

/**
 * Computes the singular values and vectors of matrices `a` `[...batch, m, n]`: `u diag(s) vh` is
 * `a`. With k = min(m, n), `u` is `[m, k]`, `s` `[k]` in descending order and `vh` `[k, n]`, the
 * transpose of V; with `fullMatrices` (NumPy's default, but not here) `u` is `[m, m]` and `vh`
 * `[n, n]`. The largest component of each column of U (the first of those equally large) is
 * positive. If an element is not finite, everything is NaN.
 *
 * Gradients of the singular values are like those of `eigh`'s eigenvalues; at a value of 0, where
 * the value has a kink as a function of `a`, the one that belongs to `u` and `vh`. Gradients
 * through vectors are not finite where the singular value of one that is used equals another, or
 * (unless `a` is square) is 0. Vectors that complete a basis in full matrices have none:
 * differentiating them throws `GradientError`. Throws `ShapeError` for fewer than 2 axes.
 *
 * One-sided Jacobi rotations: Golub and Van Loan, "Matrix Computations", 2013, section 8.6.3.
 * Gradients: J. Townsend, "Differentiating the singular value decomposition", 2016.
 *
 * @example
 * const { u, s, vh } = svd(tensor([[0, 2], [3, 0]]));
 * s.arraySync(); // => [3, 2]
 * u.mul(s).matmul(vh).arraySync(); // => [[0, 2], [3, 0]]
 */
export function svd<X extends Tensor, const Full extends boolean = false>(
  a: T.MatrixCheck<"svd", ShapeOf<X>, X>,
  options: SvdOptions<Full> = {},
): SingularFactors<ShapeOf<X>, Full> {
  checkOptions("svd", options, { fullMatrices: flag });
  const { u, s, vh } = singular.svd(
    computedNodeOf("svd", a as Tensor),
    options.fullMatrices ?? false,
  );
  return { u: tensorOf(u), s: tensorOf(s), vh: tensorOf(vh) };
}
