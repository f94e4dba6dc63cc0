// Options of fit, and the types of its reports.
import type { Parameter, Tensor, Tree } from "@nabla/autograd";
import type { Dataset } from "./batches.ts";
import type { Callback } from "./callbacks.ts";
import type { WeighableCost } from "./example-weights.ts";
import type { CheckpointOptions } from "./fit-position.ts";
import type { Model } from "./layer.ts";
import type { Metric, Metrics, StatefulMetric } from "./metrics/metric.ts";
import type { Optimizer } from "./optimizers/optimizer.ts";
import type { AnyReport } from "./report.ts";
import type { Team } from "./team.ts";
import type { TreeData } from "./tree-feed.ts";

/** What both forms of `fit` take. */
export interface TrainingOptions {
  readonly optimizer: Optimizer;
  /** How often to go through the data. */
  readonly epochs: number;
  /** Examples in a batch; left out where the data come in batches. */
  readonly batchSize?: number;
  /**
   * How many batches to average the gradient over for each step: like a batch that many times as large,
   * in the memory of one. The mean is over examples, even if an epoch ends with fewer batches or a
   * smaller one. `reportEvery` and checkpoints count steps. `dropout` draws anew for each batch, and
   * `batchNorm` measures each. Default: 1.
   */
  readonly accumulate?: number;
  /**
   * Seed of the order of examples, which each epoch draws anew: epoch e's is that of `batches` with
   * `random.foldIn(shuffle, e)`. Default: 0.
   */
  readonly shuffle?: number;
  /** How many batches of a stream to request in advance. Default: 1. */
  readonly prefetch?: number;
  /** Steps between reports within an epoch. Left out: a report at the end of each epoch only. */
  readonly reportEvery?: number;
  /** Between `backward` and the step: what changes gradients, such as `clipGradNorm`; at once. */
  readonly beforeStep?: (parameters: readonly Parameter[]) => void;
  /**
   * Called after each step with a report, for logging, or for changing parameters, such as clipping
   * weights or averaging them. The result is awaited.
   */
  readonly afterStep?: (report: AnyReport) => unknown;
  /**
   * What follows the training, by name: `earlyStopping`, `bestModel`, `reduceOnPlateau`, `averaged`, or your
   * own. Checkpoints keep their states. A training that one of them has ended stays ended when it is resumed
   * with it.
   */
  readonly callbacks?: Readonly<Record<string, Callback>>;
  /** Whether reports have the norm of the gradients, before `beforeStep`. Default: false. */
  readonly gradientNorm?: boolean;
  /** Ends training after the current step. */
  readonly signal?: AbortSignal;
  /**
   * Whether a step is traced once for each size of batch, and replayed. False: for models or costs
   * that read values, or do something else at each step. Default: true.
   */
  readonly compiled?: boolean;
  /**
   * Saves everything needed to resume training to a file: every so many steps, at the end of each epoch,
   * and when `signal`, or leaving the loop over the reports, ends training.
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

/** How `fit` trains a layer by a cost of its outputs and targets. */
export interface FitOptions<M extends Metrics = Readonly<Record<string, Metric>>>
  extends TrainingOptions {
  /**
   * One number for outputs and targets, such as `quadraticCost`; of data with weights it is given
   * `{ weights }`, too, and divides by their sum, as all costs here do. What counts is that times the
   * mean weight: the mean over examples of cost times weight.
   */
  readonly cost: WeighableCost;
  /** What to measure the metrics on. Default: the dataset itself; a stream of batches needs one for metrics. */
  readonly validation?: Dataset;
  /**
   * Measured at the end of each epoch, under these names: functions whose mean is taken, and metrics with
   * state, such as `precision()`, which are exact over all examples.
   */
  readonly metrics?: M;
}

/**
 * The cost of a batch: one number, the mean over its examples, or several by name, whose sum is the cost
 * and which reports list. `key` is new at each step: the seed for the cost's random draws.
 */
export type BatchCost<M = Model, B = Tree> = (
  model: M,
  batch: B,
  key: Tensor<[2]>,
) => Tensor | Readonly<Record<string, Tensor>>;

/** What a metric with state is to know of a batch. */
export type Observed = readonly [outputs: Tensor, targets: Tensor, weights?: Tensor | undefined];

/**
 * A function of the model and a batch that returns one number, the mean over its examples; or a metric
 * with state, and a function that returns its outputs and targets: `[accuracy, (model, { images, labels
 * }) => [model.forward(images), labels]]`.
 */
export type BatchMetric<M = Model, B = Tree> =
  | ((model: M, batch: B) => Tensor)
  | readonly [metric: StatefulMetric, of: (model: M, batch: B) => Observed];

/** Metrics of whole batches by name, of either kind. */
export type BatchMetrics<M = Model, B = Tree> = Readonly<Record<string, BatchMetric<M, B>>>;

/** The result of each metric. */
export type MeasuredOfBatches<Ms> = {
  readonly [Name in keyof Ms]: Ms[Name] extends readonly [StatefulMetric<infer Value>, unknown]
    ? Value
    : number;
};

/** Options of `fit` for any model with a cost of whole batches; `B` is the type of a batch. */
export interface BatchFitOptions<
  M extends Model = Model,
  B = Tree,
  Ms extends BatchMetrics<M, B> = BatchMetrics<M, B>,
  Validation extends TreeData = TreeData,
> extends TrainingOptions {
  readonly batchCost: BatchCost<M, B>;
  /** Data to measure the cost and the metrics on after each epoch: a dataset, or a stream. */
  readonly validation?: Validation;
  /**
   * Measured on the validation data with the model in evaluation mode, over all examples: functions,
   * whose mean is taken, and metrics with state, each with a function that returns its outputs and
   * targets, and optionally example weights.
   */
  readonly metrics?: Ms;
  /** How many examples of the validation to compute on at a time. Default: 1000. */
  readonly measureBatchSize?: number;
}
