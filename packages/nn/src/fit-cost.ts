// The cost of a batch, as `fit` differentiates it; and what is said of one that is NaN.
import { findNaN, guard, NablaError, type NaNReport, Tensor } from "@nabla/autograd";
import { type Dataset, examplesAt } from "./batches.ts";
import { kindOf } from "./checks.ts";
import type { Feed, FeedBatch, TrainingData } from "./feed.ts";
import { applyLayer, type Layer } from "./layer.ts";
import type { Optimizer } from "./optimizers/optimizer.ts";
import { pairOf } from "./pair.ts";

/** What `FitOptions` say of a cost. */
interface CostOptions {
  readonly cost: (outputs: Tensor, targets: Tensor) => Tensor;
  readonly optimizer: Optimizer;
}

/** Costs of batches. */
export interface Costs {
  /**
   * To be called before what computes the cost of the batch, which may be traced or replayed. Throws
   * `NablaError` for labels that are no classes.
   */
  begin(batch: FeedBatch, place: Place): void;
  /**
   * The cost, whose gradients it leaves in the parameters. Where it is NaN, the run that computes it
   * throws `NablaError`.
   */
  differentiated(batch: FeedBatch): Tensor;
}

export function costsOf(
  model: Layer,
  data: TrainingData,
  feed: Feed,
  { cost: costOf, optimizer }: CostOptions,
): Costs {
  let classes: number | undefined;
  let given: FeedBatch;
  let place: Place;
  return {
    begin(batch, at) {
      given = batch;
      place = at;
      if (classes !== undefined) feed.checkLabels(batch, classes);
    },
    differentiated(batch) {
      const [inputs, targets] =
        batch instanceof Tensor ? pairOf(examplesAt(data as Dataset, batch)) : batch;
      const outputs = applyLayer(model, inputs);
      if (classes === undefined && areLabels(targets, outputs)) {
        classes = outputs.shape[1]!;
        // What was given: while the step is traced, `batch` stands for it and has no values.
        feed.checkLabels(given, classes);
      }
      const cost = costOf(outputs, targets);
      if (!(cost instanceof Tensor)) {
        throw new NablaError(
          `fit: the cost gives ${kindOf(cost)}, expected a tensor of one number`,
        );
      }
      guard(cost, (known) => {
        if (Number.isNaN(known.dataSync()[0])) throw nanError(known, place);
      });
      cost.backward();
      if (!optimizer.parameters.some(({ grad }) => grad)) {
        throw new NablaError(
          "fit: the cost depends on none of the optimiser's parameters; was it made for another model?",
        );
      }
      return cost;
    },
  };
}

/** Which step is under way. */
export interface Place {
  readonly step: number;
  readonly epoch: number;
}

function areLabels(targets: Tensor, outputs: Tensor): boolean {
  const isWhole = targets.dtype === "int32" || targets.dtype === "uint8";
  return isWhole && targets.rank === 1 && outputs.rank === 2;
}

/** For a cost that is NaN: what may help, and what `findNaN` has found of it. */
function nanError(cost: Tensor, { step, epoch }: Place): NablaError {
  const found = foundIn(cost);
  const where = `at step ${step} (epoch ${epoch})`;
  const cure = cureFor(found, step);
  const text = found ? `\n${found.toString()}` : "";
  return new NablaError(`fit: the cost became NaN ${where}, which was not taken${cure}${text}`);
}

function foundIn(cost: Tensor): NaNReport | null {
  try {
    return findNaN(cost);
  } catch (error) {
    // What cannot be computed again, such as a draw of a model's own, is no reason to say less.
    if (error instanceof NablaError) return null;
    throw error;
  }
}

function cureFor(found: NaNReport | null, step: number): string {
  const isGiven = found?.inputs.length === 0;
  if (isGiven && found.operation !== "parameter") return ": the data have NaN or infinities";
  if (isGiven && step > 1) {
    return ": a parameter has become NaN or infinite; a smaller learning rate, or clipGradNorm, may help";
  }
  if (isGiven) return ": a parameter of the model is NaN or infinite";
  // No step has been taken that could have been too long.
  if (step === 1) return ": the model or the cost makes it of the data and the first parameters";
  return "; a smaller learning rate may help";
}
