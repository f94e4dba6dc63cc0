// Triangular factors and systems. Gradients: M. B. Giles, "Collected matrix derivative results for forward
// and reverse mode algorithmic differentiation", 2008; I. Murray, "Differentiation of the Cholesky
// decomposition", 2016.
import type { Node } from "../graph/node.ts";
import { cholesky as choleskyOf } from "../matrix/cholesky.ts";
import { solveTriangle, type Triangle } from "../matrix/triangle.ts";
import { add, mul, neg } from "./arithmetic.ts";
import { tril, triu } from "./diagonal.ts";
import { matmul } from "./matmul.ts";
import { transpose } from "./movement.ts";
import { inBatch, type RoutineBuilder, routine, solved, squareMatrices } from "./routine.ts";

/**
 * Murray's equation 10: with P the lower triangle of Lᵀg, its diagonal halved, the symmetric part
 * of L⁻ᵀ P L⁻¹.
 */
const choleskyNode = routine("cholesky", choleskyOf, [
  (g, _, l) => {
    const product = tril(matmul(transpose(l), g));
    const halved = mul(add(product, tril(product, -1)), 0.5);
    const left = solveBy(transposedLower, l, halved);
    const both = transpose(solveBy(transposedLower, l, transpose(left)));
    return mul(add(both, transpose(both)), 0.5);
  },
]);

/** The lower triangle L with L Lᵀ = `a`, of which the lower triangle is read; NaN if there is none. */
export function cholesky(a: Node): Node {
  const x = squareMatrices("cholesky", a);
  const size = x.shape.at(-1)!;
  return choleskyNode([x], size, size);
}

const transposedLower: Triangle = { lower: true, transpose: true, unitDiagonal: false };

const builders = new Map<string, RoutineBuilder>();

/** The operation for one kind of triangle. Giles, section 2.3.1, and only what was read has a gradient. */
function triangularOperation(triangle: Triangle): RoutineBuilder {
  const { lower, transpose: isTransposed, unitDiagonal } = triangle;
  const key = [lower, isTransposed, unitDiagonal].join();
  let build = builders.get(key);
  if (build) return build;
  const opposite: Triangle = { ...triangle, transpose: !isTransposed };
  const offset = unitDiagonal ? 1 : 0;
  build = routine("triangularSolve", solveTriangle.bind(undefined, triangle), [
    (g, [a], x) => {
      const share = solveBy(opposite, a!, g);
      const product = neg(isTransposed ? matmul(x, transpose(share)) : matmul(share, transpose(x)));
      return lower ? tril(product, -offset) : triu(product, offset);
    },
    (g, [a]) => solveBy(opposite, a!, g),
  ]);
  builders.set(key, build);
  return build;
}

/** x with `triangle x = b`; both are of one dtype, and of the same batches. */
function solveBy(triangle: Triangle, a: Node, b: Node): Node {
  return triangularOperation(triangle)([a, b], b.shape.at(-2)!, b.shape.at(-1)!);
}

/** x with `a x = b` for a triangular `a`; by default its lower triangle. Batch axes broadcast. */
export function triangularSolve(a: Node, b: Node, options: Partial<Triangle> = {}): Node {
  const { lower = true, transpose = false, unitDiagonal = false } = options;
  return solved("triangularSolve", a, b, (triangle, columns, batch) =>
    solveBy({ lower, transpose, unitDiagonal }, inBatch(triangle, batch), columns),
  );
}
