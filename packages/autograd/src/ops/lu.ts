// Solving systems of equations, and determinants, by elimination. A matrix is eliminated once, for
// all that is asked of it, its gradients included. Gradients: M. B. Giles, "Collected matrix
// derivative results for forward and reverse mode algorithmic differentiation", 2008, section 2.2.
import type { Node } from "../graph/node.ts";
import { cofactorsGradient } from "../matrix/cofactors.ts";
import { cofactorsLu, determinantLu, factorLu, signAndLogarithmLu, solveLu } from "../matrix/lu.ts";
import { mul, stopGradient, sub } from "./arithmetic.ts";
import { eye } from "./creation.ts";
import { custom } from "./custom.ts";
import { matmul } from "./matmul.ts";
import { expandDims, reshape, slice, transpose } from "./movement.ts";
import { sum } from "./reduce.ts";
import { inBatch, routine, shareOfMatrix, solved, squareMatrices } from "./routine.ts";

const byParts = "none: what is made of the factors passes its gradient on to the matrix itself";

const factors = routine("lu", factorLu, [byParts]);
const solveNode = routine("solve", (x, lu, b) => solveLu(false, x, lu, b), [byParts]);
const transposedSolveNode = routine("solveTransposed", (x, lu, b) => solveLu(true, x, lu, b), [
  byParts,
]);
const determinantNode = routine("determinant", determinantLu, [byParts]);
const signAndLogarithm = routine("slogdet", signAndLogarithmLu, [byParts]);
const cofactorsNode = routine("cofactors", cofactorsLu, [byParts]);
const cofactorsGradientNode = routine("cofactorsGradient", cofactorsGradient, [byParts]);

/** Both triangles and the order of the rows: [...batch, n + 1, n]. */
function factorsOf(a: Node): Node {
  const size = a.shape.at(-1)!;
  return factors([a], size + 1, size);
}

/** x with `a x = b`, or with aᵀ, given the factors of `a`; all are of the same batches. */
function solveBy(isTransposed: boolean, a: Node, b: Node, lu: Node): Node {
  const [name, build] = isTransposed
    ? ["solveTransposed", transposedSolveNode]
    : ["solve", solveNode];
  const value = build([lu, b], b.shape.at(-2)!, b.shape.at(-1)!);
  return custom(name, value, [a, b, lu], (g, [matrix, , known], x) => {
    const share = solveBy(!isTransposed, matrix!, g, known!);
    return [shareOfMatrix(share, x, isTransposed), share, undefined];
  });
}

/** x with `a x = b`; NaN where `a` is singular. Batch axes broadcast. */
export function solve(a: Node, b: Node): Node {
  return solved("solve", a, b, (matrix, columns, batch) =>
    solveBy(false, inBatch(matrix, batch), columns, inBatch(factorsOf(matrix), batch)),
  );
}

/** What gives the identity when it is multiplied with `a`; NaN where `a` is singular. */
export function inverse(a: Node): Node {
  const x = squareMatrices("inverse", a);
  return inverseBy(false, x, factorsOf(x));
}

/** The inverse, or its transpose, given the factors. */
function inverseBy(isTransposed: boolean, a: Node, lu: Node): Node {
  const size = a.shape.at(-1)!;
  return solveBy(isTransposed, a, inBatch(eye(size, size, a.dtype), a.shape.slice(0, -2)), lu);
}

/** The determinant of each matrix. Its gradient, the cofactors, is finite where it is 0, too. */
export function determinant(a: Node): Node {
  const x = squareMatrices("determinant", a);
  const lu = factorsOf(x);
  const value = reshape(determinantNode([lu], 1, 1), x.shape.slice(0, -2));
  return custom("determinant", value, [x, lu], (g, [matrix, known]) => [
    mul(perMatrix(g), cofactors(matrix!, known!)),
    undefined,
  ]);
}

/**
 * C = det(a) a⁻ᵀ. Primitive, as a product with the inverse is NaN where `a` is singular, and the
 * cofactors are not.
 */
function cofactors(a: Node, lu: Node): Node {
  const size = a.shape.at(-1)!;
  return custom("cofactors", cofactorsNode([lu], size, size), [a, lu], (g, [matrix, known]) => [
    shareOfCofactors(matrix!, known!, g),
    undefined,
  ]);
}

/**
 * What cofactors pass on to `a`: <g, C> a⁻ᵀ - C gᵀ a⁻ᵀ where `a` has an inverse, which is right
 * everywhere as it is computed here. So are its own derivatives by `g`, of which it is linear, and
 * the same of them. Those by `a`, which are the determinant's third, go through the inverse, and are
 * NaN where `a` is singular.
 */
function shareOfCofactors(a: Node, lu: Node, g: Node): Node {
  const size = a.shape.at(-1)!;
  const [c, inverted, fixed] = [cofactors(a, lu), inverseBy(true, a, lu), stopGradient(g)];
  const along = mul(sum(mul(fixed, c), [-2, -1], true), inverted);
  const formula = sub(along, matmul(matmul(c, transpose(fixed)), inverted));
  const value = cofactorsGradientNode([a, g], size, size);
  return custom("cofactors, gradient", value, [formula, g, a, lu], (h, [, , matrix, known]) => [
    h,
    shareOfCofactors(matrix!, known!, h),
    undefined,
    undefined,
  ]);
}

/**
 * The determinant's sign, and the logarithm of its absolute value: also where it is beyond all
 * numbers.
 */
export function slogdet(a: Node): { readonly sign: Node; readonly logAbsDet: Node } {
  const x = squareMatrices("slogdet", a);
  const lu = factorsOf(x);
  const both = signAndLogarithm([lu], 1, 2);
  const part = (from: number) => reshape(slice(both, -1, from, from + 1), x.shape.slice(0, -2));
  const logAbsDet = custom("slogdet", part(1), [x, lu], (g, [matrix, known]) => [
    mul(perMatrix(g), inverseBy(true, matrix!, known!)),
    undefined,
  ]);
  return { sign: part(0), logAbsDet };
}

/** A number for each matrix, with the axes of matrices. */
function perMatrix(x: Node): Node {
  return expandDims(expandDims(x, -1), -1);
}
