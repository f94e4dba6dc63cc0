// Roots of functions, and their derivatives by the implicit function theorem.
import {
  closureConvert,
  customGradient,
  ensure,
  jacobian,
  NablaError,
  solve,
  type Tensor,
  type TreeLike,
  vjp,
  whileLoop,
  zerosLike,
} from "@nabla/autograd";
import { checkOptions, count, describe, notNegative } from "@nabla/autograd/checks";
import { formOf } from "./flat-trees.ts";

export interface RootOptions {
  /** It is found where no component of `f` is larger. Default: 1e-5 in float32, 1e-10 in float64. */
  readonly tolerance?: number;
  /** Steps that may be taken. Default: 50. */
  readonly maxSteps?: number;
}

/**
 * Finds a root of `f` near `x0` by Newton's method: an `x` at which `f(x)`, of the same form as `x`, is
 * 0; a tensor, or an array or plain object of tensors of one dtype. The search is part of the graph, and
 * runs with it. Derivatives flow to tensors that `f` captures, by the implicit function theorem, without
 * differentiating the steps: with J the derivative of f with respect to x, those of x are -J^-1 times
 * those of f; they can be differentiated again. None flows to `x0`. J is a matrix of the number of
 * elements squared, so this is for some hundreds. Throws `NablaError` when the graph runs if no root is
 * found, and `ShapeError` if `f` returns another shape.
 *
 * @example
 * // How the root of x^3 = a depends on a: 1 / (3 x^2).
 * const root = (a: Tensor<[]>) => rootFind((x: Tensor<[]>) => x.pow(3).sub(a), tensor(1));
 * root(tensor(8)).itemSync(); // => 2
 * grad(root)(tensor(8)).itemSync().toFixed(4); // => "0.0833"
 */
export function rootFind<X extends TreeLike<X>, Y extends TreeLike<Y>>(
  f: (x: X) => Y,
  x0: X,
  options: RootOptions = {},
): X {
  if (typeof f !== "function") {
    throw new NablaError(`rootFind: f is ${describe(f)}, expected a function of x`);
  }
  checkOptions("rootFind", options, { tolerance: notNegative, maxSteps: count });
  const form = formOf("rootFind", "x0", x0);
  const { tolerance = form.dtype === "float64" ? 1e-10 : 1e-5, maxSteps = 50 } = options;
  const start = form.flat(x0, "x0");
  const field = (x: Tensor): Tensor => form.flat(f(form.tree(x) as X), "what f gives");
  const [of, captured] = closureConvert(field, start);
  const slopesAt = (x: Tensor, given: readonly Tensor[]): Tensor =>
    jacobian((one: Tensor) => of(given, one))(x);
  const found = customGradient(
    (from: Tensor, ...given: Tensor[]) => {
      const { x, rest } = whileLoop(
        ({ rest, steps }) => rest.abs().max().greater(tolerance).logicalAnd(steps.less(maxSteps)),
        ({ x, rest, steps }) => {
          const next = x.sub(solve(slopesAt(x, given), rest));
          return { x: next, rest: of(given, next), steps: steps.add(1) };
        },
        { x: from, rest: of(given, from), steps: from.sum().mul(0) },
      );
      return ensure(
        x,
        rest.abs().max().lessEqual(tolerance),
        `rootFind: no root within ${tolerance} after ${maxSteps} steps of Newton's method; another x0, ` +
          "or a larger tolerance or maxSteps, may help",
      );
    },
    (g, [from, ...given], x) => {
      const costate = solve(slopesAt(x, given).transpose(), g);
      const [, pullback] = vjp((...own: Tensor[]) => of(own, x), ...given);
      return [zerosLike(from), ...pullback(costate.neg())];
    },
  )(start, ...captured);
  return form.tree(found) as X;
}
