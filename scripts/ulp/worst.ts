/** Whether an error is larger than the largest one so far. Nothing is larger than NaN. */
export function isWorse(error: number, worst: { readonly error: number }): boolean {
  return !Number.isNaN(worst.error) && !(error <= worst.error);
}
