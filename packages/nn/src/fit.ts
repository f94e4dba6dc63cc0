// The training loop, as something to loop over.
import { NablaError, random, type Tensor } from "@nabla/autograd";
import type { Dataset } from "./batches.ts";
import { breather } from "./breather.ts";
import { aroundAll, endedAfter, keptOf } from "./callbacks.ts";
import { type Feed, feedOf, isStream, type TrainingData } from "./feed.ts";
import { checkFit } from "./fit-checks.ts";
import { type Costs, costsBy, pairCostsOf } from "./fit-cost.ts";
import { type GroupStep, groupStepOf } from "./fit-group.ts";
import { type AtEnd, measuredOn } from "./fit-measured.ts";
import type {
  BatchCost,
  BatchFitOptions,
  BatchMetrics,
  FitOptions,
  MeasuredOfBatches,
} from "./fit-options.ts";
import { noCheckpoints } from "./fit-position.ts";
import type { Layer, Model } from "./layer.ts";
import { checkWeighable, measuredAtOnce } from "./measure.ts";
import { batchMeasureOf } from "./measure-batches.ts";
import type { Measured, Metric, Metrics } from "./metrics/metric.ts";
import { checkPair, weightsIn } from "./pair.ts";
import type { AnyReport, Reports } from "./report.ts";
import { teamOf } from "./team.ts";
import { numbersOf, rateOf, type StepNumbers, stepOnOne } from "./train-step.ts";
import { type BatchOf, type TreeData, treeFeedOf } from "./tree-feed.ts";

/**
 * Trains a model: shuffles the dataset, and takes one optimiser step for each mini-batch. The dataset has
 * two tensors: `inputs` and `targets`, or by other names first the inputs, then the targets. A third one
 * called `weights` has the weight of each example in the cost. Instead of a dataset, it accepts a
 * synchronous or asynchronous iterable of batches, of arrays or tensors, or a function that returns one
 * for each epoch. Layers keep their mode: call `model.train()` first if `model.evaluate()` was called.
 * Loop over the reports with `for await`; leaving the loop ends training. `await fit(…)` trains to the
 * end, and returns the last report. The event loop is not blocked: steps of more than a few milliseconds
 * run in a worker, if the host has workers that share memory, and between shorter ones it runs at least
 * every 8 ms. So signals, timers and messages are handled, and pages render.
 *
 * Throws `NablaError` for data that are empty or whose numbers of examples differ, for data whose
 * names say that they are the other way round (`{ labels, images }`), for labels that are no
 * classes, for a stream that throws (its error is the `cause`), and when the cost becomes NaN: that
 * step is not taken, so parameters, buffers, optimiser and random draws are as before it.
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
export function fit<const M extends Metrics = Readonly<Record<string, Metric>>>(
  model: Layer,
  data: TrainingData,
  options: FitOptions<M>,
): Reports<keyof M & string, Measured<M>>;
/**
 * Trains any model, by what whole batches cost: `batchCost` is given the model, a batch and a key for
 * draws, and gives one number, or several by name, whose sum is the cost. The data are an object of any
 * number of tensors, nested or not, with one row an example in each; or a stream of batches, trees of
 * tensors or numbers, whose first tensor has a row an example, as `collated` makes one of examples of different
 * sizes. All else is as above.
 *
 * @example
 * const parts = { encoder: dense(3, 1), decoder: dense(1, 3) };
 * const autoencoder = {
 *   ...madeOf(parts),
 *   forward: (x: Tensor) => parts.decoder.forward(parts.encoder.forward(x)),
 * };
 * const { costs } = (await fit(autoencoder, { images: random.normal([20, 3], { seed: 1 }) }, {
 *   batchCost: (model, { images }, key) => ({
 *     error: model.forward(images).sub(images).square().mean(),
 *     noise: random.normal([1], { seed: key }).square().mul(0.01),
 *   }),
 *   optimizer: adam(autoencoder.parameters()),
 *   epochs: 2,
 *   batchSize: 10,
 * }))!;
 * Object.keys(costs); // => ["error", "noise"]
 */
export function fit<
  M extends Model,
  D extends TreeData,
  const Ms extends BatchMetrics<M, BatchOf<D>>,
  Validation extends TreeData,
>(
  model: M,
  data: D,
  options: BatchFitOptions<M, BatchOf<D>, Ms, Validation>,
): Reports<keyof Ms & string, MeasuredOfBatches<Ms>>;
export function fit(
  model: Layer | Model,
  data: TrainingData | TreeData,
  options: FitOptions<Metrics> | BatchFitOptions,
): Reports<string, AtEnd["metrics"]> {
  const reports = reportsOf(model, data, options);
  const train = async () => {
    let last: AnyReport | undefined;
    for await (const report of reports) last = report;
    return last;
  };
  const then: Reports<string, AtEnd["metrics"]>["then"] = (done, failed) =>
    train().then(done, failed);
  // biome-ignore lint/suspicious/noThenProperty: who awaits what trains means it to train.
  // oxlint-disable-next-line unicorn/no-thenable
  return Object.assign(reports, { then });
}

/** What differs between a cost of outputs and targets and one of batches. */
interface Course {
  readonly feed: Feed;
  readonly costs: Costs;
  /** By name, what ranks must have alike of the data. */
  readonly tensors: readonly (readonly [name: string, x: Tensor])[];
  /** Measures, after an epoch. */
  readonly measured: () => Promise<AtEnd>;
}

async function* reportsOf(
  model: Layer | Model,
  data: TrainingData | TreeData,
  options: FitOptions<Metrics> | BatchFitOptions,
): AsyncGenerator<AnyReport, void, undefined> {
  checkFit(model, options);
  const { optimizer, batchSize, shuffle = 0, epochs, signal, afterStep } = options;
  const { reportEvery, accumulate = 1, callbacks = {} } = options;
  const { feed, costs, tensors, measured } =
    "batchCost" in options && options.batchCost !== undefined
      ? batchCourseOf(model, data, options)
      : pairCourseOf(model as Layer, data as TrainingData, options as FitOptions<Metrics>);
  const team = teamOf(options.world);
  const atOnce = accumulate * (team?.size ?? 1);
  const isStopping = () => signal?.aborted ?? false;
  const together = team && { team, accumulate, isStopping };
  const stepOn =
    atOnce > 1 ? groupStepOf(model, costs, options, together) : stepOnOne(model, costs, options);
  // 0 if only a stream knows.
  const course = {
    examples: feed.examples ?? 0,
    batchSize: batchSize ?? 0,
    shuffle,
    accumulate: atOnce,
  };
  const kept = keptOf(callbacks);
  const training = { model, optimizer, ...(Object.keys(kept).length > 0 && { kept }) };
  const { checkpoint, resume = false } = options;
  // Pages that keep none do not load what writes files.
  const checkpoints = checkpoint
    ? (await import("./fit-checkpoints.ts")).checkpointsOf(
        training,
        course,
        checkpoint,
        resume,
        team,
      )
    : noCheckpoints(resume);
  const start = await checkpoints.start();
  if (start.endedBy !== undefined && start.endedBy in callbacks) return;
  if (team) {
    const { checkTogether } = await import("./fit-together.ts");
    await checkTogether(team, model, tensors, { ...course, epochs });
  }
  let isStopped = false;
  let at = start;
  let seconds = 0;
  let last = notTaken;
  let { examples } = feed;
  const breathe = breather();
  const progress = (values?: AtEnd): AnyReport => ({
    epoch: at.epoch,
    step: at.step,
    cost: at.total / at.inEpoch,
    batchCost: last.cost,
    costs: Object.fromEntries(
      Object.entries(at.totals).map(([name, total]) => [name, total / at.inEpoch] as const),
    ),
    gradientNorm: last.norm,
    learningRate: last.rate,
    metrics: values?.metrics,
    validationCost: values?.cost,
    examplesPerSecond: (at.seen - start.seen) / seconds,
    secondsLeft: examples
      ? ((epochs * examples - at.seen) * seconds) / (at.seen - start.seen)
      : Number.NaN,
  });
  /** Yields a report; if the loop is left there, saves the position. */
  const reported = async function* (report: AnyReport): AsyncGenerator<AnyReport, void, undefined> {
    let isLeft = true;
    try {
      yield report;
      isLeft = false;
    } finally {
      if (isLeft) await checkpoints.save(at);
    }
  };
  for (let { epoch } = start; epoch <= epochs; epoch++) {
    // A source that can start in the middle need not produce batches that were already trained on.
    const skipped = feed.canSkip ? at.batches : 0;
    let passed = skipped > 0 ? at.inEpoch : 0;
    const batches = named(feed.epoch(epoch, skipped), `epoch ${epoch}`);
    for await (const group of inGroups(batches, atOnce)) {
      const count = group.reduce((sum, fed) => sum + fed.count, 0);
      passed += count;
      if (passed <= at.inEpoch) continue;
      // Several processes stop after the same step.
      if (team ? isStopped : isStopping()) {
        if (at.step > start.step) await checkpoints.save(at);
        return;
      }
      const started = performance.now();
      const { step, seen, total, totals } = at;
      const rate = await rateOf(optimizer);
      const taken: GroupStep = await stepOn(group, { step: step + 1, epoch });
      last = { ...(await numbersOf(taken)), rate };
      if (taken.stopping) isStopped = (await taken.stopping.item()) > 0;
      seconds += (performance.now() - started) / 1000;
      at = {
        epoch,
        step: step + 1,
        seen: seen + count,
        inEpoch: passed,
        batches: at.batches + group.length,
        total: total + last.cost * count,
        // One that a batch does not have is 0 there.
        totals: {
          ...totals,
          ...Object.fromEntries(
            Object.entries(last.costs).map(
              ([name, cost]) => [name, (totals[name] ?? 0) + cost * count] as const,
            ),
          ),
        },
      };
      for (const one of Object.values(callbacks)) await one.afterStep?.(progress());
      if (afterStep) await afterStep(progress());
      await breathe();
      if (passed === feed.examples) break;
      if (reportEvery !== undefined && at.step % reportEvery === 0) yield* reported(progress());
      await checkpoints.after(at);
    }
    examples ??= passed;
    // What looks at the report finds the weights that were measured.
    const { report, endedBy } = await aroundAll(callbacks, async () => {
      const own = progress(await measured());
      return { report: own, endedBy: await endedAfter(callbacks, own) };
    });
    at = { ...at, epoch: epoch + 1, inEpoch: 0, batches: 0, total: 0, totals: {}, ...endedBy };
    yield* reported(report);
    await checkpoints.save(at);
    if (endedBy) return;
  }
}

function pairCourseOf(model: Layer, data: TrainingData, options: FitOptions<Metrics>): Course {
  const { batchSize, shuffle = 0, prefetch = 1, validation, optimizer, cost } = options;
  const feed = feedOf(data, { batchSize, shuffle, prefetch });
  const isDataset = feed.examples !== undefined;
  if (validation && isStream(validation)) {
    throw new NablaError(
      "fit: validation is a stream, expected { inputs, targets }; with batchCost a stream will do",
    );
  }
  if (validation) checkPair("fit", validation, isDataset ? data : undefined);
  if (!validation && !isDataset && Object.keys(options.metrics ?? {}).length > 0) {
    throw new NablaError("fit: metrics of a stream are measured on validation; give that, too");
  }
  const dataset = validation ?? (isDataset ? (data as Dataset) : undefined);
  if (dataset && weightsIn(dataset)) checkWeighable("fit", options.metrics);
  return {
    feed,
    costs: pairCostsOf("fit", model, feed, optimizer, cost),
    tensors: isDataset
      ? Object.entries(data as Dataset).map(([name, x]) => [`data "${name}"`, x] as const)
      : [],
    measured: () => measuredOn(model, dataset, options),
  };
}

function batchCourseOf(model: Model, data: TreeData, options: BatchFitOptions): Course {
  const { batchSize, shuffle = 0, prefetch = 1, validation, optimizer, batchCost, world } = options;
  const { measureBatchSize = measuredAtOnce, metrics = {} } = options;
  const feed = treeFeedOf("fit", data, { batchSize, shuffle, prefetch });
  const measuredFeed =
    validation === undefined
      ? undefined
      : treeFeedOf("fit: validation", validation, { usualSize: measureBatchSize, prefetch });
  if (!measuredFeed && Object.keys(metrics).length > 0) {
    throw new NablaError("fit: metrics are measured on validation; give that, too");
  }
  const costOf = batchCost as BatchCost;
  const measureOn = batchMeasureOf(costOf, metrics);
  return {
    feed,
    costs: costsBy("fit", optimizer, (batch) => costOf(model, feed.treeOf(batch), random.key())),
    tensors: feed.tensors,
    async measured() {
      if (!measuredFeed) return { metrics: {} };
      return measureOn(model, measuredFeed, world);
    },
  };
}

const notTaken: StepNumbers & { readonly rate?: number | undefined } = {
  cost: Number.NaN,
  costs: {},
  norm: undefined,
};

/** Groups of `size`; the last one may be smaller. */
async function* inGroups<T>(all: AsyncIterable<T>, size: number): AsyncGenerator<readonly T[]> {
  let group: T[] = [];
  for await (const one of all) {
    group.push(one);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** The batches; an error of their source names the position. */
async function* named<Batch>(
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  where: string,
): AsyncGenerator<Batch> {
  try {
    yield* batches;
  } catch (error) {
    if (error instanceof NablaError) throw error;
    const text = error instanceof Error ? error.message : String(error);
    throw Object.assign(new NablaError(`fit: the data of ${where} threw: ${text}`), {
      cause: error,
    });
  }
}
