// Arithmetic, element by element, as functions and as methods. Operands broadcast to the output's
// shape, or throw `ShapeError`. Values and gradients are defined in ops/arithmetic.ts.
import { DTypeError } from "../graph/errors.ts";
import type { Shape } from "../graph/shape.ts";
import * as ops from "../ops/elementwise.ts";
import { type DType, isFloating } from "../scalar/dtype.ts";
import { checkNumber } from "./checks.ts";
import { type Broadcasting, binary, unary } from "./operators.ts";
import type * as T from "./shapes.ts";
import { addMethods, type Operand, operandOf, type ShapeOf, Tensor, tensorOf } from "./tensor.ts";

declare module "./tensor.ts" {
  interface Tensor<out S extends Shape = Shape> {
    /** Adds element by element; operands broadcast. */
    add<X extends Tensor, Y extends Operand>(
      this: X,
      other: Broadcasting<"add", X, Y>,
    ): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>>;
    /** Subtracts element by element; operands broadcast. */
    sub<X extends Tensor, Y extends Operand>(
      this: X,
      other: Broadcasting<"sub", X, Y>,
    ): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>>;
    /** Multiplies element by element; operands broadcast. */
    mul<X extends Tensor, Y extends Operand>(
      this: X,
      other: Broadcasting<"mul", X, Y>,
    ): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>>;
    /** Divides element by element; integers are divided as float32. */
    div<X extends Tensor, Y extends Operand>(
      this: X,
      other: Broadcasting<"div", X, Y>,
    ): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>>;
    /** Computes the remainder of division, with the sign of the divisor, as in NumPy. */
    mod<X extends Tensor, Y extends Operand>(
      this: X,
      other: Broadcasting<"mod", X, Y>,
    ): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>>;
    /** Computes powers; NaN for a negative base and a fractional exponent. */
    pow<X extends Tensor, Y extends Operand>(
      this: X,
      other: Broadcasting<"pow", X, Y>,
    ): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>>;
    /** Takes the larger of two elements; NaN if either is. Equal operands share the gradient. */
    maximum<X extends Tensor, Y extends Operand>(
      this: X,
      other: Broadcasting<"maximum", X, Y>,
    ): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>>;
    /** Takes the smaller of two elements; NaN if either is. Equal operands share the gradient. */
    minimum<X extends Tensor, Y extends Operand>(
      this: X,
      other: Broadcasting<"minimum", X, Y>,
    ): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>>;
    /** Limits elements to two bounds; the gradient is 0 outside. */
    clip(low: number, high: number): Tensor<S>;
    /** Negates the elements. */
    neg(): Tensor<S>;
    /** Computes absolute values; the derivative at 0 is 0. */
    abs(): Tensor<S>;
    /** Returns the sign, -1, 0 or 1; NaN stays NaN. Its gradient is 0. */
    sign(): Tensor<S>;
    /** Squares the elements. */
    square(): Tensor<S>;
    /** Computes square roots; NaN below 0. */
    sqrt(): Tensor<S>;
    /** Computes 1 / sqrt(x); infinite at 0, NaN below. */
    rsqrt(): Tensor<S>;
    /** Computes sqrt(a^2 + b^2), without overflow; operands broadcast. */
    hypot<X extends Tensor, Y extends Operand>(
      this: X,
      other: Broadcasting<"hypot", X, Y>,
    ): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>>;
    /** Computes 1 / x. */
    reciprocal(): Tensor<S>;
    /** Rounds down to integers. Its gradient is 0. */
    floor(): Tensor<S>;
    /** Rounds up to integers. Its gradient is 0. */
    ceil(): Tensor<S>;
    /**
     * Rounds to the nearest integers; halves go to the even one, as in NumPy. Its gradient is 0.
     */
    round(): Tensor<S>;
    /** Rounds to integers towards zero. Its gradient is 0. */
    trunc(): Tensor<S>;
  }
}

/**
 * Adds element by element; operands broadcast.
 *
 * @example
 * tensor([1, 2]).add(10).arraySync(); // => [11, 12]
 */
export function add<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"add", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("add", ops.add, a, b);
}

/**
 * Subtracts element by element; operands broadcast.
 *
 * @example
 * tensor([1, 2]).sub(tensor([1, 1])).arraySync(); // => [0, 1]
 */
export function sub<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"sub", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("sub", ops.sub, a, b);
}

/**
 * Multiplies element by element; operands broadcast.
 *
 * @example
 * tensor([1, 2]).mul(tensor([[10], [20]])).arraySync(); // => [[10, 20], [20, 40]]
 */
export function mul<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"mul", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("mul", ops.mul, a, b);
}

/**
 * Divides element by element; integers are divided as float32.
 *
 * @example
 * tensor([1, 3]).div(2).arraySync(); // => [0.5, 1.5]
 */
export function div<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"div", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("div", ops.div, a, b);
}

/**
 * Computes the remainder of division, with the sign of the divisor, as in NumPy.
 *
 * @example
 * tensor([5, -5]).mod(3).arraySync(); // => [2, 1]
 */
export function mod<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"mod", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("mod", ops.mod, a, b);
}

/**
 * Computes powers; NaN for a negative base and a fractional exponent. Integers wrap around, as
 * their products do. Negative powers of integers, which are fractions, throw `DTypeError` for a
 * plain number, and are rounded towards zero if the exponents are a tensor.
 *
 * @example
 * tensor([2, 3]).pow(2).arraySync(); // => [4, 9]
 * tensor([3], { dtype: "int32" }).pow(34).arraySync(); // => [-217042295]
 */
export function pow<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"pow", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  if (a instanceof Tensor && typeof b === "number") checkPower(a.dtype, b);
  return binary("pow", ops.pow, a, b);
}

function checkPower(base: DType, exponent: number): void {
  if (isFloating(base) || !(exponent < 0 && Number.isInteger(exponent))) return;
  throw new DTypeError(
    `pow: ${base} to the power ${exponent} has fractions; cast the base: x.cast("float32")`,
  );
}

/**
 * Takes the larger of two elements; NaN if either is. Equal operands share the gradient.
 *
 * @example
 * tensor([1, 5]).maximum(3).arraySync(); // => [3, 5]
 */
export function maximum<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"maximum", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("maximum", ops.maximum, a, b);
}

/**
 * Takes the smaller of two elements; NaN if either is. Equal operands share the gradient.
 *
 * @example
 * tensor([1, 5]).minimum(3).arraySync(); // => [1, 3]
 */
export function minimum<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"minimum", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("minimum", ops.minimum, a, b);
}

/**
 * Limits elements to `low` and `high`; the gradient is 0 outside.
 *
 * @example
 * clip(tensor([-2, 0.5, 2]), -1, 1).arraySync(); // => [-1, 0.5, 1]
 */
export function clip<X extends Operand>(x: X, low: number, high: number): Tensor<ShapeOf<X>> {
  const node = operandOf("clip", x);
  for (const [name, bound] of Object.entries({ low, high })) checkNumber("clip", name, bound);
  return tensorOf(ops.clip(node, low, high));
}

/**
 * Negates the elements.
 *
 * @example
 * tensor([1, -2]).neg().arraySync(); // => [-1, 2]
 */
export function neg<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("neg", ops.neg, x);
}

/**
 * Computes absolute values; the derivative at 0 is 0.
 *
 * @example
 * tensor([1, -2]).abs().arraySync(); // => [1, 2]
 */
export function abs<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("abs", ops.abs, x);
}

/**
 * Returns the sign, -1, 0 or 1; NaN stays NaN. Its gradient is 0.
 *
 * @example
 * tensor([3, 0, -2]).sign().arraySync(); // => [1, 0, -1]
 */
export function sign<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("sign", ops.sign, x);
}

/**
 * Squares the elements.
 *
 * @example
 * tensor([1, -3]).square().arraySync(); // => [1, 9]
 */
export function square<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("square", ops.square, x);
}

/**
 * Computes square roots; NaN below 0.
 *
 * @example
 * tensor([4, 9]).sqrt().arraySync(); // => [2, 3]
 */
export function sqrt<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("sqrt", ops.sqrt, x);
}

/**
 * Computes 1 / sqrt(x); infinite at 0, NaN below.
 *
 * @example
 * tensor([4, 0.25]).rsqrt().arraySync(); // => [0.5, 2]
 */
export function rsqrt<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("rsqrt", ops.rsqrt, x);
}

/**
 * Computes sqrt(a^2 + b^2), without overflow; operands broadcast. The derivatives at 0, 0 are 0.
 *
 * @example
 * hypot(tensor([3, 5]), tensor([4, 12])).arraySync(); // => [5, 13]
 */
export function hypot<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"hypot", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return binary("hypot", ops.hypot, a, b);
}

/**
 * Computes 1 / x.
 *
 * @example
 * tensor([2, 4]).reciprocal().arraySync(); // => [0.5, 0.25]
 */
export function reciprocal<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("reciprocal", ops.reciprocal, x);
}

/**
 * Rounds down to integers. Its gradient is 0.
 *
 * @example
 * tensor([1.5, -1.5]).floor().arraySync(); // => [1, -2]
 */
export function floor<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("floor", ops.floor, x);
}

/**
 * Rounds up to integers. Its gradient is 0.
 *
 * @example
 * tensor([1.5, -1.5]).ceil().arraySync(); // => [2, -1]
 */
export function ceil<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("ceil", ops.ceil, x);
}

/**
 * Rounds to the nearest integers; halves go to the even one, as in NumPy. Its gradient is 0.
 *
 * @example
 * tensor([0.5, 1.5, 2.6]).round().arraySync(); // => [0, 2, 3]
 */
export function round<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("round", ops.round, x);
}

/**
 * Rounds to integers towards zero. Its gradient is 0.
 *
 * @example
 * tensor([1.5, -1.5]).trunc().arraySync(); // => [1, -1]
 */
export function trunc<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("trunc", ops.trunc, x);
}

addMethods({
  add,
  sub,
  mul,
  div,
  mod,
  pow,
  maximum,
  minimum,
  clip,
  neg,
  abs,
  sign,
  square,
  sqrt,
  rsqrt,
  hypot,
  reciprocal,
  floor,
  ceil,
  round,
  trunc,
});
