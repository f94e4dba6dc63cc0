// The training loop, as something to loop over.
import { compile, NablaError, realize, type Tensor } from "@nabla/autograd";
import { batches, batchRows, type Dataset, exampleCount, examplesAt } from "./batches.ts";
import { type CheckpointOptions, checkpointsOf } from "./fit-checkpoints.ts";
import { applyLayer, type Layer } from "./layer.ts";
import type { Metric } from "./metrics.ts";
import type { Optimizer } from "./optimizers/optimizer.ts";

export interface FitOptions {
  /** One number for outputs and targets, such as `quadraticCost`. */
  readonly cost: (outputs: Tensor, targets: Tensor) => Tensor;
  readonly optimizer: Optimizer;
  /** How often to go through the dataset. */
  readonly epochs: number;
  readonly batchSize: number;
  /** Seed of the order of examples, which each epoch draws anew. Default: 0. */
  readonly shuffle?: number;
  /** What to measure the metrics on. Default: the dataset itself. */
  readonly validation?: Dataset;
  /** Measured at the end of each epoch, under these names. */
  readonly metrics?: Readonly<Record<string, Metric>>;
  /** Steps between reports within an epoch. Left out: a report at the end of each epoch only. */
  readonly reportEvery?: number;
  /** Ends training in order after the step that is under way. */
  readonly signal?: AbortSignal;
  /**
   * Whether a step is traced once and replayed. False: for models or costs that read values, or do
   * something else at each step. Default: true.
   */
  readonly compiled?: boolean;
  /**
   * Keeps all that training goes on from in a file: every so many steps, at the end of each epoch, and
   * when `signal` ends training.
   */
  readonly checkpoint?: CheckpointOptions;
  /**
   * Goes on from the checkpoint if there is one, with the same bits as if training had not been
   * interrupted. The data, `batchSize` and `shuffle` must be the same; `epochs` may be more. Default: false.
   */
  readonly resume?: boolean;
}

/** How training stands. */
export interface Report {
  /** The epoch under way, from 1. */
  readonly epoch: number;
  /** Steps taken, in all epochs. */
  readonly step: number;
  /** The mean cost of this epoch's examples so far, each measured before its own step. */
  readonly cost: number;
  /** What was measured at the end of the epoch; undefined within it. */
  readonly metrics: Readonly<Record<string, number>> | undefined;
  /** Of the training so far, without the time spent on metrics. */
  readonly examplesPerSecond: number;
  /** What all epochs will still take at that pace. */
  readonly secondsLeft: number;
}

/**
 * Trains: shuffles the dataset, and takes one step of the optimiser for each mini-batch. The dataset
 * has two tensors, whatever they are called: first what goes in, then what should come out. Loop over
 * the reports; leaving the loop ends training.
 *
 * @example
 * const dataset = { inputs: tensor([[0], [1]]), targets: tensor([[1], [3]]) };
 * const network = dense(1, 1);
 * const optimizer = sgd(network.parameters(), { learningRate: 0.4 });
 * const options = { cost: quadraticCost, optimizer, epochs: 100, batchSize: 2 };
 * let cost = Number.POSITIVE_INFINITY;
 * for await (const report of fit(network, dataset, options)) cost = report.cost;
 * cost < 1e-3; // => true
 */
export async function* fit(
  model: Layer,
  dataset: Dataset,
  options: FitOptions,
): AsyncGenerator<Report, void, undefined> {
  const {
    optimizer,
    batchSize,
    shuffle = 0,
    metrics = {},
    validation,
    reportEvery,
    signal,
    compiled = true,
  } = options;
  const examples = exampleCount("fit", dataset);
  for (const data of [dataset, validation]) if (data) checkPair(data);
  for (const [name, value] of Object.entries({ epochs: options.epochs, batchSize })) {
    if (Number.isSafeInteger(value) && value > 0) continue;
    throw new NablaError(`fit: ${name} is ${value}, expected a positive integer`);
  }
  realize(...Object.values(dataset));
  const takeStep = (rows: Tensor<[number]>): Tensor => {
    const [inputs, targets] = pairOf(examplesAt(dataset, rows));
    const cost = options.cost(applyLayer(model, inputs), targets);
    cost.backward();
    optimizer.step();
    return cost;
  };
  const stepOn = compiled ? compile(takeStep) : takeStep;
  const course = { examples, batchSize, shuffle };
  const checkpoints = checkpointsOf({ model, optimizer }, course, options);
  const start = await checkpoints.start();
  let at = start;
  let seconds = 0;
  const progress = (measured?: Record<string, number>): Report => ({
    epoch: at.epoch,
    step: at.step,
    cost: at.total / at.inEpoch,
    metrics: measured,
    examplesPerSecond: (at.seen - start.seen) / seconds,
    secondsLeft: ((options.epochs * examples - at.seen) * seconds) / (at.seen - start.seen),
  });
  for (let { epoch } = start; epoch <= options.epochs; epoch++) {
    let passed = 0;
    for (const rows of batchRows(examples, { size: batchSize, shuffle: shuffle + epoch })) {
      passed += rows.size;
      if (passed <= at.inEpoch) continue;
      if (signal?.aborted) {
        if (at.step > start.step) await checkpoints.save(at);
        return;
      }
      const started = performance.now();
      const value = await stepOn(rows).item();
      seconds += (performance.now() - started) / 1000;
      const { step, seen, total } = at;
      if (Number.isNaN(value)) {
        throw new NablaError(
          `fit: the cost became NaN at step ${step + 1} (epoch ${epoch}); ` +
            "a smaller learning rate may help",
        );
      }
      at = {
        epoch,
        step: step + 1,
        seen: seen + rows.size,
        inEpoch: passed,
        total: total + value * rows.size,
      };
      if (passed === examples) break;
      if (reportEvery !== undefined && at.step % reportEvery === 0) yield progress();
      await checkpoints.after(at);
    }
    yield progress(await measure(model, validation ?? dataset, metrics));
    at = { ...at, epoch: epoch + 1, inEpoch: 0, total: 0 };
    await checkpoints.save(at);
  }
}

/** Examples that metrics are computed on at a time: bounds the memory that activations take. */
const measuredAtOnce = 1000;

/**
 * The mean of each metric over all examples of a dataset, which has two tensors: first what goes in,
 * then what should come out.
 *
 * @example
 * const dataset = { inputs: tensor([[1], [2]]), targets: tensor([[1], [2]]) };
 * await measure(sequential((x) => x), dataset, { cost: quadraticCost }); // => { cost: 0 }
 */
export async function measure(
  model: Layer,
  dataset: Dataset,
  metrics: Readonly<Record<string, Metric>>,
): Promise<Record<string, number>> {
  const examples = exampleCount("measure", dataset);
  checkPair(dataset);
  const means = new Map(Object.keys(metrics).map((name) => [name, 0]));
  if (means.size === 0) return {};
  for (const batch of batches(dataset, { size: measuredAtOnce })) {
    const [inputs, targets] = pairOf(batch);
    const outputs = applyLayer(model, inputs);
    const values = Object.entries(metrics).map(([name, metric]) => ({
      name,
      value: metric(outputs, targets),
    }));
    realize(...values.map(({ value }) => value));
    for (const { name, value } of values) {
      const weighted = ((await value.item()) * inputs.shape[0]!) / examples;
      means.set(name, means.get(name)! + weighted);
    }
  }
  return Object.fromEntries(means);
}

function pairOf(dataset: Dataset): readonly [inputs: Tensor, targets: Tensor] {
  const [inputs, targets] = Object.values(dataset);
  return [inputs!, targets!];
}

function checkPair(dataset: Dataset): void {
  const names = Object.keys(dataset);
  if (names.length === 2) return;
  throw new NablaError(
    `fit: the dataset has ${names.length} tensors (${names.join(", ")}), expected 2: ` +
      "what goes in, and what should come out",
  );
}
