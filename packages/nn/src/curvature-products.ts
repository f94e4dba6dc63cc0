// Products of vectors with curvature matrices that approximate a cost's Hessian, without building
// these.
import {
  formatShape,
  hessianVectorProduct,
  jvp,
  NablaError,
  ShapeError,
  type Tensor,
  type TreeLike,
  vjp,
} from "@nabla/autograd";
import { describe } from "@nabla/autograd/checks";

/**
 * The product of `v` with the Gauss-Newton matrix J^T H J of the cost `cost(f(x))` at `x`: J is the
 * derivative of the outputs `f(x)` with respect to `x`, and H the Hessian of the cost with respect to the
 * outputs. It is the Hessian without the curvature of `f`, positive semidefinite if the cost is convex,
 * and for costs such as `crossEntropy` of logits and `meanSquaredError` it is the Fisher matrix of the
 * model's own predictions. `x` and `v` are tensors, or arrays or plain objects of tensors; for a model's
 * parameters, `f` is `(values) => substitute(parameters, values, () => model.forward(inputs))`. N. N.
 * Schraudolph, "Fast Curvature Matrix-Vector Products for Second-Order Gradient Descent", 2002. Throws
 * `NablaError` for an argument that is not a function.
 *
 * @example
 * const f = (x: Tensor<[2]>) => x.square();
 * const cost = (y: Tensor) => y.square().sum();
 * gaussNewtonProduct(f, cost, tensor([1, 2]), tensor([1, 1])).arraySync(); // => [8, 32]
 */
export function gaussNewtonProduct<X extends TreeLike<X>, Y extends TreeLike<Y>>(
  f: (x: X) => Y,
  cost: (outputs: Y) => Tensor,
  x: X,
  v: NoInfer<X>,
): X {
  checkFunctions("gaussNewtonProduct", { f, cost });
  const [outputs, along] = jvp(f, [x], [v]);
  const bent = hessianVectorProduct(cost, outputs, along);
  const [, pullback] = vjp(f, x);
  return pullback(bent)[0];
}

/**
 * The product of `v` with the empirical Fisher matrix at `x`: the mean of g (g^T v) over the gradients g
 * of each example's cost, such as its negative log-likelihood; `costs(x)` returns these costs,
 * [examples]. With labels drawn from the model's predictions it estimates the Fisher matrix itself. `x`
 * and `v` as for `gaussNewtonProduct`. J. Martens, "New Insights and Perspectives on the Natural Gradient
 * Method", 2020, section 11. Throws `NablaError` for an argument that is not a function, and `ShapeError`
 * unless costs are [examples].
 *
 * @example
 * // Gradients of the two examples: [2, 0] and [0, 3].
 * const costs = (x: Tensor<[2]>) => x.mul(tensor([2, 3]));
 * fisherProduct(costs, tensor([1, 1]), tensor([1, 1])).arraySync(); // => [2, 4.5]
 */
export function fisherProduct<X extends TreeLike<X>>(
  costs: (x: X) => Tensor,
  x: X,
  v: NoInfer<X>,
): X {
  checkFunctions("fisherProduct", { costs });
  const [each, along] = jvp(costs, [x], [v]);
  if (each.rank !== 1 || each.size === 0) {
    const is = formatShape(each.shape);
    throw new ShapeError(`fisherProduct: the costs are ${is}, expected [examples], at least one`);
  }
  const [, pullback] = vjp(costs, x);
  return pullback(along.div(each.size))[0];
}

function checkFunctions(operation: string, functions: Readonly<Record<string, unknown>>): void {
  for (const [name, f] of Object.entries(functions)) {
    if (typeof f === "function") continue;
    throw new NablaError(`${operation}: ${name} is ${describe(f)}, expected a function`);
  }
}
