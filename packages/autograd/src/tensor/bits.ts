// Bits of integers (int32, uint8, bool), as functions. Values are defined in ops/bits.ts.
import { DTypeError } from "../graph/errors.ts";
import * as ops from "../ops/bits.ts";
import type { Operand as NodeOperand } from "../ops/operands.ts";
import { isFloating } from "../scalar/dtype.ts";
import { type Broadcasting, binary, unary } from "./operators.ts";
import type * as T from "./shapes.ts";
import { type Operand, operandOf, type ShapeOf, type Tensor } from "./tensor.ts";

/**
 * Takes the bits that both operands have; of bool whether both hold. Throws `DTypeError` for floats.
 *
 * @example
 * const flags = tensor([6, 3], { dtype: "int32" });
 * bitwiseAnd(flags, 5).arraySync(); // => [4, 1]
 */
export function bitwiseAnd<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"bitwiseAnd", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  checkWhole("bitwiseAnd", a, b);
  return binary("bitwiseAnd", ops.bitwiseAnd, a, b);
}

/**
 * Takes the bits that at least one operand has; of bool whether one holds. Throws `DTypeError` for
 * floats.
 *
 * @example
 * const flags = tensor([6, 3], { dtype: "int32" });
 * bitwiseOr(flags, 1).arraySync(); // => [7, 3]
 */
export function bitwiseOr<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"bitwiseOr", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  checkWhole("bitwiseOr", a, b);
  return binary("bitwiseOr", ops.bitwiseOr, a, b);
}

/**
 * Takes the bits that one of both operands has; of bool whether they differ. Throws `DTypeError` for
 * floats.
 *
 * @example
 * const flags = tensor([6, 3], { dtype: "int32" });
 * bitwiseXor(flags, 1).arraySync(); // => [7, 2]
 */
export function bitwiseXor<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"bitwiseXor", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  checkWhole("bitwiseXor", a, b);
  return binary("bitwiseXor", ops.bitwiseXor, a, b);
}

/**
 * Turns over all bits: of int32 -1 - x, of uint8 255 - x, of bool the opposite. Throws `DTypeError`
 * for floats.
 *
 * @example
 * bitwiseNot(tensor([0, 5], { dtype: "int32" })).arraySync(); // => [-1, -6]
 */
export function bitwiseNot<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  checkWhole("bitwiseNot", x);
  return unary("bitwiseNot", ops.bitwiseNot, x);
}

/**
 * Shifts the bits of `a` up by `b`: a times 2^b, without the bits that leave the dtype. 0 for a shift
 * below 0 or of 32 and more, as in NumPy. bool becomes int32. Throws `DTypeError` for floats.
 *
 * @example
 * leftShift(tensor([1, 3], { dtype: "int32" }), 4).arraySync(); // => [16, 48]
 */
export function leftShift<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"leftShift", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  checkWhole("leftShift", a, b);
  return binary("leftShift", ops.leftShift, a, b);
}

/**
 * Shifts the bits of `a` down by `b`, and keeps the sign: a divided by 2^b, downwards. 0, or -1 of
 * negative numbers, for a shift below 0 or of 32 and more, as in NumPy. bool becomes int32. Throws
 * `DTypeError` for floats.
 *
 * @example
 * rightShift(tensor([16, -3], { dtype: "int32" }), 1).arraySync(); // => [8, -2]
 */
export function rightShift<X extends Operand, Y extends Operand>(
  a: X,
  b: Broadcasting<"rightShift", X, Y>,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  checkWhole("rightShift", a, b);
  return binary("rightShift", ops.rightShift, a, b);
}

/** Throws `DTypeError` unless all operands are integers or truth values. */
function checkWhole(operation: string, ...operands: readonly unknown[]): void {
  for (const operand of operands) {
    const node: NodeOperand = operandOf(operation, operand as Operand);
    if (typeof node !== "number" && !isFloating(node.dtype)) continue;
    if (typeof node === "number" && Number.isInteger(node) && node === (node | 0)) continue;
    const given = typeof node === "number" ? String(node) : node.dtype;
    throw new DTypeError(`${operation}: got ${given}, expected int32, uint8 or bool`);
  }
}
