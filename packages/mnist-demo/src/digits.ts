// The MNIST digits as tensors, made of the content of their files.

import { NablaError, type Tensor, tensor } from "@nabla/autograd";
import { formatShape, type Idx } from "./idx.ts";

/** Handwritten digits: `images[i]` shows the digit `labels[i]`. */
export interface Digits {
  /** uint8, `[n, 28, 28]`: 0 is paper, 255 is ink. */
  readonly images: Tensor<[number, 28, 28]>;
  /** uint8, `[n]`: 0 to 9. */
  readonly labels: Tensor<[number]>;
}

export interface Mnist {
  /** To learn from: 60,000 in the original. */
  readonly train: Digits;
  /** To check with: 10,000 in the original. */
  readonly test: Digits;
}

/** The content of a file, and what errors call it. */
export interface NamedIdx extends Idx {
  readonly name: string;
}

/**
 * The digits of two files. Throws `NablaError` with the file's name unless they are images and labels of
 * digits.
 */
export function digitsIn(images: NamedIdx, labels: NamedIdx): Digits {
  const [count, height, width] = images.shape as [number, number, number];
  if (height !== 28 || width !== 28) {
    throw new NablaError(
      `${images.name}: images are ${formatShape([height, width])}, expected [28, 28]`,
    );
  }
  if (labels.data.length !== count) {
    const found = `has ${labels.data.length} labels`;
    throw new NablaError(`${labels.name}: ${found}, but ${images.name} has ${count} images`);
  }
  const wrong = labels.data.findIndex((label) => label > 9);
  if (wrong >= 0) {
    const found = `label ${wrong} is ${labels.data[wrong]}`;
    throw new NablaError(`${labels.name}: ${found}, expected 0 to 9`);
  }
  return {
    images: tensor(images.data, { shape: [count, 28, 28] }),
    labels: tensor(labels.data, { shape: [count] }),
  };
}
