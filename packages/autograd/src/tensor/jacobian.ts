// Jacobians and Hessians.
import { batched } from "../autodiff/batched.ts";
import type { Node } from "../graph/node.ts";
import { elementCount, type Shape } from "../graph/shape.ts";
import { eye, full, placeholder } from "../ops/creation.ts";
import { permute, reshape } from "../ops/movement.ts";
import { checkFunction } from "./checks.ts";
import { withGradient } from "./differentiate.ts";
import { pulledBack, pushedForward } from "./linearize.ts";
import { nodeOf, type Tensor } from "./tensor.ts";
import { independent, mapTree, refilled, type TreeLike } from "./tree.ts";

/** The derivative of each output by each element of X: shape [...output, ...X]. */
export type JacobianOf<Value, X> =
  Value extends Tensor<infer Out extends Shape>
    ? X extends Tensor<infer In extends Shape>
      ? number extends Out["length"]
        ? Tensor
        : number extends In["length"]
          ? Tensor
          : Tensor<readonly [...Out, ...In]>
      : { [Name in keyof X]: JacobianOf<Value, X[Name]> }
    : { [Name in keyof Value]: JacobianOf<Value[Name], X> };

/**
 * Returns the function that computes all derivatives of `f` with respect to its first argument: of
 * shape [...output, ...input]. Argument and value are tensors, or arrays and plain objects of
 * tensors; then there is a derivative for each output and, in it, for each input. Computed
 * backwards, or forwards if there are fewer inputs than outputs; all rows (or columns) at once.
 *
 * @example
 * const f = (x: Tensor<[2]>) => stack([x.sum(), x.prod(), x.at(0).square()]);
 * jacobian(f)(tensor([3, 5])).arraySync(); // => [[1, 1], [5, 3], [6, 0]]
 */
export function jacobian<X, Rest extends unknown[], Value extends TreeLike<Value>>(
  f: (x: X, ...rest: Rest) => Value,
): (x: X, ...rest: Rest) => JacobianOf<Value, X> {
  return jacobianOf("jacobian", f);
}

/** Implements `jacobian` for the public function `operation`. */
function jacobianOf<X, Rest extends unknown[], Value extends TreeLike<Value>>(
  operation: string,
  f: (x: X, ...rest: Rest) => Value,
): (x: X, ...rest: Rest) => JacobianOf<Value, X> {
  checkFunction(operation, f);
  return (x, ...rest) => {
    const { own, inputs } = independent(operation, [x]);
    const value = f(own[0] as X, ...rest);
    const size = inputs.reduce((total, node) => total + elementCount(node.shape), 0);
    return mapTree(operation, value, (y: Tensor) => {
      const output = nodeOf(operation, y);
      const isTall = elementCount(output.shape) > size;
      const parts = (isTall ? columns : rows)(operation, output, inputs);
      // A tree in place of each tensor: the argument's form nested in that of the value.
      return refilled(operation, own[0], parts) as Tensor;
    }) as unknown as JacobianOf<Value, X>;
  };
}

/** Backwards: pulls back each unit vector of the output. */
function rows(operation: string, output: Node, inputs: readonly Node[]): readonly Node[] {
  const count = elementCount(output.shape);
  const seed = placeholder(output.shape, output.dtype, "seed");
  const shares = pulledBack(operation, [[output, seed]], inputs);
  const units = new Map([[seed, unitsOf(output, count)]]);
  return batched(shares, units, count).map((all, i) =>
    reshape(all, [...output.shape, ...inputs[i]!.shape]),
  );
}

/** Forwards: pushes each unit vector of an input forward. */
function columns(operation: string, output: Node, inputs: readonly Node[]): readonly Node[] {
  return inputs.map((input) => {
    const count = elementCount(input.shape);
    const tangent = placeholder(input.shape, input.dtype, "tangent");
    const tangents = inputs.map((one) => (one === input ? tangent : full(one.shape, 0, one.dtype)));
    const pushed = pushedForward(operation, [output], inputs, tangents);
    const [all] = batched(pushed, new Map([[tangent, unitsOf(input, count)]]), count) as [Node];
    const behind = output.shape.map((_, i) => i + 1);
    return reshape(permute(all, [...behind, 0]), [...output.shape, ...input.shape]);
  });
}

function unitsOf(node: Node, count: number): Node {
  return reshape(eye(count, count, node.dtype), [count, ...node.shape]);
}

/**
 * Returns the function that computes all second derivatives of `f`, which returns one number, with
 * respect to its first argument: of shape [...input, ...input]; for trees of tensors a tree of
 * trees. The result is symmetric.
 *
 * @example
 * const f = (x: Tensor<[2]>) => x.at(0).square().mul(x.at(1));
 * hessian(f)(tensor([3, 5])).arraySync(); // => [[10, 6], [6, 0]]
 */
export function hessian<X, Rest extends unknown[]>(
  f: (x: X, ...rest: Rest) => Tensor,
): (x: X, ...rest: Rest) => JacobianOf<X, X> {
  const both = withGradient("hessian", f);
  return jacobianOf("hessian", (x: X, ...rest: Rest) => both(x, ...rest)[1] as never) as never;
}
