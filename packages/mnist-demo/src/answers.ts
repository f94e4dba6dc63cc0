// What a network answers for digits.

import { batches, type Layer } from "@nabla/nn";
import type { Digits } from "./digits.ts";
import type { AnsweredDigit } from "./drawing.ts";

/** Digits per forward pass. */
const askedAtOnce = 500;

/** The answers for all digits, in their order, with the ten outputs of each. */
export async function* answers(
  network: Layer,
  digits: Digits,
): AsyncGenerator<AnsweredDigit & { readonly outputs: ArrayLike<number> }, void, undefined> {
  for (const { images, labels } of batches({ ...digits }, { size: askedAtOnce })) {
    const all = network.forward(images);
    const [outputs, answered, expected, pixels] = await Promise.all([
      all.data(),
      all.argMax(1).data(),
      labels.data(),
      images.data(),
    ]);
    for (const [i, label] of expected.entries()) {
      yield {
        pixels: pixels.subarray(i * 784, (i + 1) * 784),
        answer: answered[i]!,
        label,
        outputs: outputs.subarray(i * 10, (i + 1) * 10),
      };
    }
  }
}

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
  for await (const { pixels, answer, label } of answers(network, digits)) {
    const found = answer === label ? right : wrong;
    if (found.length < count) found.push({ pixels, answer, label });
    if (right.length >= count && wrong.length >= count) break;
  }
  return [...right, ...wrong];
}
