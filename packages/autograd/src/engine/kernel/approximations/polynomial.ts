// Polynomials, by Horner's rule. Coefficients for float32 are written with the fewest digits that round
// to the same float32.
import { mulAdd, type Part, type Scalar } from "../../../scalar/expression.ts";

/** c[0] + c[1] x + c[2] x^2 + …; the last coefficient is used first. */
export function polynomial(x: Scalar, coefficients: readonly Part[]): Part {
  return coefficients.reduceRight((sum, coefficient) => mulAdd(sum, x, coefficient));
}
