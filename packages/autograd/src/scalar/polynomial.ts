/** c[0] + c[1] x + c[2] x^2 + …, by Horner's rule. */
export function polynomial(x: number, coefficients: readonly number[]): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient);
}
