// Helpers of the gradients of eigenvectors and singular vectors.
import type { Node } from "../graph/node.ts";
import type { Shape } from "../graph/shape.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { equal, logicalNot, logicalOr, notEqual, where } from "./comparison.ts";
import { iota } from "./creation.ts";
import { custom } from "./custom.ts";
import { expandDims, transpose } from "./movement.ts";
import { any } from "./reduce.ts";

/**
 * [i, j] is 1 / (x[j] - x[i]), or the same of the squares; 0 on the diagonal, NaN where two are
 * equal: the vectors of equal values are arbitrary up to rotation, and have no gradient.
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
  // Derivatives of 1 / 0 would be NaN even where `where` masks it.
  const inverse = div(1, where(logicalOr(onDiagonal, areEqual), 1, divisor));
  return where(onDiagonal, 0, where(areEqual, Number.NaN, inverse));
}

/**
 * Zeros `x` [i, j] for pairs of vectors that are both unused, whose columns of the gradient `g` are
 * 0: their values may then be equal, and a factor NaN.
 */
export function zeroOfUnusedPairs(x: Node, g: Node): Node {
  const isUsed = areUsed(g);
  return zeroUnless(logicalOr(isUsed, transpose(isUsed)), x);
}

/** Zeros the columns of `x` that belong to unused vectors. */
export function zeroOfUnused(x: Node, g: Node): Node {
  return zeroUnless(areUsed(g), x);
}

/** Whether each column of the vectors' gradient has an element that is not 0, [1, vectors]. */
function areUsed(g: Node): Node {
  return any(notEqual(g, 0), -2, true);
}

/** Derivatives pass through `x` also where it is masked, unlike those of `where`. */
function zeroUnless(isUsed: Node, x: Node): Node {
  return custom("unusedVectors", where(logicalNot(isUsed), 0, x), [x], (g) => [g]);
}
