// The exponential of matrices. Its derivative in a direction is a block of the exponential of a matrix
// twice as large: R. Mathias, "A chain rule for matrix functions and applications", 1996.
import type { Node } from "../graph/node.ts";
import { exponential } from "../matrix/exponential.ts";
import { abs, div, mul, stopGradient } from "./arithmetic.ts";
import { equal, where } from "./comparison.ts";
import { full } from "./creation.ts";
import { concat, slice, transpose } from "./movement.ts";
import { max } from "./reduce.ts";
import { type RoutineBuilder, routine, squareMatrices } from "./routine.ts";

let build: RoutineBuilder | undefined;

/** e^a for square matrices `a`. */
export function expm(a: Node): Node {
  return exponentialOf(squareMatrices("expm", a));
}

function exponentialOf(x: Node): Node {
  build ??= routine("expm", exponential, [(g, [a]) => derivative(transpose(a!), g)]);
  const size = x.shape.at(-1)!;
  return build([x], size, size);
}

/** The derivative of e^a in the direction `g`. It is linear in `g`, whose size is put aside. */
function derivative(a: Node, g: Node): Node {
  const size = a.shape.at(-1)!;
  if (size === 0) return g;
  const largest = stopGradient(max(abs(g), [-2, -1], true));
  const scale = where(equal(largest, 0), 1, largest);
  const below = full(a.shape, 0, a.dtype);
  const blocks = concat([concat([a, div(g, scale)], -1), concat([below, a], -1)], -2);
  const corner = slice(slice(exponentialOf(blocks), -2, 0, size), -1, size, 2 * size);
  return mul(corner, scale);
}
