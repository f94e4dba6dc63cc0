// Circular and hyperbolic functions and their inverses, element by element, as functions and as
// methods. The output has the input's shape. Values and gradients are defined in
// ops/trigonometry.ts.
import type { Shape } from "../graph/shape.ts";
import * as ops from "../ops/elementwise.ts";
import { type Broadcasting, binary, unary } from "./operators.ts";
import type * as T from "./shapes.ts";
import { addMethods, type Operand, type ShapeOf, type Tensor } from "./tensor.ts";

declare module "./tensor.ts" {
  interface Tensor<out S extends Shape = Shape> {
    /** Computes sines of angles in radians. */
    sin(): Tensor<S>;
    /** Computes cosines of angles in radians. */
    cos(): Tensor<S>;
    /** Computes tangents of angles in radians, within 3 ulp. */
    tan(): Tensor<S>;
    /** Computes the angles in [-pi/2, pi/2] whose sine is x; NaN beyond 1. */
    asin(): Tensor<S>;
    /** Computes the angles in [0, pi] whose cosine is x; NaN beyond 1. */
    acos(): Tensor<S>;
    /** Computes the angles in [-pi/2, pi/2] whose tangent is x. */
    atan(): Tensor<S>;
    /**
     * Computes the angles in [-pi, pi] of the points (b, a), by the signs of both; operands
     * broadcast.
     */
    atan2<X extends Tensor, Y extends Operand>(
      this: X,
      other: Broadcasting<"atan2", X, Y>,
    ): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>>;
    /** Computes hyperbolic sines, (e^x - e^-x) / 2. */
    sinh(): Tensor<S>;
    /** Computes hyperbolic cosines, (e^x + e^-x) / 2. */
    cosh(): Tensor<S>;
    /** Computes the hyperbolic tangent, between -1 and 1. */
    tanh(): Tensor<S>;
    /** Computes the numbers whose hyperbolic sine is x. */
    asinh(): Tensor<S>;
    /** Computes the numbers >= 0 whose hyperbolic cosine is x; NaN below 1. */
    acosh(): Tensor<S>;
    /** Computes the numbers whose hyperbolic tangent is x; infinite at 1, NaN beyond. */
    atanh(): Tensor<S>;
  }
}

/**
 * Computes sines of angles in radians.
 *
 * @example
 * tensor([0]).sin().arraySync(); // => [0]
 */
export function sin<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("sin", ops.sin, x);
}

/**
 * Computes cosines of angles in radians.
 *
 * @example
 * tensor([0]).cos().arraySync(); // => [1]
 */
export function cos<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("cos", ops.cos, x);
}

/**
 * Computes tangents of angles in radians, within 3 ulp.
 *
 * @example
 * tensor([0, Math.PI / 4]).tan().arraySync(); // => [0, 1]
 */
export function tan<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("tan", ops.tan, x);
}

/**
 * Computes the angles in [-pi/2, pi/2] whose sine is x; NaN beyond 1.
 *
 * @example
 * tensor([0, 1]).asin().arraySync(); // => [0, 1.5708]
 */
export function asin<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("asin", ops.asin, x);
}

/**
 * Computes the angles in [0, pi] whose cosine is x; NaN beyond 1.
 *
 * @example
 * tensor([1, -1]).acos().arraySync(); // => [0, 3.1416]
 */
export function acos<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("acos", ops.acos, x);
}

/**
 * Computes the angles in [-pi/2, pi/2] whose tangent is x.
 *
 * @example
 * tensor([0, 1]).atan().arraySync(); // => [0, 0.7854]
 */
export function atan<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("atan", ops.atan, x);
}

/**
 * Computes the angles in [-pi, pi] of the points (b, a), by the signs of both; operands broadcast.
 *
 * @example
 * atan2(tensor([1, -1]), -1).arraySync(); // => [2.3562, -2.3562]
 */
export function atan2<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"atan2", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("atan2", ops.atan2, a, b);
}

/**
 * Computes hyperbolic sines, (e^x - e^-x) / 2.
 *
 * @example
 * tensor([0, 1]).sinh().arraySync(); // => [0, 1.1752]
 */
export function sinh<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("sinh", ops.sinh, x);
}

/**
 * Computes hyperbolic cosines, (e^x + e^-x) / 2.
 *
 * @example
 * tensor([0, 1]).cosh().arraySync(); // => [1, 1.5431]
 */
export function cosh<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("cosh", ops.cosh, x);
}

/**
 * Computes the hyperbolic tangent, between -1 and 1.
 *
 * @example
 * tensor([0]).tanh().arraySync(); // => [0]
 */
export function tanh<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("tanh", ops.tanh, x);
}

/**
 * Computes the numbers whose hyperbolic sine is x.
 *
 * @example
 * tensor([0, 1]).asinh().arraySync(); // => [0, 0.8814]
 */
export function asinh<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("asinh", ops.asinh, x);
}

/**
 * Computes the numbers >= 0 whose hyperbolic cosine is x; NaN below 1.
 *
 * @example
 * tensor([1, 2]).acosh().arraySync(); // => [0, 1.317]
 */
export function acosh<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("acosh", ops.acosh, x);
}

/**
 * Computes the numbers whose hyperbolic tangent is x; infinite at 1, NaN beyond.
 *
 * @example
 * tensor([0, 0.5]).atanh().arraySync(); // => [0, 0.5493]
 */
export function atanh<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("atanh", ops.atanh, x);
}

addMethods({ sin, cos, tan, asin, acos, atan, atan2, sinh, cosh, tanh, asinh, acosh, atanh });
