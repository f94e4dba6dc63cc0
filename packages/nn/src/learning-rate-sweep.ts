// The learning-rate range test: how the cost goes while the rate grows. L. N. Smith, "Cyclical Learning Rates
// for Training Neural Networks", 2017, section 3.3.
import { NablaError, random, type Tensor } from "@nabla/autograd";
import {
  anything,
  callable,
  checkOptions,
  count,
  fraction,
  type Kinds,
  positive,
} from "@nabla/autograd/checks";
import { checkModel, checkOptimizer } from "./checks.ts";
import type { TrainingData } from "./feed.ts";
import { fit } from "./fit.ts";
import { NaNCostError } from "./fit-cost.ts";
import type { BatchCost, TrainingOptions } from "./fit-options.ts";
import { restorerOf } from "./fit-step.ts";
import type { Layer, Model } from "./layer.ts";
import type { Optimizer } from "./optimizers/optimizer.ts";
import type { Schedule } from "./schedules.ts";
import type { BatchOf, TreeData } from "./tree-feed.ts";

/** How the rates grow, and how each step is taken. */
export interface SweepOptions
  extends Pick<
    TrainingOptions,
    "batchSize" | "accumulate" | "shuffle" | "prefetch" | "beforeStep" | "signal" | "compiled"
  > {
  /** Makes the optimiser: `(learningRate) => adam(model.parameters(), { learningRate })`. */
  readonly optimizer: (learningRate: Schedule) => Optimizer;
  /** The rate of the first step. Default: 1e-6. */
  readonly from?: number;
  /** The rate of the last step. Default: 10. */
  readonly to?: number;
  /** Default: 100. */
  readonly steps?: number;
  /** The part of the last smoothed cost in the next one. Default: 0.9. */
  readonly smoothing?: number;
  /**
   * The sweep ends where the smoothed cost is more than this times the least one; of a negative one, as far
   * above it in proportion to its size. Default: 4.
   */
  readonly divergence?: number;
}

/** A step of a sweep. */
export interface SweepPoint {
  readonly learningRate: number;
  /** What the step's batch cost before it. */
  readonly cost: number;
  /** The mean of the costs so far, the last ones counting most. */
  readonly smoothedCost: number;
}

export interface LearningRateSweep {
  /** The steps, up to the one before which the cost had diverged. */
  readonly points: readonly SweepPoint[];
  /**
   * The rate around which the cost falls most steeply against the rate's logarithm: the middle of the fifth of
   * all steps whose costs have the steepest regression line. Undefined where it falls nowhere.
   */
  readonly suggestion: number | undefined;
}

/**
 * Finds a learning rate: trains like `fit`, while the rate grows by the same factor at each step, and
 * returns the batch costs, until the cost diverges or is not finite. Afterwards model, buffers and the
 * sequence of random draws are as before. Streams are read as far as there are steps. Throws `NablaError`
 * like `fit`, also if the first cost is NaN, and for a rate `to` that is not more than `from`.
 *
 * @example
 * const dataset = { inputs: tensor([[0], [1]]), targets: tensor([[1], [3]]) };
 * const network = dense(1, 1, { initializer: zeros() });
 * const { points, suggestion } = await learningRateSweep(network, dataset, {
 *   cost: quadraticCost,
 *   optimizer: (learningRate) => sgd(network.parameters(), { learningRate }),
 *   batchSize: 2,
 *   from: 0.01,
 *   to: 100,
 *   steps: 41,
 * });
 * points.length < 41; // => true
 * suggestion! > 0.05 && suggestion! < 2; // => true
 * network.weight.arraySync(); // => [[0]]
 */
export function learningRateSweep(
  model: Layer,
  data: TrainingData,
  options: SweepOptions & { readonly cost: (outputs: Tensor, targets: Tensor) => Tensor },
): Promise<LearningRateSweep>;
/** The same by what whole batches cost. */
export function learningRateSweep<M extends Model, D extends TreeData>(
  model: M,
  data: D,
  options: SweepOptions & { readonly batchCost: BatchCost<M, BatchOf<D>> },
): Promise<LearningRateSweep>;
export async function learningRateSweep(
  model: Model,
  data: object,
  options: Given,
): Promise<LearningRateSweep> {
  const operation = "learningRateSweep";
  checkModel(operation, model);
  checkOptions<Given>(operation, options, kinds, "optimizer");
  const { from = 1e-6, to = 10, steps = 100, smoothing = 0.9, divergence = 4, ...said } = options;
  const { optimizer: optimizerBy, ...own } = said;
  if (from >= to) {
    throw new NablaError(`${operation}: rates go from ${from} to ${to}, expected a growing rate`);
  }
  const rateOf: Schedule = (step) => from * (to / from) ** (step / Math.max(1, steps - 1));
  const before = random.state();
  const optimizer = optimizerBy(rateOf);
  checkOptimizer(operation, optimizer);
  const restore = await restorerOf(model, optimizer, true);
  const points: SweepPoint[] = [];
  let [smoothedCost, weights, least] = [0, 0, Number.POSITIVE_INFINITY];
  try {
    // There is a step in each epoch.
    const how = { optimizer, epochs: steps, reportEvery: 1 };
    const reports =
      own.batchCost === undefined
        ? fit(model as Layer, data as TrainingData, { ...own, ...how })
        : fit(model, data, { ...own, ...how });
    for await (const { step, batchCost: cost } of reports) {
      // The report of an epoch's end is of the same step as the one before.
      if (step === points.length) continue;
      weights = smoothing * weights + 1;
      smoothedCost += (cost - smoothedCost) / weights;
      // `divergence` times the least one, also where that is negative.
      const most = least + (divergence - 1) * Math.abs(least);
      if (!Number.isFinite(smoothedCost) || smoothedCost > most) break;
      least = Math.min(least, smoothedCost);
      points.push({ learningRate: rateOf(step - 1), cost, smoothedCost });
      if (step === steps) break;
    }
  } catch (error) {
    // The first cost does not depend on any rate.
    if (!(error instanceof NaNCostError) || points.length === 0) throw error;
  } finally {
    await restore();
    random.restore(before);
  }
  return { points, suggestion: steepest(points, Math.max(3, Math.ceil(steps / 5))) };
}

type Given = SweepOptions &
  (
    | {
        readonly cost: (outputs: Tensor, targets: Tensor) => Tensor;
        readonly batchCost?: undefined;
      }
    | { readonly batchCost: BatchCost<Model, object>; readonly cost?: undefined }
  );

/** `fit` checks its own options. */
const kinds: Kinds<Given> = {
  cost: anything,
  batchCost: anything,
  batchSize: anything,
  accumulate: anything,
  shuffle: anything,
  prefetch: anything,
  beforeStep: anything,
  signal: anything,
  compiled: anything,
  optimizer: callable,
  from: positive,
  to: positive,
  steps: count,
  smoothing: fraction,
  divergence: [(x) => typeof x === "number" && x > 1, "a number of more than 1"],
};

/**
 * The middle rate of the `window` consecutive steps whose costs have the steepest falling regression
 * line. From one step to the next, costs differ more by their batches than by the rate.
 */
function steepest(points: readonly SweepPoint[], window: number): number | undefined {
  let [most, found] = [0, undefined as number | undefined];
  for (let end = window; end <= points.length; end++) {
    const some = points.slice(end - window, end);
    const [first, last] = [some[0]!, some.at(-1)!];
    // The slope times a number that is the same for all.
    const fall = some.reduce(
      (sum, { cost }, i) => sum + ((window - 1) / 2 - i) * (cost - first.cost),
      0,
    );
    if (fall > most) [most, found] = [fall, Math.sqrt(first.learningRate * last.learningRate)];
  }
  return found;
}
