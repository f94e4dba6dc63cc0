// Derivatives as linear maps, backwards (vjp) and forwards (jvp).
import { gradients } from "../autodiff/gradients.ts";
import { GradientError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import { full } from "../ops/creation.ts";
import { add, alias, mul } from "../ops/elementwise.ts";
import { sum } from "../ops/reduce.ts";
import { computedDType, hasFractions } from "../scalar/dtype.ts";
import { checkFunction } from "./checks.ts";
import { withGradient } from "./differentiate.ts";
import { nodeOf, type Tensor } from "./tensor.ts";
import { independent, pairsOf, refilled, type TreeLike, tensorsOf } from "./tree.ts";

/**
 * Computes the value of `f` and its pullback: `[value, pullback]`. The pullback takes the gradient
 * of each output, as a tree of the value's form, and returns one gradient per argument: the product
 * of that (a row vector) and the Jacobian. Arguments and value are tensors, or arrays and plain
 * objects of tensors.
 *
 * @example
 * const [value, pullback] = vjp((x: Tensor, y: Tensor) => x.mul(y), tensor([2, 3]), tensor([5, 7]));
 * value.arraySync(); // => [10, 21]
 * const [dx, dy] = pullback(tensor([1, 10]));
 * dx.arraySync(); // => [5, 70]
 * dy.arraySync(); // => [2, 30]
 */
export function vjp<Args extends unknown[], Value extends TreeLike<Value>>(
  f: (...args: Args) => Value,
  ...args: Args
): [value: Value, pullback: (seed: Value) => Args] {
  checkFunction("vjp", f);
  const { own, inputs } = independent("vjp", args);
  const value = f(...(own as Args));
  const pullback = (seed: Value): Args => {
    const pairs = pairsOf("vjp", "the seed", value, seed);
    const shares = pulledBack("vjp", pairs.map(nodesOf), inputs);
    return refilled("vjp", own, shares) as unknown as Args;
  };
  return [value, pullback];
}

function nodesOf([x, y]: readonly [Tensor, Tensor]): readonly [Node, Node] {
  return [nodeOf("vjp", x), nodeOf("vjp", y)];
}

/** The sum of the gradients of all outputs, each with its seed. */
export function pulledBack(
  operation: string,
  seeded: readonly (readonly [output: Node, seed: Node])[],
  inputs: readonly Node[],
): readonly Node[] {
  const parts = seeded
    .filter(([output]) => hasFractions(output.dtype))
    .map(([output, seed]) => gradients(operation, output, inputs, seed));
  return inputs.map((input, i) => {
    const shares = parts.map((part) => part[i]!);
    return shares.length > 0
      ? shares.reduce(add)
      : full(input.shape, 0, computedDType(input.dtype));
  });
}

/**
 * Computes the value of `f` and its change along `tangents`: `[value, tangent]`. Tangents have the
 * form of the arguments, and the result the form of the value: the product of the Jacobian and the
 * tangents (a column vector). It is the pullback of the pullback: J. Townsend, "A new trick for
 * calculating Jacobian vector products", 2017; nodes that it does not need are left out when it
 * runs.
 *
 * @example
 * const [value, tangent] = jvp((x: Tensor) => x.square(), [tensor([2, 3])], [tensor([1, 10])]);
 * value.arraySync(); // => [4, 9]
 * tangent.arraySync(); // => [4, 60]
 */
export function jvp<Args extends unknown[], Value extends TreeLike<Value>>(
  f: (...args: Args) => Value,
  args: Args,
  tangents: Args,
): [value: Value, tangent: Value] {
  checkFunction("jvp", f);
  if (!Array.isArray(args)) {
    throw new GradientError("jvp: expects the arguments and the tangents as lists");
  }
  const { own, inputs } = independent("jvp", args);
  const pairs = pairsOf("jvp", "the list of tangents", own, tangents);
  const value = f(...(own as unknown as Args));
  const outputs = tensorsOf("jvp", value).map((x) => nodeOf("jvp", x));
  const along = pairs.map(([, tangent]) => nodeOf("jvp", tangent));
  const pushed = pushedForward("jvp", outputs, inputs, along);
  return [value, refilled("jvp", value, pushed) as Value];
}

/** The change of each output if the inputs change by `tangents`. */
export function pushedForward(
  operation: string,
  outputs: readonly Node[],
  inputs: readonly Node[],
  tangents: readonly Node[],
): readonly Node[] {
  // The pullback is linear in its seeds, so any will do.
  const seeds = outputs.map((node) => alias(full(node.shape, 0, floatingOf(node))));
  const shares = pulledBack(
    operation,
    outputs.map((output, i) => [output, seeds[i]!] as const),
    inputs,
  );
  const products = shares.map((share, i) => sum(mul(share, tangents[i]!)));
  if (products.length === 0) return seeds;
  return gradients(operation, products.reduce(add), seeds);
}

function floatingOf({ dtype }: Node): Node["dtype"] {
  return hasFractions(dtype) ? computedDType(dtype) : "float32";
}

/**
 * Computes the Hessian of `f` at `x` times `v`, without the Hessian: the gradient of the gradient's
 * product with `v`. `f` returns one number; `x` is a tensor, or an array or plain object of
 * tensors, and `v` has its form.
 *
 * @example
 * const f = (x: Tensor) => x.square().mul(x).sum();
 * hessianVectorProduct(f, tensor([1, 2]), tensor([1, 10])).arraySync(); // => [6, 120]
 */
export function hessianVectorProduct<X extends TreeLike<X>>(f: (x: X) => Tensor, x: X, v: X): X {
  const operation = "hessianVectorProduct";
  const both = withGradient(operation, f);
  const { own, inputs } = independent(operation, [x]);
  const pairs = pairsOf(operation, "the vector", own[0], v);
  const slopes = tensorsOf(operation, both(own[0] as X)[1]);
  const products = pairs.map(([, part], i) =>
    sum(mul(nodeOf(operation, slopes[i]!), nodeOf(operation, part))),
  );
  const found = gradients(operation, products.reduce(add), inputs);
  return refilled(operation, x, found) as X;
}
