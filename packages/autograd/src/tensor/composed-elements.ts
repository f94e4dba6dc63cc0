// Functions of elements that are compositions of others; functions only. Operands broadcast. Values and
// gradients are defined in ops/composed-elements.ts.
import * as ops from "../ops/composed-elements.ts";
import { type Broadcasting, binary, unary } from "./operators.ts";
import type * as T from "./shapes.ts";
import {
  computedNodeOf,
  type Operand,
  operandOf,
  type ShapeOf,
  type Tensor,
  tensorOf,
} from "./tensor.ts";

/**
 * Computes 2 to the power x; exact for whole numbers. Integers become float32.
 *
 * @example
 * exp2(tensor([3, -1])).arraySync(); // => [8, 0.5]
 */
export function exp2<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("exp2", ops.exp2, x);
}

/**
 * Computes logarithms to base 10, to 2 ulp: that of a power of 10 may not be exact.
 *
 * @example
 * log10(tensor([1, 10])).arraySync(); // => [0, 1]
 */
export function log10<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("log10", ops.log10, x);
}

/**
 * Converts degrees to radians.
 *
 * @example
 * deg2rad(tensor([180])).arraySync(); // => [3.142]
 */
export function deg2rad<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("deg2rad", (y) => ops.scaled(y, Math.PI / 180), x);
}

/**
 * Converts radians to degrees.
 *
 * @example
 * rad2deg(tensor([0, 1])).arraySync(); // => [0, 57.30]
 */
export function rad2deg<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("rad2deg", (y) => ops.scaled(y, 180 / Math.PI), x);
}

/**
 * Tells whether elements are infinite, of either sign; bool.
 *
 * @example
 * isInf(tensor([1, Infinity, -Infinity, Number.NaN])).arraySync(); // => [0, 1, 1, 0]
 */
export function isInf<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("isInf", ops.isInf, x);
}

/**
 * Tells whether one of both holds and not the other; bool. Numbers count as true unless they are 0.
 *
 * @example
 * logicalXor(tensor([0, 1, 2]), tensor([1, 1, 0])).arraySync(); // => [1, 0, 1]
 */
export function logicalXor<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"logicalXor", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("logicalXor", ops.logicalXor, a, b);
}

/**
 * Gives the absolute values of `a` the signs of `b`; the sign of -0 counts, that of NaN does not.
 * Its gradient by `a` is 0 at 0; there is none by `b`.
 *
 * @example
 * copySign(tensor([1, -2]), tensor([-5, 3])).arraySync(); // => [-1, 2]
 */
export function copySign<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"copySign", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("copySign", ops.copySign, a, b);
}

/**
 * Computes Heaviside's step: 0 below 0, 1 above, and `atZero` at 0; NaN of NaN. Only `atZero` has a
 * gradient.
 *
 * @example
 * heaviside(tensor([-2, 0, 3]), 0.5).arraySync(); // => [0, 0.5, 1]
 */
export function heaviside<X extends Operand, Y extends Operand>(
  x: X,
  atZero: Broadcasting<"heaviside", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("heaviside", ops.heaviside, x, atZero);
}

/**
 * Computes x log(y), and 0 where x is 0 even if log(y) is not finite, like SciPy's `xlogy`; NaN of NaN.
 *
 * @example
 * xlogy(tensor([0, 2]), tensor([0, 1])).arraySync(); // => [0, 0]
 */
export function xlogy<X extends Operand, Y extends Operand>(
  x: X,
  y: Broadcasting<"xlogy", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("xlogy", ops.xlogy, x, y);
}

/**
 * Takes the larger of two elements; of a number and NaN the number, where `maximum` gives NaN. Equal
 * ones share the gradient.
 *
 * @example
 * fmax(tensor([1, Number.NaN]), tensor([0, 2])).arraySync(); // => [1, 2]
 */
export function fmax<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"fmax", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("fmax", ops.fmax, a, b);
}

/**
 * Takes the smaller of two elements; of a number and NaN the number, where `minimum` gives NaN. Equal
 * ones share the gradient.
 *
 * @example
 * fmin(tensor([1, Number.NaN]), tensor([0, 2])).arraySync(); // => [0, 2]
 */
export function fmin<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"fmin", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("fmin", ops.fmin, a, b);
}

/**
 * Goes from `a`, where `weight` is 0, towards `b`, where it is 1, in a straight line, like PyTorch's
 * `lerp`: exact at both ends. All three broadcast.
 *
 * @example
 * lerp(tensor([0, 10]), tensor([10, 20]), 0.25).arraySync(); // => [2.5, 12.5]
 */
export function lerp(a: Operand, b: Operand, weight: Operand): Tensor {
  const [from, to, part] = [a, b, weight].map((x) => operandOf("lerp", x));
  return tensorOf(ops.lerp(from!, to!, part!));
}

/**
 * Tells which elements of `x` are among those of `values`, like NumPy's `isin`; bool. NaN never is. It
 * compares each with each.
 *
 * @example
 * isIn(tensor([1, 5, 2]), tensor([2, 1])).arraySync(); // => [1, 0, 1]
 */
export function isIn<X extends Tensor>(x: X, values: Tensor): Tensor<ShapeOf<X>> {
  return tensorOf(ops.isIn(computedNodeOf("isIn", x), computedNodeOf("isIn", values)));
}
