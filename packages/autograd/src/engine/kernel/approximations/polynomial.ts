// Polynomials, by Horner's rule.
import { mulAdd, type Part, type Scalar } from "../../../scalar/expression.ts";

/** c[0] + c[1] x + c[2] x^2 + …; the last coefficient is used first. */
export function polynomial(x: Scalar, coefficients: readonly Part[]): Part {
  return coefficients.reduceRight((sum, coefficient) => mulAdd(sum, x, coefficient));
}
