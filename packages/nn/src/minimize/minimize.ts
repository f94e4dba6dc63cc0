// Minima of functions that give the same each time: quasi-Newton methods, with a line search.
import {
  NablaError,
  type Parameter,
  substitute,
  type Tensor,
  type TreeLike,
} from "@nabla/autograd";
import { describe } from "@nabla/autograd/checks";
import { checkParameters } from "../checks.ts";
import { formOf } from "../flat-trees.ts";
import { descended } from "./descent.ts";
import type { MinimizeOptions, MinimizeReport } from "./options.ts";

/** Where a minimisation has ended, and how. */
export interface Minimum<X> extends MinimizeReport {
  readonly x: X;
}

/**
 * Finds a minimum of `f` near `x0`: a tensor, or an array or plain object of tensors, of one dtype; small
 * tolerances need float64. `f` returns a tensor of one number, always the same for the same `x`; it is
 * compiled once, with its gradient. Each iteration searches along a line for a point that satisfies the
 * strong Wolfe conditions. Methods and line search: J. Nocedal and S. J. Wright, "Numerical
 * Optimization", 2006, algorithms 7.4 (L-BFGS), 6.1 (BFGS), 7.1 (Newton with conjugate gradients), 3.5
 * and 3.6. `why` gives the reason for stopping. Throws `NablaError` if the value or the gradient at `x0`
 * is not finite, and for options out of range.
 *
 * @example
 * const banana = (x: Tensor) => {
 *   const [a, b] = [x.at(0), x.at(1)];
 *   return b.sub(a.square()).square().mul(100).add(a.neg().add(1).square());
 * };
 * const x0 = tensor([-1.2, 1], { dtype: "float64" });
 * const { x, converged, evaluations } = await minimize(banana, x0, { tolerance: 1e-9 });
 * [x.arraySync(), converged, evaluations < 50]; // => [[1, 1], true, true]
 */
export async function minimize<X extends TreeLike<X>>(
  f: (x: X) => Tensor,
  x0: X,
  options: MinimizeOptions = {},
): Promise<Minimum<X>> {
  if (typeof f !== "function") {
    throw new NablaError(`minimize: f is ${describe(f)}, expected a function of x`);
  }
  const form = formOf("minimize", "x0", x0);
  const own = (x: Tensor) => f(form.tree(x) as X);
  const { at, ...report } = await descended("minimize", own, form.flat(x0, "x0"), options);
  return { x: form.tree(at) as X, ...report };
}

/**
 * Finds a minimum of `cost()` near the current parameters, and assigns it, like `minimize`: for small
 * models, or a cost over all data, such as a physics-informed network. Frozen parameters are unchanged.
 * The cost must be deterministic: no dropout, and always the same examples. If this throws, the
 * parameters are as before. Throws the errors of `minimize`.
 *
 * @example
 * const line = dense(1, 1, { dtype: "float64" });
 * const [x, y] = [tensor([[0], [1], [2]]), tensor([[1], [3], [5]])];
 * const cost = () => meanSquaredError(line.forward(x.cast("float64")), y.cast("float64"));
 * const { why } = await minimizeCost(cost, line.parameters());
 * [why, line.weight.arraySync(), line.bias?.arraySync()]; // => ["gradient", [[2.000]], [1.000]]
 */
export async function minimizeCost(
  cost: () => Tensor,
  parameters: readonly Parameter[],
  options: MinimizeOptions = {},
): Promise<MinimizeReport> {
  if (typeof cost !== "function") {
    throw new NablaError(`minimizeCost: cost is ${describe(cost)}, expected a function`);
  }
  checkParameters("minimizeCost", parameters);
  const free = parameters.filter(({ isFrozen }) => !isFrozen);
  if (free.length === 0 && parameters.length > 0) {
    throw new NablaError(
      "minimizeCost: all parameters are frozen, nothing can be changed; unfreeze(model) some",
    );
  }
  const form = formOf("minimizeCost", "the parameters", free);
  const partsOf = (flat: Tensor) => form.tree(flat) as readonly Tensor[];
  const own = (flat: Tensor) => substitute(free, partsOf(flat), cost);
  const start = form.flat(free, "the parameters");
  const { at, ...report } = await descended("minimizeCost", own, start, options);
  partsOf(at).forEach((value, i) => free[i]!.assign(value));
  return report;
}
