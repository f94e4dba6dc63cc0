// Singular values and vectors. Gradients: J. Townsend, "Differentiating the singular value
// decomposition", 2016; M. Seeger et al., "Auto-differentiating linear algebra", 2017.
import type { Node } from "../graph/node.ts";
import { checkMatrices } from "../graph/shape.ts";
import { factorSingular } from "../matrix/jacobi.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { custom } from "./custom.ts";
import { matmul } from "./matmul.ts";
import { concat, expandDims, reshape, slice, transpose } from "./movement.ts";
import { floating } from "./operands.ts";
import { complement } from "./qr.ts";
import { routine } from "./routine.ts";
import { inverseDifferences, zeroOfUnused, zeroOfUnusedPairs } from "./spectrum.ts";

const factors = routine("svd", factorSingular, [
  "none: singular values and vectors pass theirs on to the matrix itself",
]);

/** The left vectors, U, or the right ones, V. */
type Side = "left" | "right";

/** Separate from the vectors: the gradient U diag(g) Vᵀ holds where two values are equal or 0. */
function valuesOf(a: Node, all: Node): Node {
  const m = a.shape.at(-2)!;
  const size = all.shape.at(-1)!;
  const values = reshape(slice(all, -2, m, m + 1), [...a.shape.slice(0, -2), size]);
  return custom("singularValues", values, [a, all], (g, [matrix, known]) => {
    const [u, v] = [vectorsOf("left", matrix!, known!), vectorsOf("right", matrix!, known!)];
    return [matmul(mul(u, expandDims(g, -2)), transpose(v)), undefined];
  });
}

/**
 * Left vectors: (U (F ∘ (Uᵀg - gᵀU)) S + (1 - U Uᵀ) g S⁻¹) Vᵀ, where F are the inverse differences
 * of the squared singular values; the second term is what leaves the columns' span, and is 0 if
 * they span everything. Right vectors: the same for the transposed matrix.
 */
function vectorsOf(side: Side, a: Node, all: Node): Node {
  const [m, n] = [a.shape.at(-2)!, a.shape.at(-1)!];
  const [from, size] = side === "left" ? [0, m] : [m + 1, n];
  const value = slice(all, -2, from, from + size);
  return custom(`${side}SingularVectors`, value, [a, all], (g, [matrix, known], own) => {
    const opposite = vectorsOf(side === "left" ? "right" : "left", matrix!, known!);
    const values = valuesOf(matrix!, known!);
    const row = expandDims(values, -2);
    const product = matmul(transpose(own), g);
    const between = mul(sub(product, transpose(product)), inverseDifferences(values, "squares"));
    const turn = zeroOfUnusedPairs(between, g);
    let share = mul(matmul(own, turn), row);
    if (size > own.shape.at(-1)!) {
      share = add(share, zeroOfUnused(div(sub(g, matmul(own, product)), row), g));
    }
    const [left, right] = side === "left" ? [share, opposite] : [opposite, share];
    return [matmul(left, transpose(right)), undefined];
  });
}

/**
 * U [m, k], descending singular values [k] and V [n, k], with U diag(s) Vᵀ = `a`; k = min(m, n).
 */
export function svd(
  a: Node,
  fullMatrices: boolean,
): { readonly u: Node; readonly s: Node; readonly vh: Node } {
  checkMatrices("svd", a.shape);
  const x = floating(a);
  const [m, n] = [x.shape.at(-2)!, x.shape.at(-1)!];
  const all = factors([x], m + 1 + n, Math.min(m, n));
  const completed = (vectors: Node) =>
    fullMatrices && vectors.shape.at(-2)! > vectors.shape.at(-1)!
      ? concat([vectors, complement("svd", vectors)], -1)
      : vectors;
  return {
    u: completed(vectorsOf("left", x, all)),
    s: valuesOf(x, all),
    vh: transpose(completed(vectorsOf("right", x, all))),
  };
}
