// Eigenvalues and eigenvectors of symmetric matrices. Gradients: M. B. Giles, "Collected matrix
// derivative results for forward and reverse mode algorithmic differentiation", 2008, section 3.1;
// symmetrized, as in M. Seeger et al., "Auto-differentiating linear algebra", 2017.
import type { Node } from "../graph/node.ts";
import { factorSymmetric } from "../matrix/jacobi.ts";
import { mul, sub } from "./arithmetic.ts";
import { custom } from "./custom.ts";
import { matmul } from "./matmul.ts";
import { expandDims, reshape, slice, transpose } from "./movement.ts";
import { routine, squareMatrices } from "./routine.ts";
import { inverseDifferences, zeroOfUnusedPairs } from "./spectrum.ts";

const factors = routine("eigh", factorSymmetric, [
  "none: eigenvalues and eigenvectors pass theirs on to the matrix itself",
]);

/**
 * Separate from the eigenvectors: the gradient of eigenvalues holds where two of them are equal,
 * and that of eigenvectors does not exist there.
 */
function eigenvaluesOf(a: Node, both: Node): Node {
  const size = a.shape.at(-1)!;
  const value = reshape(slice(both, -2, 0, 1), [...a.shape.slice(0, -2), size]);
  return custom("eigenvalues", value, [a, both], (g, [matrix, known]) => {
    const v = eigenvectorsOf(matrix!, known!);
    return [matmul(mul(v, expandDims(g, -2)), transpose(v)), undefined];
  });
}

/**
 * The symmetric part of V (F ∘ Vᵀ g) Vᵀ, where F are the inverse differences of the eigenvalues.
 */
function eigenvectorsOf(a: Node, both: Node): Node {
  const size = a.shape.at(-1)!;
  return custom(
    "eigenvectors",
    slice(both, -2, 1, size + 1),
    [a, both],
    (g, [matrix, known], v) => {
      const product = matmul(transpose(v), g);
      const turn = mul(sub(product, transpose(product)), 0.5);
      const differences = inverseDifferences(eigenvaluesOf(matrix!, known!), "numbers");
      const among = zeroOfUnusedPairs(mul(differences, turn), g);
      return [matmul(matmul(v, among), transpose(v)), undefined];
    },
  );
}

/** Ascending eigenvalues [n], and their eigenvectors as columns, from one triangle of `a`. */
export function eigh(
  a: Node,
  lower: boolean,
): { readonly eigenvalues: Node; readonly eigenvectors: Node } {
  const matrix = squareMatrices("eigh", a);
  const x = lower ? matrix : transpose(matrix);
  const size = x.shape.at(-1)!;
  const both = factors([x], size + 1, size);
  return { eigenvalues: eigenvaluesOf(x, both), eigenvectors: eigenvectorsOf(x, both) };
}
