// Axes moved, exchanged and turned; matrices put on a diagonal; functions only. How each moves elements
// is defined in ops/axis-moves.ts.
import { describe } from "../graph/describe.ts";
import { NablaError } from "../graph/errors.ts";
import * as ops from "../ops/axis-moves.ts";
import { nodeOf, type Tensor, tensorOf, tensorOn } from "./tensor.ts";

/**
 * Moves axes to other places, like NumPy's `moveaxis`; the others keep their order. One axis, or a list
 * of each.
 *
 * @example
 * moveAxis(zeros([2, 3, 4]), 0, -1).shape; // => [3, 4, 2]
 */
export function moveAxis(
  x: Tensor,
  from: number | readonly number[],
  to: number | readonly number[],
): Tensor {
  const node = nodeOf("moveAxis", x);
  return tensorOn(node, ops.moveAxis(node, from, to));
}

/**
 * Exchanges two axes.
 *
 * @example
 * swapAxes(zeros([2, 3, 4]), 0, 2).shape; // => [4, 3, 2]
 */
export function swapAxes(x: Tensor, a: number, b: number): Tensor {
  const node = nodeOf("swapAxes", x);
  return tensorOn(node, ops.swapAxes(node, a, b));
}

/**
 * Turns the plane of two axes (default: the first two) by right angles, from the first axis towards the
 * second, like NumPy's `rot90`; backwards for `times` below 0.
 *
 * @example
 * rot90(tensor([[1, 2], [3, 4]])).arraySync(); // => [[2, 4], [1, 3]]
 */
export function rot90(x: Tensor, times = 1, axes: readonly [number, number] = [0, 1]): Tensor {
  const node = nodeOf("rot90", x);
  return tensorOn(node, ops.rot90(node, times, axes));
}

/**
 * Takes the slices along `axis` (default: the first) as a list; they do not have that axis any more.
 * The opposite of `stack`.
 *
 * @example
 * const [first, second] = unstack(tensor([[1, 2], [3, 4]]), 1);
 * first!.arraySync(); // => [1, 3]
 * second!.arraySync(); // => [2, 4]
 */
export function unstack(x: Tensor, axis = 0): readonly Tensor[] {
  return ops.unstack(nodeOf("unstack", x), axis).map((slice) => tensorOf(slice));
}

/**
 * Puts matrices on the diagonal of one, with zeros beside them, like SciPy's `block_diag`. Throws
 * `ShapeError` unless each has 2 axes.
 *
 * @example
 * blockDiag([tensor([[1, 2]]), tensor([[3]])]).arraySync(); // => [[1, 2, 0], [0, 0, 3]]
 */
export function blockDiag(matrices: readonly Tensor[]): Tensor {
  if (!Array.isArray(matrices) || matrices.length === 0) {
    const given = Array.isArray(matrices) ? "no matrices" : describe(matrices);
    throw new NablaError(`blockDiag: got ${given}, expected a list of matrices`);
  }
  return tensorOf(ops.blockDiag(Array.from(matrices, (one) => nodeOf("blockDiag", one as Tensor))));
}
