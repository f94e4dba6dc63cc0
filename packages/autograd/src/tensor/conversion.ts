// Conversion of dtypes, and `stopGradient`.
import type { Shape } from "../graph/shape.ts";
import * as ops from "../ops/elementwise.ts";
import { cast as castNode } from "../ops/operands.ts";
import { type DType } from "../scalar/dtype.ts";
import { checkDType } from "./checks.ts";
import {
  addMethods,
  nodeOf,
  type Operand,
  type ShapeOf,
  type Tensor,
  tensorOf,
  tensorOn,
} from "./tensor.ts";

declare module "./tensor.ts" {
  interface Tensor<out S extends Shape = Shape> {
    /** Converts to another dtype: towards zero for integers, `!= 0` for bool. */
    cast(dtype: DType): Tensor<S>;
    /** Returns the same values, through which no gradient passes. */
    stopGradient(): Tensor<S>;
  }
}

/**
 * Converts to another dtype: towards zero for integers, `!= 0` for bool. Beyond the range of int32
 * the result is its minimum or maximum, and 0 for NaN; a uint8 has the low 8 bits of that. The
 * gradient is converted back.
 *
 * @example
 * cast(tensor([1.5, -1.5]), "int32").dataSync(); // => Int32Array [1, -1]
 * cast(tensor([3e9, -1]), "int32").arraySync(); // => [2147483647, -1]
 */
export function cast<X extends Tensor>(x: X, dtype: DType): Tensor<ShapeOf<X>> {
  const node = nodeOf("cast", x);
  return tensorOn(node, castNode(node, checkDType("cast", dtype)));
}

/**
 * Returns the same values, through which no gradient passes.
 *
 * @example
 * tensor([1, 2]).stopGradient().arraySync(); // => [1, 2]
 */
export function stopGradient<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  if (typeof x === "number") return tensorOf(ops.stopGradient(x));
  return tensorOf(ops.stopGradient(nodeOf("stopGradient", x)));
}

addMethods({
  cast,
  stopGradient,
});
