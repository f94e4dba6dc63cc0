// The Cholesky factor. Gradient: I. Murray, "Differentiation of the Cholesky decomposition", 2016.
import type { Node } from "../graph/node.ts";
import { cholesky as choleskyOf } from "../matrix/cholesky.ts";
import type { Triangle } from "../matrix/triangle.ts";
import { add, mul } from "./arithmetic.ts";
import { tril } from "./diagonal.ts";
import { matmul } from "./matmul.ts";
import { transpose } from "./movement.ts";
import { routine, squareMatrices } from "./routine.ts";
import { solveTriangularBy } from "./triangular.ts";

const transposedLower: Triangle = { lower: true, transpose: true, unitDiagonal: false };

/**
 * Murray's equation 10: the symmetric part of L⁻ᵀ P L⁻¹, where P is the lower triangle of Lᵀg with
 * its diagonal halved.
 */
const choleskyNode = routine("cholesky", choleskyOf, [
  (g, _, l) => {
    const product = tril(matmul(transpose(l), g));
    const halved = mul(add(product, tril(product, -1)), 0.5);
    const left = solveTriangularBy(transposedLower, l, halved);
    const both = transpose(solveTriangularBy(transposedLower, l, transpose(left)));
    return mul(add(both, transpose(both)), 0.5);
  },
]);

/** The lower triangle L with L Lᵀ = `a`, from the lower triangle of `a`; NaN if there is none. */
export function cholesky(a: Node): Node {
  const x = squareMatrices("cholesky", a);
  const size = x.shape.at(-1)!;
  return choleskyNode([x], size, size);
}
