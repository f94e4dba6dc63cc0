// What the outputs of the network say.
export interface Answer {
  /** The digit of the greatest output. */
  readonly digit: number;
  readonly value: number;
  /** The digit of the second greatest, and whether it comes close. */
  readonly next: number;
  readonly nextValue: number;
  readonly isSure: boolean;
}

export function answerOf(outputs: readonly number[]): Answer {
  const order = outputs.map((_, digit) => digit).sort((a, b) => outputs[b]! - outputs[a]!);
  const [digit, next] = [order[0]!, order[1]!];
  const [value, nextValue] = [outputs[digit]!, outputs[next]!];
  return { digit, value, next, nextValue, isSure: nextValue < 0.7 * value };
}

/** How sure the network is, in words: "0.62; next 7: 0.11". */
export function doubtOf({ value, next, nextValue, isSure }: Answer): string {
  const values = `${value.toFixed(2)}; next ${next}: ${nextValue.toFixed(2)}`;
  return isSure ? values : `not sure: ${values}`;
}
