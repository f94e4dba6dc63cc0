// Conditions that are checked where a graph runs.
import { describe } from "../graph/describe.ts";
import { DTypeError, NablaError, ShapeError } from "../graph/errors.ts";
import { formatShape } from "../graph/shape.ts";
import { ensured } from "../ops/indexing.ts";
import { nodeOf, type Tensor, tensorOf } from "./tensor.ts";

/**
 * Returns `x`; any run that computes it throws `NablaError` with this message if `condition`, a bool of
 * shape [], is false, and keeps nothing. Unlike `guard` it is part of the graph: it works in loops and
 * branches (if they are taken), in `vmap` (for each example) and in derivatives, and is only evaluated if
 * the result is used. The message is what a user sees: start it with the name of your function.
 *
 * @example
 * const root = (x: Tensor<[]>) => ensure(x.sqrt(), x.greaterEqual(0), "root: x is below 0");
 * root(tensor(9)).itemSync(); // => 3
 * root(tensor(-1)).itemSync(); // => throws root: x is below 0
 */
export function ensure<X extends Tensor>(x: X, condition: Tensor, message: string): X {
  const [node, holds] = [nodeOf("ensure", x), nodeOf("ensure", condition)];
  if (holds.dtype !== "bool") {
    throw new DTypeError(`ensure: the condition is ${holds.dtype}, expected bool: compare it`);
  }
  if (holds.shape.length > 0) {
    const given = formatShape(holds.shape);
    throw new ShapeError(`ensure: the condition is ${given}, expected []: reduce it by all()`);
  }
  if (typeof message !== "string" || message === "") {
    throw new NablaError(`ensure: the message is ${describe(message)}, expected a text`);
  }
  const result: Tensor = tensorOf(ensured(node, holds, message));
  return result as X;
}
