// What the gradients of eigenvectors and of singular vectors share.
import type { Node } from "../graph/node.ts";
import type { Shape } from "../graph/shape.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { equal, logicalNot, logicalOr, notEqual, where } from "./comparison.ts";
import { iota } from "./creation.ts";
import { custom } from "./custom.ts";
import { expandDims, transpose } from "./movement.ts";
import { any } from "./reduce.ts";

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

/**
 * `x` [i, j], with 0 for pairs of vectors of which neither is used: columns of 0 in their gradient
 * `g`. That their numbers are equal, and a factor NaN, does not matter then.
 */
export function zeroOfUnusedPairs(x: Node, g: Node): Node {
  const isUsed = areUsed(g);
  return zeroUnless(logicalOr(isUsed, transpose(isUsed)), x);
}

/** `x`, whose columns are vectors', with 0 for those that are not used. */
export function zeroOfUnused(x: Node, g: Node): Node {
  return zeroUnless(areUsed(g), x);
}

/** Of each column of the vectors' gradient whether anything in it is not 0, [1, vectors]. */
function areUsed(g: Node): Node {
  return any(notEqual(g, 0), -2, true);
}

/**
 * Its derivatives are those of `x`: it is 0 for a gradient of 0, and not constant, as `where` would
 * have it.
 */
function zeroUnless(isUsed: Node, x: Node): Node {
  return custom("unusedVectors", where(logicalNot(isUsed), 0, x), [x], (g) => [g]);
}
