// What a trained network answers for single digits.

import { batches, type Layer } from "@nabla/nn";
import type { AnsweredDigit } from "./drawing.ts";
import type { Digits } from "./load.ts";

/** Digits that the network is asked about at a time. */
const askedAtOnce = 500;

/**
 * The first `count` digits that the network gets right, then the first `count` that it gets wrong;
 * fewer if there are fewer.
 */
export async function answeredDigits(
  network: Layer,
  digits: Digits,
  count: number,
): Promise<AnsweredDigit[]> {
  const right: AnsweredDigit[] = [];
  const wrong: AnsweredDigit[] = [];
  for (const { images, labels } of batches({ ...digits }, { size: askedAtOnce })) {
    if (right.length >= count && wrong.length >= count) break;
    const [answers, expected, pixels] = await Promise.all([
      network.forward(images).argMax(1).data(),
      labels.data(),
      images.data(),
    ]);
    expected.forEach((label, i) => {
      const answer = answers[i]!;
      const found = answer === label ? right : wrong;
      if (found.length >= count) return;
      found.push({ pixels: pixels.slice(i * 784, (i + 1) * 784), answer, label });
    });
  }
  return [...right, ...wrong];
}
