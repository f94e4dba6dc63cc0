// Training a network on digits, apart from everything that a terminal or a process needs: what
// comes out is a stream of reports, and a network to ask.

import { manualSeed, NablaError, oneHot, tensor } from "@nabla/autograd";
import {
  accuracy,
  crossEntropy,
  type Dataset,
  type FitOptions,
  fit,
  type Layer,
  measure,
  quadraticCost,
  type Report,
  type Team,
} from "@nabla/nn";
import type { Digits, Mnist } from "./digits.ts";
import { networkOf } from "./network.ts";
import { optimizerOf } from "./optimizers.ts";
import type { TrainingOptions } from "./training-options.ts";

export interface Training {
  readonly network: Layer;
  /** How many digits it learns from. */
  readonly examples: number;
  /** How many steps it takes in all. */
  readonly steps: number;
  /**
   * Some reports in each epoch; the one at an epoch's end has `metrics.accuracy`, on the test
   * digits.
   */
  readonly reports: AsyncIterable<Report>;
  /** The share of test digits that the network gets right as it is now. */
  accuracy(): Promise<number>;
}

/**
 * Sets up a network, and its training on the first `options.examples` training digits, which goes
 * on as its reports are read and ends after the step under way when `signal` is aborted. The same
 * options and digits give the same network. `more` is for checkpoints, and
 * for several processes, among which each batch is divided.
 */
export function training(
  mnist: Mnist,
  options: TrainingOptions,
  signal?: AbortSignal,
  more: Pick<FitOptions, "checkpoint" | "resume" | "world"> = {},
): Training {
  const { cost, seed, epochs, batchSize } = options;
  manualSeed(seed);
  const network = networkOf(options);
  const digits = examplesOf(mnist, options);
  const examples = digits.labels.size;
  const train = datasetOf(digits);
  const test = datasetOf(mnist.test);
  const steps = epochs * Math.ceil(examples / batchSize);
  const reports = fit(network, train, {
    cost: cost === "quadratic" ? quadraticCost : crossEntropy,
    optimizer: optimizerOf(network, options, steps),
    epochs,
    batchSize: batchSizeOf(batchSize, more.world),
    shuffle: seed,
    validation: test,
    metrics: { accuracy },
    reportEvery: 1,
    ...(signal && { signal }),
    ...more,
  });
  return {
    network,
    examples,
    steps,
    reports,
    accuracy: async () => {
      const how = more.world ? { world: more.world } : {};
      return (await measure(network, test, { accuracy }, how)).accuracy;
    },
  };
}

/** How many of a batch's examples are each process's. */
function batchSizeOf(batchSize: number, world: Team | undefined): number {
  const size = batchSize / (world?.size ?? 1);
  if (Number.isInteger(size)) return size;
  throw new NablaError(
    `--batch-size: got ${batchSize}, expected a multiple of ${world!.size}, the number of ranks`,
  );
}

export function datasetOf({ images, labels }: Digits): Dataset {
  return { images, targets: oneHot(labels, 10) };
}

/** The first `count` digits. */
export function firstOf({ images, labels }: Digits, count: number): Digits {
  return { images: images.slice(0, 0, count), labels: labels.slice(0, 0, count) };
}

/** The digits without one of them. */
export function without({ images, labels }: Digits, index: number): Digits {
  const count = labels.size - 1;
  const rows = Int32Array.from({ length: count }, (_, i) => (i < index ? i : i + 1));
  const kept = tensor(rows, { shape: [count] });
  return { images: images.gather(0, kept), labels: labels.gather(0, kept) };
}

function examplesOf({ train }: Mnist, { examples }: TrainingOptions): Digits {
  if (examples === undefined) return train;
  const [available] = train.images.shape;
  if (examples <= available) return firstOf(train, examples);
  throw new NablaError(`--examples: got ${examples}, there are ${available} training images`);
}
