// What a network answers for all digits, and how sure it is.

import type { Layer } from "@nabla/nn";
import { answers } from "../answers.ts";
import type { Digits } from "../digits.ts";
import type { AnsweredDigit } from "../drawing.ts";

export interface Judged {
  readonly digits: number;
  readonly right: number;
  /** How many digits of each label were taken for each: `counts[label][answer]`. */
  readonly counts: readonly (readonly number[])[];
  /** The wrong answers that the network was surest of, the worst first. */
  readonly worst: readonly AnsweredDigit[];
}

/** Asks the network about all digits, and keeps the `count` worst mistakes. */
export async function judge(network: Layer, digits: Digits, count: number): Promise<Judged> {
  const counts = Array.from({ length: 10 }, () => new Array<number>(10).fill(0));
  const mistakes: { readonly digit: AnsweredDigit; readonly lead: number }[] = [];
  let right = 0;
  for await (const { pixels, answer, label, outputs } of answers(network, digits)) {
    counts[label]![answer]!++;
    if (answer === label) right++;
    else {
      const lead = outputs[answer]! - outputs[label]!;
      mistakes.push({ digit: { pixels, answer, label }, lead });
    }
  }
  const worst = mistakes.sort((a, b) => b.lead - a.lead).slice(0, count);
  return { digits: digits.labels.size, right, counts, worst: worst.map(({ digit }) => digit) };
}
