// What a network learns from few digits, and what from many.
import { oneHot } from "@nabla/autograd";
import { accuracy } from "@nabla/nn";
import type { Digits } from "../../src/digits.ts";
import { Contender, type ContenderOptions } from "./contender.ts";
import { thereAlready } from "./training-digits.ts";

export interface Learnt {
  readonly count: number;
  /** The share that is read correctly of the digits that it has learnt from, and of others. */
  readonly own: number;
  readonly unseen: number;
}

const steps = 1500;
const mostInBatch = 100;

/** Trains a new network on digits, and tells how well it reads them and others. */
export async function learnFrom(
  digits: Digits,
  test: Digits,
  options: ContenderOptions,
): Promise<Learnt> {
  const count = digits.labels.size;
  const batchSize = Math.min(mostInBatch, count);
  const contender = new Contender(thereAlready(digits), test, { ...options, batchSize });
  while (contender.step < steps) await contender.advance();
  const outputs = contender.network.forward(digits.images);
  const own = await accuracy(outputs, oneHot(digits.labels, 10)).item();
  return { count, own, unseen: (await contender.point()).accuracy };
}
