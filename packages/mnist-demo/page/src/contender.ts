// One way down the slope, taken a step at a time: mini-batches, or the full set before each step.
import { manualSeed, oneHot, realizeAsync, type Tensor } from "@nabla/autograd";
import { accuracy, fit, type Layer, quadraticCost, sgd } from "@nabla/nn";
import { denseNetworkOf } from "../../src/dense-network.ts";
import type { Digits } from "../../src/digits.ts";
import { datasetOf } from "../../src/training.ts";
import type { ActivationName } from "../../src/training-options.ts";
import { arrivingBatches, type TrainingDigits } from "./training-digits.ts";

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
  /** Digits looked at for them. */
  readonly examples: number;
  /** The mean cost of the test digits. */
  readonly cost: number;
  /** The share of test digits that the network gets right. */
  readonly accuracy: number;
  /** What it reads the first test digits as. */
  readonly answers: readonly number[];
}

/** How many answers a point has. */
export const answered = 24;

export class Contender {
  readonly network: Layer;
  readonly batchSize: number;
  readonly #steps: AsyncIterator<number, undefined>;
  readonly #images: Tensor;
  readonly #targets: Tensor;
  step = 0;
  epoch = 1;

  /** The same options and digits give the same network and the same steps. */
  constructor(digits: TrainingDigits, test: Digits, options: ContenderOptions) {
    manualSeed(options.seed);
    this.network = denseNetworkOf({ ...options, cost: "quadratic" });
    this.batchSize = Math.min(options.batchSize, digits.count);
    this.#images = test.images;
    this.#targets = oneHot(test.labels, 10);
    this.#steps = this.#training(digits, options);
  }

  /**
   * Takes steps as they are asked for, without end, and gives the epoch of each: the first takes
   * the digits as they come, the others take them all, each in another order.
   */
  async *#training(
    digits: TrainingDigits,
    options: ContenderOptions,
  ): AsyncGenerator<number, undefined> {
    const { learningRate, seed: shuffle } = options;
    const { network, batchSize } = this;
    const optimizer = sgd(network.parameters(), { learningRate });
    const common = { cost: quadraticCost, optimizer, reportEvery: 1 };
    let last = 0;
    const first = fit(network, arrivingBatches(digits, batchSize), { ...common, epochs: 1 });
    for await (const { step } of first) {
      // The end of a stream is reported once more.
      if (step > last) yield 1;
      last = step;
    }
    const all = datasetOf(await digits.slice(0, digits.count));
    const epochs = Number.MAX_SAFE_INTEGER;
    for await (const { epoch } of fit(network, all, { ...common, epochs, batchSize, shuffle })) {
      yield epoch + 1;
    }
    return undefined;
  }

  /** Digits looked at. */
  get examples(): number {
    return this.step * this.batchSize;
  }

  /** Takes a step. */
  async advance(): Promise<void> {
    const { value } = await this.#steps.next();
    if (value === undefined) throw new Error("the training has come to its end");
    this.step += 1;
    this.epoch = value;
  }

  async point(): Promise<Point> {
    const { step, examples } = this;
    const outputs = this.network.forward(this.#images) as Tensor<[number, number]>;
    const cost = quadraticCost(outputs, this.#targets as Tensor<[number, number]>);
    const right = accuracy(outputs, this.#targets);
    const answers = outputs.slice(0, 0, answered).argMax(1);
    await realizeAsync(cost, right, answers);
    return {
      step,
      examples,
      cost: cost.itemSync(),
      accuracy: right.itemSync(),
      answers: Array.from(answers.dataSync()),
    };
  }
}
