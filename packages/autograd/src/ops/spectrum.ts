// What the gradients of eigenvectors and of singular vectors share.
import type { Node } from "../graph/node.ts";
import type { Shape } from "../graph/shape.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { equal, logicalOr, where } from "./comparison.ts";
import { iota } from "./creation.ts";
import { expandDims } from "./movement.ts";

/**
 * [i, j] is 1 / (x[j] - x[i]), or that of the squares; 0 on the diagonal, NaN where two are equal:
 * vectors that belong to equal numbers can be turned among themselves, and have no gradient.
 */
export function inverseDifferences(x: Node, of: "numbers" | "squares"): Node {
  const size = x.shape.at(-1)!;
  const [row, column] = [expandDims(x, -2), expandDims(x, -1)];
  const difference = sub(row, column);
  // The product loses fewer digits than a difference of squares.
  const divisor = of === "squares" ? mul(difference, add(row, column)) : difference;
  const matrix: Shape = [size, size];
  const onDiagonal = equal(iota(matrix, 0), iota(matrix, 1));
  const areEqual = equal(divisor, 0);
  // Derivatives of 1 / 0 would be NaN though `where` chooses against it.
  const inverse = div(1, where(logicalOr(onDiagonal, areEqual), 1, divisor));
  return where(onDiagonal, 0, where(areEqual, Number.NaN, inverse));
}
