// Digits to learn from, which may still be on their way.
import type { Dataset } from "@nabla/nn";
import type { Digits } from "../../src/digits.ts";
import { datasetOf, firstOf } from "../../src/training.ts";

export interface TrainingDigits {
  readonly count: number;
  /** Those from one on, up to another: as soon as they are there. */
  slice(from: number, to: number): Promise<Digits>;
}

/** The first `count` of digits that are there. */
export function thereAlready(digits: Digits, count: number = digits.labels.size): TrainingDigits {
  const { images, labels } = firstOf(digits, count);
  return {
    count: labels.size,
    slice: async (from, to) => ({
      images: images.slice(0, from, to),
      labels: labels.slice(0, from, to),
    }),
  };
}

/** The batches of the first epoch: in the order of the digits, each as soon as it is there. */
export async function* arrivingBatches(
  digits: TrainingDigits,
  size: number,
): AsyncGenerator<Dataset> {
  for (let from = 0; from < digits.count; from += size) {
    yield datasetOf(await digits.slice(from, Math.min(from + size, digits.count)));
  }
}
