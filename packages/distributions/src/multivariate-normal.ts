// The normal distribution of vectors.
import {
  cholesky,
  formatShape,
  type Shape,
  ShapeError,
  Tensor,
  triangularSolve,
  where,
} from "@nabla/autograd";
import { checkNames, describe } from "@nabla/autograd/checks";
import { fail } from "./checks.ts";
import { type Distribution, distribution } from "./distribution.ts";
import { keyFor, normals } from "./draws.ts";
import { type DistributionOptions, finite, parameters } from "./parameters.ts";
import { broadcastShapes } from "./shapes.ts";

/**
 * How elements of a vector vary together: by their covariance `[...batch, n, n]`, or by its `factor`, a
 * lower triangle with a positive diagonal whose product with its transpose is the covariance.
 */
export type Spread = { readonly covariance: Tensor } | { readonly factor: Tensor };

const logOfTwoPi = Math.log(2 * Math.PI);

/**
 * The normal distribution of vectors with this mean `[...batch, n]`. Draws are reparameterised. What is
 * above the diagonal is not read. A covariance that is not positive definite, or a factor whose diagonal is
 * not positive, gives NaN. Throws `ShapeError` for other shapes.
 *
 * @example
 * const d = multivariateNormal(tensor([0, 1]), { covariance: tensor([[4, 2], [2, 10]]) });
 * d.sample([5], { seed: 0 }).shape; // => [5, 2]
 * d.logProbability(tensor([0, 1])).itemSync(); // => -3.630
 */
export function multivariateNormal(
  mean: Tensor,
  spread: Spread,
  options?: DistributionOptions,
): Distribution {
  const name = "multivariateNormal";
  checkNames(name, spread, ["covariance", "factor"]);
  const { covariance, factor } = spread as { covariance?: unknown; factor?: unknown };
  if ((covariance === undefined) === (factor === undefined)) {
    fail(`${name}: expects either a covariance or a factor`);
  }
  const [kind, matrix] = factor === undefined ? ["covariance", covariance] : ["factor", factor];
  if (!(mean instanceof Tensor)) fail(`${name}: mean is ${describe(mean)}, expected a tensor`);
  if (!(matrix instanceof Tensor)) {
    fail(`${name}: ${kind} is ${describe(matrix)}, expected a tensor`);
  }
  const own = vectors(mean, matrix, options);
  const { mean: m, matrix: given } = own.values;
  const n = m.shape.at(-1)!;
  const lower = (factor === undefined ? cholesky(given) : given).tril();
  const diagonal = lower.diagonal(0, [-2, -1]);
  const logDiagonal = where(diagonal.greater(0), diagonal, Number.NaN).log().sum(-1);
  /** 0, or NaN where a factor is none. */
  const unknown = logDiagonal.mul(0).expandDims(-1);
  const batch = broadcastShapes(name, [
    ["the batch of mean", { shape: m.shape.slice(0, -1) }],
    [`that of ${kind}`, { shape: given.shape.slice(0, -2) }],
  ]);
  const standardized = (l: Tensor, x: Tensor) => triangularSolve(l, x.expandDims(-1)).squeeze(-1);
  const made = distribution<Shape, readonly number[]>({
    name,
    support: "vectors of real numbers",
    parameters: own,
    batch,
    event: [n],
    draw: (seed, shape) => {
      const z = normals(keyFor(name, seed), [...shape, n])
        .cast(own.dtype)
        .expandDims(-1);
      return lower.matmul(z).squeeze(-1).add(m).add(unknown);
    },
    logDensity: (x) => {
      const squares = standardized(lower, x.sub(m)).square().sum(-1);
      return squares
        .add(n * logOfTwoPi)
        .mul(-0.5)
        .sub(logDiagonal);
    },
    isOutside: (x) => x.abs().equal(Number.POSITIVE_INFINITY),
    inside: m,
    mean: () => m.add(unknown),
    variance: () => lower.square().sum(-1).add(unknown),
    entropy: () => logDiagonal.add(0.5 * n * (1 + logOfTwoPi)),
    divergence: (other) => {
      const theirs = factors.get(other);
      if (theirs?.m.shape.at(-1) !== n) return undefined;
      const distance = standardized(theirs.lower, m.sub(theirs.m)).square().sum(-1);
      const ratio = triangularSolve(theirs.lower, lower).square().sum([-2, -1]);
      return ratio.add(distance).sub(n).mul(0.5).add(theirs.logDiagonal).sub(logDiagonal);
    },
  });
  factors.set(made, { lower, m, logDiagonal });
  return made;
}

interface Factored {
  readonly lower: Tensor;
  readonly m: Tensor;
  readonly logDiagonal: Tensor;
}

const factors = new WeakMap<object, Factored>();

function vectors(mean: Tensor, matrix: Tensor, options?: DistributionOptions) {
  const n = mean.shape.at(-1) ?? 0;
  const [rows, columns] = matrix.shape.slice(-2);
  if (n === 0 || matrix.shape.length < 2 || rows !== n || columns !== n) {
    const given = `mean ${formatShape(mean.shape)}, matrix ${formatShape(matrix.shape)}`;
    throw new ShapeError(`multivariateNormal: ${given}, expected [..., n] and [..., n, n]`);
  }
  const own = { mean: [mean, finite], matrix: [matrix, finite] } as const;
  return parameters("multivariateNormal", own, options, false);
}
