// Functions of probability and statistics, element by element, as functions and as methods. The
// output has the input's shape. Values and gradients are defined in ops/special.ts.
import type { Shape } from "../graph/shape.ts";
import * as ops from "../ops/elementwise.ts";
import { unary } from "./operators.ts";
import { addMethods, type Operand, type ShapeOf, type Tensor } from "./tensor.ts";

declare module "./tensor.ts" {
  interface Tensor<out S extends Shape = Shape> {
    /** Computes the error function: 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x. */
    erf(): Tensor<S>;
    /** Computes 1 - erf(x), with all digits for large x. */
    erfc(): Tensor<S>;
    /** Computes log |Gamma(x)|: for an integer n > 0, log (n - 1)!; infinite at 0, -1, -2, …. */
    lgamma(): Tensor<S>;
    /** Computes the derivative of `lgamma`; -Infinity at 0, Infinity at -0, NaN at -1, -2, …. */
    digamma(): Tensor<S>;
  }
}

/**
 * Computes the error function: 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x.
 *
 * @example
 * tensor([0, 1]).erf().arraySync(); // => [0, 0.8427]
 */
export function erf<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("erf", ops.erf, x);
}

/**
 * Computes 1 - erf(x), with all digits for large x.
 *
 * @example
 * tensor([0, 2]).erfc().arraySync(); // => [1, 0.004678]
 */
export function erfc<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("erfc", ops.erfc, x);
}

/**
 * Computes log |Gamma(x)|: for an integer n > 0, log (n - 1)!; infinite at 0, -1, -2, ….
 *
 * @example
 * tensor([1, 5]).lgamma().exp().arraySync(); // => [1, 24]
 */
export function lgamma<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("lgamma", ops.lgamma, x);
}

/**
 * Computes the derivative of `lgamma`; -Infinity at 0, Infinity at -0, NaN at -1, -2, ….
 *
 * @example
 * tensor([1, 2]).digamma().arraySync(); // => [-0.5772, 0.4228]
 */
export function digamma<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("digamma", ops.digamma, x);
}

addMethods({ erf, erfc, lgamma, digamma });
