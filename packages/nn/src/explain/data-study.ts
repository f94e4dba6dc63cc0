// What more labelled examples are good for: the same training on fewer and on more of them.
import { type Parameter, random, tensor } from "@nabla/autograd";
import {
  callable,
  checkKind,
  checkOptions,
  count,
  integer,
  type Kind,
  plain,
} from "@nabla/autograd/checks";
import { type Dataset, exampleCount, examplesAt } from "../batches.ts";
import { breather } from "../breather.ts";
import { checkCount, checkModel } from "../checks.ts";
import { quadraticCost } from "../costs.ts";
import { fit } from "../fit.ts";
import type { Layer } from "../layer.ts";
import { measure } from "../measure.ts";
import { isStateful, type Metric, type StatefulMetric } from "../metrics/metric.ts";
import { accuracy } from "../metrics.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { plainList, signalled } from "../options.ts";
import type { CostOptions } from "./example-costs.ts";

const aMetric: Kind = [(x) => typeof x === "function" || isStateful(x), "a metric"];

export interface DataOptions extends CostOptions {
  /** How many examples to learn from, one training for each. */
  readonly sizes: readonly number[];
  /**
   * Makes the optimiser of each training: `(parameters) => sgd(parameters, { learningRate: 3 })`.
   */
  readonly optimizer: (parameters: readonly Parameter[]) => Optimizer;
  /** Minimum number of steps of each training run: it ends with the epoch in which they are reached. */
  readonly steps: number;
  readonly batchSize: number;
  /** What is measured on the examples learnt from and on others. Default: `accuracy`. */
  readonly metric?: Metric | StatefulMetric<number>;
  /** Seed that decides which examples come first, and their order in training. Default: 0. */
  readonly shuffle?: number;
  /** Ends the study after the current step. */
  readonly signal?: AbortSignal;
}

/** What was learnt from some of the examples. */
export interface DataPoint {
  /** How many. */
  readonly examples: number;
  readonly steps: number;
  /** The metric on these examples, and on unseen ones. */
  readonly train: number;
  readonly test: number;
}

/**
 * Trains a new model on the first `size` of the training examples, in an order drawn with `shuffle`, for
 * each of `sizes`, and measures it on these and on unseen examples. All runs take about the same number
 * of steps, so that they differ only in the amount of data. `model` makes a model; to start all from the
 * same weights, call `manualSeed` in it. Datasets have two tensors: inputs and targets. Throws
 * `NablaError` for sizes that are not positive integers, or exceed the number of examples.
 *
 * @example
 * const inputs = tensor([[-2], [-1], [1], [2]]);
 * const data = { inputs, targets: tensor([[1, 0], [1, 0], [0, 1], [0, 1]]) };
 * const optimizer = (parameters: readonly Parameter[]) => sgd(parameters, { learningRate: 0.1 });
 * const options = { sizes: [4], optimizer, steps: 50, batchSize: 2 };
 * for await (const point of dataStudy(() => dense(1, 2), { train: data, test: data }, options)) {
 *   console.log(point);
 * }
 * // => { examples: 4, steps: 50, train: 1, test: 1 }
 */
export async function* dataStudy(
  model: () => Layer,
  data: { readonly train: Dataset; readonly test: Dataset },
  options: DataOptions,
): AsyncGenerator<DataPoint, void, undefined> {
  checkKind("dataStudy", "model", model, callable);
  checkKind("dataStudy", "the data", data, plain);
  checkKind("dataStudy: the data", "train", data.train, plain);
  checkKind("dataStudy: the data", "test", data.test, plain);
  const kinds = {
    sizes: plainList,
    optimizer: callable,
    steps: count,
    batchSize: count,
    metric: aMetric,
    shuffle: integer,
    signal: signalled,
    cost: callable,
  };
  checkOptions("dataStudy", options, kinds, "sizes", "optimizer", "batchSize");
  const { train, test } = data;
  const { sizes, optimizer, steps, batchSize, shuffle = 0, signal } = options;
  const { cost = quadraticCost, metric = accuracy } = options;
  const available = exampleCount("dataStudy", train);
  for (const size of sizes) checkCount("dataStudy", "size", size, available);
  checkCount("dataStudy", "steps", steps);
  const order = await random.permutation(available, { seed: shuffle }).data();
  const breathe = breather();
  for (const size of sizes) {
    const own = model();
    checkModel("dataStudy", own, "forward");
    const some = examplesAt(train, tensor(order.subarray(0, size)));
    const inEpoch = Math.ceil(size / batchSize);
    const reports = fit(own, some, {
      cost,
      optimizer: optimizer(own.parameters()),
      epochs: Math.ceil(steps / inEpoch),
      batchSize,
      shuffle,
      reportEvery: 1,
      ...(signal && { signal }),
    });
    let taken = 0;
    for await (const { step } of reports) {
      taken = step;
      await breathe();
    }
    if (signal?.aborted) return;
    const measured = async (dataset: Dataset) => (await measure(own, dataset, { metric })).metric;
    const found = { train: await measured(some), test: await measured(test) };
    yield { examples: size, steps: taken, ...found };
  }
}
