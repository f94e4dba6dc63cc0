// Approximations of operators without an instruction.
import type { Float } from "../../../scalar/dtype.ts";
import type { Scalar } from "../../../scalar/expression.ts";

/** An expression of input 0 that replaces an operator. */
export interface Approximation {
  readonly value: Scalar;
  /**
   * The largest |x| for which it is valid; beyond, and for NaN, the host computes. Default: all.
   */
  readonly limit?: number;
}

/** One approximation per dtype. */
export type Approximations = Readonly<Record<Float, Approximation>>;
