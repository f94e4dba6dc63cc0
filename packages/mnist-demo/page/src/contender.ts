// One way down the slope, taken a step at a time: mini-batches, or the full set before each step.
import { manualSeed } from "@nabla/autograd";
import {
  accuracy,
  type Dataset,
  fit,
  type Layer,
  measure,
  quadraticCost,
  type Report,
  sgd,
} from "@nabla/nn";
import type { Mnist } from "../../src/digits.ts";
import { networkOf } from "../../src/network.ts";
import { datasetOf } from "../../src/training.ts";
import type { ActivationName } from "../../src/training-options.ts";

export interface ContenderOptions {
  readonly hidden: readonly number[];
  readonly activation: ActivationName;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
}

/** Where a contender stands. */
export interface Point {
  /** Steps taken. */
  readonly step: number;
  /** What they took, without what was measured between them. */
  readonly seconds: number;
  /** The mean cost of the test digits. */
  readonly cost: number;
  /** The share of test digits that the network gets right. */
  readonly accuracy: number;
}

export class Contender {
  readonly network: Layer;
  readonly batchSize: number;
  readonly #reports: AsyncIterator<Report>;
  readonly #test: Dataset;
  step = 0;
  seconds = 0;
  epoch = 1;

  /** The same options and digits give the same network and the same steps. */
  constructor(mnist: Mnist, options: ContenderOptions) {
    const { learningRate, batchSize, seed } = options;
    manualSeed(seed);
    this.network = networkOf({ ...options, cost: "quadratic" });
    this.batchSize = Math.min(batchSize, mnist.train.labels.size);
    this.#test = datasetOf(mnist.test);
    const reports = fit(this.network, datasetOf(mnist.train), {
      cost: quadraticCost,
      optimizer: sgd(this.network.parameters(), { learningRate }),
      // Until nobody asks for the next step.
      epochs: Number.MAX_SAFE_INTEGER,
      batchSize: this.batchSize,
      shuffle: seed,
      reportEvery: 1,
    });
    this.#reports = reports[Symbol.asyncIterator]();
  }

  /** Takes a step. */
  async advance(): Promise<void> {
    const start = performance.now();
    const { value } = await this.#reports.next();
    if (value === undefined) throw new Error("the training has come to its end");
    this.seconds += (performance.now() - start) / 1000;
    this.step = value.step;
    this.epoch = value.epoch;
  }

  async point(): Promise<Point> {
    const { step, seconds } = this;
    const measured = await measure(this.network, this.#test, { cost: quadraticCost, accuracy });
    return { step, seconds, cost: measured["cost"]!, accuracy: measured["accuracy"]! };
  }
}
