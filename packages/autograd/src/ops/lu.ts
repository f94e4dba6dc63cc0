// Linear systems and determinants, by elimination. A matrix is factored once for everything that is
// computed from it, gradients included. Gradients: M. B. Giles, "Collected matrix derivative
// results for forward and reverse mode algorithmic differentiation", 2008, section 2.2.
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

/** Solves `a x = b`, or with aᵀ, given the factors of `a`; all have the same batches. */
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

/** Solves `a x = b`; NaN where `a` is singular. Batch axes broadcast. */
export function solve(a: Node, b: Node): Node {
  return solved("solve", a, b, (matrix, columns, batch) =>
    solveBy(false, inBatch(matrix, batch), columns, inBatch(factorsOf(matrix), batch)),
  );
}

/** The inverse; NaN where `a` is singular. */
export function inverse(a: Node): Node {
  const x = squareMatrices("inverse", a);
  return inverseBy(false, x, factorsOf(x));
}

/** The inverse, or its transpose, given the factors. */
function inverseBy(isTransposed: boolean, a: Node, lu: Node): Node {
  const size = a.shape.at(-1)!;
  return solveBy(isTransposed, a, inBatch(eye(size, size, a.dtype), a.shape.slice(0, -2)), lu);
}

/**
 * The determinant of each matrix. Its gradient, the cofactors, is finite at singular matrices too.
 */
export function determinant(a: Node): Node {
  const x = squareMatrices("determinant", a);
  const lu = factorsOf(x);
  const value = reshape(determinantNode([lu], 1, 1), x.shape.slice(0, -2));
  return custom("determinant", value, [x, lu], (g, [matrix, known]) => [
    mul(perMatrix(g), cofactors(matrix!, known!)),
    undefined,
  ]);
}

/** C = det(a) a⁻ᵀ. Primitive: a product with the inverse would be NaN where `a` is singular. */
function cofactors(a: Node, lu: Node): Node {
  const size = a.shape.at(-1)!;
  return custom("cofactors", cofactorsNode([lu], size, size), [a, lu], (g, [matrix, known]) => [
    shareOfCofactors(matrix!, known!, g),
    undefined,
  ]);
}

/**
 * The gradient of cofactors by `a`: <g, C> a⁻ᵀ - C gᵀ a⁻ᵀ where `a` has an inverse, computed so
 * that it holds everywhere. The same goes for its derivatives by `g`, in which it is linear. Those
 * by `a`, the third derivatives of the determinant, use the inverse, and are NaN where `a` is
 * singular.
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

/** The determinant's sign and the logarithm of its absolute value, which cannot overflow. */
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

/** Adds the axes of a matrix to one number per matrix. */
function perMatrix(x: Node): Node {
  return expandDims(expandDims(x, -1), -1);
}
