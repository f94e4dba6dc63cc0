// Approximations of operators without an instruction.
import type { Float } from "../../../scalar/dtype.ts";
import type { Scalar } from "../../../scalar/expression.ts";

/** An expression of its operands that replaces an operator. */
export interface Approximation {
  readonly value: Scalar;
  /**
   * The largest |x| of its only operand for which it is valid; beyond, and for NaN, the host computes the
   * function. Default: any.
   */
  readonly limit?: number;
}

/** One approximation per dtype. */
export type Approximations = Readonly<Record<Float, Approximation>>;

/** Approximations that are valid for all numbers. */
export const both = (float32: Scalar, float64: Scalar): Approximations => ({
  float32: { value: float32 },
  float64: { value: float64 },
});
