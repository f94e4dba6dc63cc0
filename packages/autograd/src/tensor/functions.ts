// Exponentials, trigonometry and activations, element by element, as functions and as methods. The
// output has the input's shape. What each computes, and its gradient, is defined in
// ops/elementwise.ts.
import type { Shape } from "../graph/shape.ts";
import * as ops from "../ops/elementwise.ts";
import { unary } from "./faces.ts";
import { addMethods, type Operand, type ShapeOf, type Tensor } from "./tensor.ts";

declare module "./tensor.ts" {
  interface Tensor<out S extends Shape = Shape> {
    /** e to the power x. */
    exp(): Tensor<S>;
    /** e^x - 1, exact to the last digits near 0. */
    expm1(): Tensor<S>;
    /** Natural logarithms; -infinity at 0, NaN below. */
    log(): Tensor<S>;
    /** log(1 + x), exact to the last digits near 0. */
    log1p(): Tensor<S>;
    /** Sines of angles in radians. */
    sin(): Tensor<S>;
    /** Cosines of angles in radians. */
    cos(): Tensor<S>;
    /** The logistic function 1 / (1 + e^-x), between 0 and 1; 0.5 at 0. */
    sigmoid(): Tensor<S>;
    /** The hyperbolic tangent, between -1 and 1. */
    tanh(): Tensor<S>;
    /** The error function. */
    erf(): Tensor<S>;
    /** x above 0, else 0; the derivative at 0 is 0. */
    relu(): Tensor<S>;
    /** log(1 + e^x), a smooth relu. */
    softplus(): Tensor<S>;
  }
}

/**
 * e to the power x.
 *
 * @example
 * tensor([0]).exp().arraySync(); // => [1]
 */
export function exp<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("exp", ops.exp, x);
}

/**
 * e^x - 1, exact to the last digits near 0.
 *
 * @example
 * tensor([0]).expm1().arraySync(); // => [0]
 */
export function expm1<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("expm1", ops.expm1, x);
}

/**
 * Natural logarithms; -infinity at 0, NaN below.
 *
 * @example
 * tensor([1]).log().arraySync(); // => [0]
 */
export function log<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("log", ops.log, x);
}

/**
 * log(1 + x), exact to the last digits near 0.
 *
 * @example
 * tensor([0]).log1p().arraySync(); // => [0]
 */
export function log1p<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("log1p", ops.log1p, x);
}

/**
 * Sines of angles in radians.
 *
 * @example
 * tensor([0]).sin().arraySync(); // => [0]
 */
export function sin<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("sin", ops.sin, x);
}

/**
 * Cosines of angles in radians.
 *
 * @example
 * tensor([0]).cos().arraySync(); // => [1]
 */
export function cos<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("cos", ops.cos, x);
}

/**
 * The logistic function 1 / (1 + e^-x), between 0 and 1; 0.5 at 0.
 *
 * @example
 * tensor([0]).sigmoid().arraySync(); // => [0.5]
 */
export function sigmoid<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("sigmoid", ops.sigmoid, x);
}

/**
 * The hyperbolic tangent, between -1 and 1.
 *
 * @example
 * tensor([0]).tanh().arraySync(); // => [0]
 */
export function tanh<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("tanh", ops.tanh, x);
}

/**
 * The error function: 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x.
 *
 * @example
 * tensor([0, 1]).erf().arraySync(); // => [0, 0.8427]
 */
export function erf<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("erf", ops.erf, x);
}

/**
 * x above 0, else 0; the derivative at 0 is 0.
 *
 * @example
 * tensor([-1, 2]).relu().arraySync(); // => [0, 2]
 */
export function relu<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("relu", ops.relu, x);
}

/**
 * log(1 + e^x), a smooth relu.
 *
 * @example
 * tensor([0, 1000]).softplus().arraySync(); // => [0.6931, 1000]
 */
export function softplus<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("softplus", ops.softplus, x);
}

addMethods({
  exp,
  expm1,
  log,
  log1p,
  sin,
  cos,
  sigmoid,
  tanh,
  erf,
  relu,
  softplus,
});
