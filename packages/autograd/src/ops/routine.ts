// The maker of routines, operations that run an algorithm on matrices (matrix/), and helpers that
// they share.
import { createNode } from "../graph/create.ts";
import type { GradientRule, Node, NoGradient, Routine } from "../graph/node.ts";
import { checkSquare, type Shape, solveShape } from "../graph/shape.ts";
import type { MatrixFunction } from "../matrix/matrix.ts";
import { neg } from "./arithmetic.ts";
import { matmul } from "./matmul.ts";
import { broadcastTo, expandDims, squeeze, transpose } from "./movement.ts";
import { floating, operandNodes } from "./operands.ts";

/** Builds a node of matrices `[rows, columns]`, in the batches of the first input. */
export type RoutineBuilder = (
  inputs: readonly [Node, ...Node[]],
  rows: number,
  columns: number,
) => Node;

// Lets a bundle without the operation drop the call, and the algorithm with it.
/* @__NO_SIDE_EFFECTS__ */
export function routine(
  name: string,
  compute: MatrixFunction,
  gradient: readonly (GradientRule | NoGradient)[],
): RoutineBuilder {
  const operation: Routine = { family: "routine", name, compute, gradient };
  return (inputs, rows, columns) => {
    const [{ shape, dtype }] = inputs;
    return createNode(operation, inputs, {}, [...shape.slice(0, -2), rows, columns], dtype);
  };
}

/** Checks that `a` holds square matrices; integers become float32. */
export function squareMatrices(operation: string, a: Node): Node {
  checkSquare(operation, a.shape);
  return floating(a);
}

/**
 * Calls `solve` with `a` and `b` in one dtype and `b` as matrices in the broadcast batches; `solve`
 * has to broadcast `a` to them. A vector `b` is a single column.
 */
export function solved(
  operation: string,
  a: Node,
  b: Node,
  solve: (a: Node, b: Node, batch: Shape) => Node,
): Node {
  const shape = solveShape(operation, a.shape, b.shape);
  const [left, right] = operandNodes([a, b], "floating") as readonly [Node, Node];
  if (b.shape.length === 1) {
    const batch = shape.slice(0, -1);
    const column = broadcastTo(expandDims(right, 1), [...shape, 1]);
    return squeeze(solve(left, column, batch), -1);
  }
  return solve(left, broadcastTo(right, shape), shape.slice(0, -2));
}

/** The gradient of `a` in `a x = b`, or with aᵀ, from `share`, the gradient of `b`. */
export function shareOfMatrix(share: Node, x: Node, isTransposed: boolean): Node {
  return neg(isTransposed ? matmul(x, transpose(share)) : matmul(share, transpose(x)));
}

/** Broadcasts the matrices of `x` to the axes `batch`. */
export function inBatch(x: Node, batch: Shape): Node {
  return broadcastTo(x, [...batch, ...x.shape.slice(-2)]);
}
