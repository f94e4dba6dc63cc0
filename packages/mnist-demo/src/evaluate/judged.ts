// What a network answers for all digits, and how sure it is.

import { batches, type Layer } from "@nabla/nn";
import type { AnsweredDigit } from "../drawing.ts";
import type { Digits } from "../load.ts";

export interface Judged {
  readonly digits: number;
  readonly right: number;
  /** How many digits of each label were taken for each: `counts[label][answer]`. */
  readonly counts: readonly (readonly number[])[];
  /** The wrong answers that the network was surest of, the worst first. */
  readonly worst: readonly AnsweredDigit[];
}

/** Digits that the network is asked about at a time. */
const askedAtOnce = 500;

/** Asks the network about all digits, and keeps the `count` worst mistakes. */
export async function judge(network: Layer, digits: Digits, count: number): Promise<Judged> {
  const counts = Array.from({ length: 10 }, () => new Array<number>(10).fill(0));
  const mistakes: { readonly digit: AnsweredDigit; readonly lead: number }[] = [];
  let right = 0;
  for (const { images, labels } of batches({ ...digits }, { size: askedAtOnce })) {
    const outputs = network.forward(images);
    const [rows, expected, pixels] = await Promise.all([
      outputs.data(),
      labels.data(),
      images.data(),
    ]);
    expected.forEach((label, i) => {
      const row = [...rows.subarray(i * 10, (i + 1) * 10)];
      const answer = row.indexOf(Math.max(...row));
      counts[label]![answer]!++;
      if (answer === label) right++;
      else {
        const digit = { pixels: pixels.slice(i * 784, (i + 1) * 784), answer, label };
        mistakes.push({ digit, lead: row[answer]! - row[label]! });
      }
    });
  }
  const worst = mistakes.sort((a, b) => b.lead - a.lead).slice(0, count);
  return { digits: digits.labels.size, right, counts, worst: worst.map(({ digit }) => digit) };
}
