// Triangular systems of equations. Gradients: M. B. Giles, "Collected matrix derivative results for
// forward and reverse mode algorithmic differentiation", 2008, section 2.3.1.
import type { Node } from "../graph/node.ts";
import { solveTriangle, type Triangle } from "../matrix/triangle.ts";
import { tril, triu } from "./diagonal.ts";
import { inBatch, type RoutineBuilder, routine, shareOfMatrix, solved } from "./routine.ts";

const builders = new Map<string, RoutineBuilder>();

/** The operation for one kind of triangle. Only elements that it reads have a gradient. */
function triangularOperation(triangle: Triangle): RoutineBuilder {
  const { lower, transpose: isTransposed, unitDiagonal } = triangle;
  const key = [lower, isTransposed, unitDiagonal].join();
  let build = builders.get(key);
  if (build) return build;
  const opposite: Triangle = { ...triangle, transpose: !isTransposed };
  const offset = unitDiagonal ? 1 : 0;
  build = routine("triangularSolve", solveTriangle.bind(undefined, triangle), [
    (g, [a], x) => {
      const share = solveTriangularBy(opposite, a!, g);
      const whole = shareOfMatrix(share, x, isTransposed);
      return lower ? tril(whole, -offset) : triu(whole, offset);
    },
    (g, [a]) => solveTriangularBy(opposite, a!, g),
  ]);
  builders.set(key, build);
  return build;
}

/** Solves `triangle x = b`; both have one dtype and the same batches. */
export function solveTriangularBy(triangle: Triangle, a: Node, b: Node): Node {
  return triangularOperation(triangle)([a, b], b.shape.at(-2)!, b.shape.at(-1)!);
}

/** Solves `a x = b` for a triangular `a`; by default its lower triangle. Batch axes broadcast. */
export function triangularSolve(a: Node, b: Node, options: Partial<Triangle> = {}): Node {
  const { lower = true, transpose = false, unitDiagonal = false } = options;
  return solved("triangularSolve", a, b, (triangle, columns, batch) =>
    solveTriangularBy({ lower, transpose, unitDiagonal }, inBatch(triangle, batch), columns),
  );
}
