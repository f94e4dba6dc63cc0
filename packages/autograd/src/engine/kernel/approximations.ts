import type { Scalar } from "../../scalar/expression.ts";
import type { OperatorName } from "../../scalar/operators.ts";
export interface Approximation {
  readonly value: Scalar;
  readonly limit?: number;
}
export function approximationOf(
  _operator: OperatorName,
  _dtype: "float32" | "float64",
): Approximation | undefined {
  return undefined;
}
