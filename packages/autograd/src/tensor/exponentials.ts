// Exponentials and logarithms, element by element, as functions and as methods. The output has the
// input's shape. Values and gradients are defined in ops/exponentials.ts.
import type { Shape } from "../graph/shape.ts";
import * as ops from "../ops/elementwise.ts";
import { type Broadcasting, binary, unary } from "./operators.ts";
import type * as T from "./shapes.ts";
import { addMethods, type Operand, type ShapeOf, type Tensor } from "./tensor.ts";

declare module "./tensor.ts" {
  interface Tensor<out S extends Shape = Shape> {
    /** Computes e^x. */
    exp(): Tensor<S>;
    /** Computes e^x - 1, accurate near 0. */
    expm1(): Tensor<S>;
    /** Computes natural logarithms; -infinity at 0, NaN below. */
    log(): Tensor<S>;
    /** Computes log(1 + x), accurate near 0. */
    log1p(): Tensor<S>;
    /** Computes logarithms to base 2; exact for powers of 2. */
    log2(): Tensor<S>;
    /** Computes log(e^a + e^b) without overflow; operands broadcast. */
    logAddExp<X extends Tensor, Y extends Operand>(
      this: X,
      other: Broadcasting<"logAddExp", X, Y>,
    ): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>>;
  }
}

/**
 * Computes e^x.
 *
 * @example
 * tensor([0]).exp().arraySync(); // => [1]
 */
export function exp<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("exp", ops.exp, x);
}

/**
 * Computes e^x - 1, accurate near 0.
 *
 * @example
 * tensor([0]).expm1().arraySync(); // => [0]
 */
export function expm1<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("expm1", ops.expm1, x);
}

/**
 * Computes natural logarithms; -infinity at 0, NaN below.
 *
 * @example
 * tensor([1]).log().arraySync(); // => [0]
 */
export function log<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("log", ops.log, x);
}

/**
 * Computes log(1 + x), accurate near 0.
 *
 * @example
 * tensor([0]).log1p().arraySync(); // => [0]
 */
export function log1p<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("log1p", ops.log1p, x);
}

/**
 * Computes logarithms to base 2; exact for powers of 2.
 *
 * @example
 * tensor([8, 0.5]).log2().arraySync(); // => [3, -1]
 */
export function log2<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("log2", ops.log2, x);
}

/**
 * Computes log(e^a + e^b) without overflow; operands broadcast.
 *
 * @example
 * logAddExp(tensor([0, 1000]), 0).arraySync(); // => [0.6931, 1000]
 */
export function logAddExp<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"logAddExp", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("logAddExp", ops.logAddExp, a, b);
}

addMethods({ exp, expm1, log, log1p, log2, logAddExp });
