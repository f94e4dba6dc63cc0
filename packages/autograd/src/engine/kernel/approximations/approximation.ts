// What stands for an operator where there is no instruction for it.
import type { Float } from "../../../scalar/dtype.ts";
import type { Scalar } from "../../../scalar/expression.ts";

/** An expression of input 0 that stands for an operator. */
export interface Approximation {
  readonly value: Scalar;
  /** Up to which |x| it holds; beyond, and for NaN, the host is asked. Left out: everywhere. */
  readonly limit?: number;
}

/** One for each dtype. */
export type Approximations = Readonly<Record<Float, Approximation>>;
