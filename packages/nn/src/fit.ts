// The training loop, as something to loop over.
import { NablaError, type Parameter, type Tensor } from "@nabla/autograd";
import type { Dataset } from "./batches.ts";
import { breather } from "./breather.ts";
import { checkCount, checkModel, checkOptimizer, kindOf } from "./checks.ts";
import { feedOf, type TrainingData } from "./feed.ts";
import { type CheckpointOptions, checkpointsOf } from "./fit-checkpoints.ts";
import { costsOf } from "./fit-cost.ts";
import { countOf, type GroupStep, groupStepOf } from "./fit-group.ts";
import { stepOf } from "./fit-step.ts";
import { checkTogether } from "./fit-together.ts";
import type { Layer } from "./layer.ts";
import { measure } from "./measure.ts";
import type { Measured, Metric, Metrics, MetricValue } from "./metrics/metric.ts";
import type { Optimizer } from "./optimizers/optimizer.ts";
import {
  anything,
  callable,
  checkOptions,
  count,
  flag,
  integer,
  plain,
  signalled,
} from "./options.ts";
import { checkPair } from "./pair.ts";
import { type Team, teamOf } from "./team.ts";

export interface FitOptions<M extends Metrics = Readonly<Record<string, Metric>>> {
  /** One number for outputs and targets, such as `quadraticCost`. */
  readonly cost: (outputs: Tensor, targets: Tensor) => Tensor;
  readonly optimizer: Optimizer;
  /** How often to go through the data. */
  readonly epochs: number;
  /** Examples in a batch; left out where the data come in batches. */
  readonly batchSize?: number;
  /**
   * How many batches one step is taken with, by the mean of their gradients: as a batch of so many
   * times the size, in the memory of one. The mean is that over examples, also where an epoch ends
   * with fewer batches or a smaller one. `reportEvery` and checkpoints count steps. `dropout` draws
   * for each batch, and `batchNorm` measures each. Default: 1.
   */
  readonly accumulate?: number;
  /**
   * Seed of the order of examples, which each epoch draws anew: epoch e's is that of `batches` with
   * `random.foldIn(shuffle, e)`. Default: 0.
   */
  readonly shuffle?: number;
  /** How many batches of a stream to ask for ahead of their turn. Default: 1. */
  readonly prefetch?: number;
  /** What to measure the metrics on. Default: the dataset itself; none for a stream of batches. */
  readonly validation?: Dataset;
  /**
   * Measured at the end of each epoch, under these names: functions whose mean is taken, and metrics with
   * state, such as `precision()`, which are exact over all examples.
   */
  readonly metrics?: M;
  /** Steps between reports within an epoch. Left out: a report at the end of each epoch only. */
  readonly reportEvery?: number;
  /** Between `backward` and the step: what changes gradients, such as `clipGradNorm`; at once. */
  readonly beforeStep?: (parameters: readonly Parameter[]) => void;
  /** Ends training in order after the step that is under way. */
  readonly signal?: AbortSignal;
  /**
   * Whether a step is traced once for each size of batch, and replayed. False: for models or costs
   * that read values, or do something else at each step. Default: true.
   */
  readonly compiled?: boolean;
  /**
   * Keeps all that training goes on from in a file: every so many steps, at the end of each epoch,
   * and when `signal`, or whoever leaves the loop over the reports, ends training.
   */
  readonly checkpoint?: CheckpointOptions;
  /**
   * The processes that train together, which all call `fit` with the same model, data and options, as
   * `mpi()` of @nabla/mpi gives them: a step is taken with `accumulate` batches of each, the first ones
   * being rank 0's. So two processes take the steps of one with twice `accumulate`, to the same bits if
   * that is 2. The reports are the same on all; rank 0 alone keeps checkpoints. Running statistics are
   * means over the ranks. Throws `NablaError` on all ranks where they differ in shapes of the data, in
   * options or in the first weights.
   */
  readonly world?: Team;
  /**
   * Goes on from the checkpoint if there is one, with the same bits as if training had not been
   * interrupted. The data, `batchSize` and `shuffle` must be the same; `epochs` may be more.
   * Default: false.
   */
  readonly resume?: boolean;
}

/** How training stands; `Name` are those of the metrics, which give `Values`. */
export interface Report<Name extends string = string, Values = Readonly<Record<Name, number>>> {
  /** The epoch under way, from 1. */
  readonly epoch: number;
  /** Steps taken, in all epochs. */
  readonly step: number;
  /** The mean cost of this epoch's examples so far, each measured before its own step. */
  readonly cost: number;
  /** The cost of the last step's examples alone. */
  readonly batchCost: number;
  /** What was measured at the end of the epoch; undefined within it. */
  readonly metrics: Values | undefined;
  /** The cost on `validation` at the end of the epoch; undefined within it, and without one. */
  readonly validationCost: number | undefined;
  /** Of the training so far, without the time spent on metrics. */
  readonly examplesPerSecond: number;
  /** What all epochs will still take at that pace; NaN in the first epoch of a stream. */
  readonly secondsLeft: number;
}

/** A report, whatever its metrics give. */
export type AnyReport = Report<string, Readonly<Record<string, MetricValue>>>;

/** The reports of a training, to be looped over: it takes steps as they are asked for. */
export interface Reports<Name extends string = string, Values = Readonly<Record<Name, number>>>
  extends AsyncGenerator<Report<Name, Values>, void, undefined> {
  /** `await` trains to the end, and gives the last report; undefined if there was none. */
  then<A = Report<Name, Values> | undefined, B = never>(
    done?: ((last: Report<Name, Values> | undefined) => A | PromiseLike<A>) | null,
    failed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B>;
}

/**
 * Trains: shuffles the dataset, and takes one step of the optimiser for each mini-batch. The
 * dataset has two tensors: `inputs` and `targets`, or by other names first what goes in, then what
 * should come out. Instead of a dataset, an iterable of batches will do, of arrays or tensors, synchronous or not;
 * or a function that gives one for each epoch. Loop over the reports, with `for await`; leaving the
 * loop ends training. `await fit(…)` trains to the end, and gives the last report. The event loop
 * goes on: steps of some milliseconds are computed by a worker, where the host has workers that share
 * memory, and between shorter ones it turns at least every 8 ms. So signals, timers and messages come
 * through, and pages show their frames.
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
): Reports<keyof M & string, Measured<M>> {
  type Own = Report<keyof M & string, Measured<M>>;
  const reports = reportsOf(model, data, options) as AsyncGenerator<Own, void, undefined>;
  const train = async () => {
    let last: Own | undefined;
    for await (const report of reports) last = report;
    return last;
  };
  const then: Reports<keyof M & string, Measured<M>>["then"] = (done, failed) =>
    train().then(done, failed);
  // biome-ignore lint/suspicious/noThenProperty: who awaits what trains means it to train.
  // oxlint-disable-next-line unicorn/no-thenable
  return Object.assign(reports, { then });
}

async function* reportsOf(
  model: Layer,
  data: TrainingData,
  options: FitOptions<Metrics>,
): AsyncGenerator<AnyReport, void, undefined> {
  checkFit(model, options);
  const { optimizer, batchSize, shuffle = 0, prefetch = 1, validation, epochs, signal } = options;
  const { reportEvery, accumulate = 1 } = options;
  checkCount("fit", "epochs", epochs);
  if (!(Number.isSafeInteger(prefetch) && prefetch >= 0)) {
    throw new NablaError(`fit: prefetch is ${kindOf(prefetch)}, expected an integer from 0`);
  }
  const feed = feedOf(data, { batchSize, shuffle, prefetch });
  if (validation) checkPair("fit", validation, feed.examples === undefined ? undefined : data);
  const measured = validation ?? (feed.examples === undefined ? undefined : (data as Dataset));
  const team = teamOf(options.world);
  const atOnce = accumulate * (team?.size ?? 1);
  const isStopping = () => signal?.aborted ?? false;
  const costs = costsOf(model, data, feed, options);
  const together = team && { team, accumulate, isStopping };
  const stepOn =
    atOnce > 1 ? groupStepOf(model, costs, options, together) : stepOnOne(model, costs, options);
  // 0 stands for what only a stream knows.
  const course = {
    examples: feed.examples ?? 0,
    batchSize: batchSize ?? 0,
    shuffle,
    accumulate: atOnce,
  };
  const checkpoints = checkpointsOf({ model, optimizer }, course, options, team);
  const start = await checkpoints.start();
  if (team) await checkTogether(team, model, data, { ...course, epochs });
  let isStopped = false;
  let at = start;
  let seconds = 0;
  let batchCost = Number.NaN;
  let { examples } = feed;
  const breathe = breather();
  const progress = (values?: AtEnd): AnyReport => ({
    epoch: at.epoch,
    step: at.step,
    cost: at.total / at.inEpoch,
    batchCost,
    metrics: values?.metrics,
    validationCost: values?.cost,
    examplesPerSecond: (at.seen - start.seen) / seconds,
    secondsLeft: examples
      ? ((epochs * examples - at.seen) * seconds) / (at.seen - start.seen)
      : Number.NaN,
  });
  /** Gives a report; where the loop is left at it, keeps how training stands. */
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
    let passed = 0;
    const batches = named(feed.epoch(epoch), `epoch ${epoch}`);
    for await (const group of inGroups(batches, atOnce)) {
      const count = group.reduce((sum, batch) => sum + countOf(batch), 0);
      passed += count;
      if (passed <= at.inEpoch) continue;
      // Several processes stop after the same step.
      if (team ? isStopped : isStopping()) {
        if (at.step > start.step) await checkpoints.save(at);
        return;
      }
      const started = performance.now();
      const { step, seen, total } = at;
      const taken: GroupStep = await stepOn(group, { step: step + 1, epoch });
      batchCost = await taken.cost.item();
      if (taken.stopping) isStopped = (await taken.stopping.item()) > 0;
      seconds += (performance.now() - started) / 1000;
      at = {
        epoch,
        step: step + 1,
        seen: seen + count,
        inEpoch: passed,
        total: total + batchCost * count,
      };
      await breathe();
      if (passed === examples) break;
      if (reportEvery !== undefined && at.step % reportEvery === 0) yield* reported(progress());
      await checkpoints.after(at);
    }
    examples ??= passed;
    const report = progress(await measuredOn(model, measured, options));
    at = { ...at, epoch: epoch + 1, inEpoch: 0, total: 0 };
    yield* reported(report);
    await checkpoints.save(at);
  }
}

/** Throws `NablaError` for options that only a compiler would have refused. */
function checkFit(model: Layer, options: FitOptions<Metrics>): void {
  if (typeof model !== "function") checkModel("fit", model, "forward");
  checkOptions("fit", options, {
    cost: anything,
    optimizer: anything,
    accumulate: count,
    shuffle: integer,
    validation: plain,
    metrics: plain,
    reportEvery: count,
    beforeStep: callable,
    signal: signalled,
    world: plain,
    compiled: flag,
    checkpoint: plain,
    resume: flag,
  });
  const { cost, optimizer }: Partial<FitOptions<Metrics>> = options;
  if (typeof cost !== "function") {
    throw new NablaError(`fit: cost is ${kindOf(cost)}, expected a function: quadraticCost`);
  }
  checkOptimizer("fit", optimizer);
}

interface AtEnd {
  readonly metrics: Readonly<Record<string, MetricValue>>;
  readonly cost?: number;
}

/** The metrics, and of a validation the cost, too. */
async function measuredOn(
  model: Layer,
  dataset: Dataset | undefined,
  { validation, metrics = {}, cost, world }: FitOptions<Metrics>,
): Promise<AtEnd> {
  if (!dataset) return { metrics: {} };
  const how = world ? { world } : {};
  if (!validation) return { metrics: await measure(model, dataset, metrics, how) };
  // By names of its own, so that metrics may have any.
  const own = Object.entries(metrics).map(([name, metric]) => [`metric ${name}`, metric] as const);
  const together: Metrics = { ...Object.fromEntries(own), cost };
  const all = await measure(model, dataset, together, how);
  const found = Object.keys(metrics).map((name) => [name, all[`metric ${name}`]!] as const);
  return { metrics: Object.fromEntries(found), cost: all["cost"] as number };
}

/** Steps on groups of one batch. */
function stepOnOne(...given: Parameters<typeof stepOf>): ReturnType<typeof groupStepOf> {
  const step = stepOf(...given);
  return async ([batch], place) => ({ cost: await step(batch!, place) });
}

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

/** The batches; what their source throws says where it was. */
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
