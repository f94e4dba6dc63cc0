// Comparisons, logic and selection, element by element, as functions and as methods. Operands
// broadcast to the output's shape, or throw `ShapeError`. Values and gradients are defined in
// ops/comparison.ts.
import type { Shape } from "../graph/shape.ts";
import * as ops from "../ops/elementwise.ts";
import { type Broadcasting, binary, unary } from "./operators.ts";
import type * as T from "./shapes.ts";
import {
  addMethods,
  type Operand,
  type ShapeOf,
  storedOperandOf,
  type Tensor,
  tensorOf,
} from "./tensor.ts";

declare module "./tensor.ts" {
  interface Tensor<out S extends Shape = Shape> {
    /** Tells whether elements are equal; bool. NaN equals nothing. */
    equal<X extends Tensor, Y extends Operand>(
      this: X,
      other: Broadcasting<"equal", X, Y>,
    ): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>>;
    /** Tells whether elements differ; bool. NaN differs from everything. */
    notEqual<X extends Tensor, Y extends Operand>(
      this: X,
      other: Broadcasting<"notEqual", X, Y>,
    ): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>>;
    /** Tells whether elements are less than the other's; bool. */
    less<X extends Tensor, Y extends Operand>(
      this: X,
      other: Broadcasting<"less", X, Y>,
    ): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>>;
    /** Tells whether elements are at most the other's; bool. */
    lessEqual<X extends Tensor, Y extends Operand>(
      this: X,
      other: Broadcasting<"lessEqual", X, Y>,
    ): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>>;
    /** Tells whether elements are greater than the other's; bool. */
    greater<X extends Tensor, Y extends Operand>(
      this: X,
      other: Broadcasting<"greater", X, Y>,
    ): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>>;
    /** Tells whether elements are at least the other's; bool. */
    greaterEqual<X extends Tensor, Y extends Operand>(
      this: X,
      other: Broadcasting<"greaterEqual", X, Y>,
    ): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>>;
    /** Tells whether both elements are true; bool. A number is true unless it is 0. */
    logicalAnd<X extends Tensor, Y extends Operand>(
      this: X,
      other: Broadcasting<"logicalAnd", X, Y>,
    ): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>>;
    /** Tells whether at least one element is true; bool. A number is true unless it is 0. */
    logicalOr<X extends Tensor, Y extends Operand>(
      this: X,
      other: Broadcasting<"logicalOr", X, Y>,
    ): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>>;
    /** Tells whether elements are false (numbers: 0); bool. */
    logicalNot(): Tensor<S>;
    /** Tells whether elements are NaN; bool. */
    isNaN(): Tensor<S>;
    /** Tells whether elements are neither infinite nor NaN; bool. */
    isFinite(): Tensor<S>;
  }
}

/**
 * Tells whether elements are equal; bool. NaN equals nothing.
 *
 * @example
 * tensor([1, 2]).equal(2).arraySync(); // => [0, 1]
 */
export function equal<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"equal", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("equal", ops.equal, a, b);
}

/**
 * Tells whether elements differ; bool. NaN differs from everything.
 *
 * @example
 * tensor([1, 2]).notEqual(2).arraySync(); // => [1, 0]
 */
export function notEqual<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"notEqual", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("notEqual", ops.notEqual, a, b);
}

/**
 * Tells whether elements are less than the other's; bool.
 *
 * @example
 * tensor([1, 2, 3]).less(2).arraySync(); // => [1, 0, 0]
 */
export function less<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"less", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("less", ops.less, a, b);
}

/**
 * Tells whether elements are at most the other's; bool.
 *
 * @example
 * tensor([1, 2, 3]).lessEqual(2).arraySync(); // => [1, 1, 0]
 */
export function lessEqual<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"lessEqual", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("lessEqual", ops.lessEqual, a, b);
}

/**
 * Tells whether elements are greater than the other's; bool.
 *
 * @example
 * tensor([1, 2, 3]).greater(2).arraySync(); // => [0, 0, 1]
 */
export function greater<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"greater", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("greater", ops.greater, a, b);
}

/**
 * Tells whether elements are at least the other's; bool.
 *
 * @example
 * tensor([1, 2, 3]).greaterEqual(2).arraySync(); // => [0, 1, 1]
 */
export function greaterEqual<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"greaterEqual", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("greaterEqual", ops.greaterEqual, a, b);
}

/**
 * Tells whether both elements are true; bool. A number is true unless it is 0.
 *
 * @example
 * tensor([0, 2]).logicalAnd(1).arraySync(); // => [0, 1]
 */
export function logicalAnd<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"logicalAnd", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("logicalAnd", ops.logicalAnd, a, b);
}

/**
 * Tells whether at least one element is true; bool. A number is true unless it is 0.
 *
 * @example
 * tensor([0, 2]).logicalOr(0).arraySync(); // => [0, 1]
 */
export function logicalOr<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"logicalOr", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("logicalOr", ops.logicalOr, a, b);
}

/**
 * Tells whether elements are false (numbers: 0); bool.
 *
 * @example
 * tensor([0, 2]).logicalNot().arraySync(); // => [1, 0]
 */
export function logicalNot<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("logicalNot", ops.logicalNot, x);
}

/**
 * Tells whether elements are NaN; bool.
 *
 * @example
 * tensor([1, Number.NaN]).isNaN().arraySync(); // => [0, 1]
 */
export function isNaN<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("isNaN", ops.isNaN, x);
}

/**
 * Tells whether elements are neither infinite nor NaN; bool.
 *
 * @example
 * tensor([1, -1 / 0]).isFinite().arraySync(); // => [1, 0]
 */
export function isFinite<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("isFinite", ops.isFinite, x);
}

/**
 * Takes `a` where the condition is true, else `b`; all three broadcast. No gradient reaches the
 * element that was not taken, even if it is NaN or its derivative infinite:
 * `where(x.greater(0), x.log(), 0)` has derivative 0 at 0. That holds back through elementwise
 * functions, reductions and movements; not through `gather`, matrix products and other functions of
 * several elements.
 *
 * @example
 * where(tensor([true, false]), tensor([1, 2]), 0).arraySync(); // => [1, 0]
 */
export function where<C extends Operand, X extends Operand, Y extends Operand>(
  condition: C,
  a: Broadcasting<"where", C, X>,
  b: T.BroadcastCheck<"where", ShapeOf<C>, ShapeOf<Y>, Broadcasting<"where", X, Y>>,
): Tensor<T.Broadcast<T.Broadcast<ShapeOf<C>, ShapeOf<X>>, ShapeOf<Y>>> {
  const operands = [condition, a, b].map((x) => storedOperandOf("where", x));
  return tensorOf(ops.where(operands[0]!, operands[1]!, operands[2]!));
}

addMethods({
  equal,
  notEqual,
  less,
  lessEqual,
  greater,
  greaterEqual,
  logicalAnd,
  logicalOr,
  logicalNot,
  isNaN,
  isFinite,
});
