// The cost of a batch, as `fit` differentiates it, and the error for one that is NaN.
import { findNaN, formatShape, guard, NablaError, type NaNReport, Tensor } from "@nabla/autograd";
import { describe, isPlainObject } from "@nabla/autograd/checks";
import { type WeighableCost, weightedCost } from "./example-weights.ts";
import type { FeedBatch, PairFeed } from "./feed.ts";
import { checkTrainable } from "./freezing.ts";
import { ignoredIn } from "./labels.ts";
import { applyLayer, type Layer } from "./layer.ts";
import type { Optimizer } from "./optimizers/optimizer.ts";

/** What is differentiated: one number, and the named numbers that it is the sum of, if there are any. */
export interface Differentiated {
  readonly cost: Tensor;
  readonly costs: Readonly<Record<string, Tensor>>;
}

/** Costs of batches. */
export interface Costs {
  /** What errors begin with. */
  readonly operation: string;
  /**
   * Call before computing the cost of the batch, which may be traced or replayed. Throws `NablaError` for
   * labels that are not classes.
   */
  begin(batch: FeedBatch, position: StepPosition): void;
  /**
   * The cost, whose gradients it leaves in the parameters. Where it is NaN, the run that computes it
   * throws `NablaError`.
   */
  differentiated(batch: FeedBatch): Differentiated;
}

/** The costs of a layer's outputs and the targets. */
export function pairCostsOf(
  operation: string,
  model: Layer,
  feed: PairFeed,
  optimizer: Optimizer,
  costOf: WeighableCost,
): Costs {
  let classes: number | undefined;
  let ignored: ReadonlySet<number>;
  let given: FeedBatch;
  const costs = costsBy(operation, optimizer, (batch) => {
    const [inputs, targets, weights] = feed.pairOf(batch);
    const outputs = applyLayer(model, inputs);
    const found = ignoredIn(() =>
      weights
        ? weightedCost(operation, costOf, outputs, targets, weights)
        : costOf(outputs, targets),
    );
    if (classes === undefined && areLabels(targets, outputs)) {
      classes = outputs.shape[1]!;
      ({ ignored } = found);
      // The actual batch: while the step is traced, `batch` is a placeholder without values.
      feed.checkLabels(given, classes, ignored);
    }
    return found.result;
  });
  return {
    ...costs,
    begin(batch, at) {
      given = batch;
      costs.begin(batch, at);
      if (classes !== undefined) feed.checkLabels(batch, classes, ignored);
    },
  };
}

/** Costs of whole batches, as `costOf` gives them: one number, or several with names. */
export function costsBy(
  operation: string,
  optimizer: Optimizer,
  costOf: (batch: FeedBatch) => Tensor | Readonly<Record<string, Tensor>>,
): Costs {
  let position: StepPosition;
  return {
    operation,
    begin(_, at) {
      position = at;
    },
    differentiated(batch) {
      const found = totalOf(operation, costOf(batch));
      const { cost } = found;
      guard(cost, (known) => {
        if (Number.isNaN(known.dataSync()[0])) throw nanError(operation, known, position);
      });
      cost.backward();
      if (!optimizer.parameters.some(({ grad }) => grad)) {
        checkTrainable(operation, optimizer.parameters);
        throw new NablaError(
          `${operation}: the cost depends on none of the optimiser's parameters; was it made for another model?`,
        );
      }
      return found;
    },
  };
}

/** The given cost, or the sum of the named ones. Throws `NablaError` for anything else. */
export function totalOf(operation: string, given: unknown): Differentiated {
  if (given instanceof Tensor) return { cost: given, costs: {} };
  const costs = isPlainObject(given) ? Object.entries(given) : [];
  for (const [name, cost] of costs) {
    checkOneNumber(`${operation}: the cost "${name}"`, cost);
  }
  if (costs.length === 0) {
    throw new NablaError(
      `${operation}: the cost gives ${describe(given)}, expected a tensor of one number`,
    );
  }
  const all = Object.fromEntries(
    costs.map(([name, cost]) => [name, (cost as Tensor).reshape([])] as const),
  );
  return { cost: Object.values(all).reduce((sum, cost) => sum.add(cost)), costs: all };
}

/** Throws `NablaError` unless it is a tensor of one number; `what` begins the error. */
export function checkOneNumber(what: string, given: unknown): asserts given is Tensor {
  const isTensor = given instanceof Tensor;
  if (isTensor && given.size === 1) return;
  const { shape } = given as Tensor;
  const kind = isTensor ? `a tensor ${formatShape(shape)}` : describe(given);
  throw new NablaError(`${what} is ${kind}, expected a tensor of one number`);
}

/** The current step. */
export interface StepPosition {
  readonly step: number;
  /** Undefined in hand-written loops. */
  readonly epoch?: number;
}

/** `at step 3 (epoch 2)`. */
export function positionText({ step, epoch }: StepPosition): string {
  return `at step ${step}${epoch === undefined ? "" : ` (epoch ${epoch})`}`;
}

function areLabels(targets: Tensor, outputs: Tensor): boolean {
  const isWhole = targets.dtype === "int32" || targets.dtype === "uint8";
  return isWhole && targets.rank === 1 && outputs.rank === 2;
}

/** The cost is NaN; a separate class for callers that handle it. */
export class NaNCostError extends NablaError {}

/** For a cost that is NaN: what may help, and what `findNaN` has found of it. */
function nanError(operation: string, cost: Tensor, position: StepPosition): NaNCostError {
  const found = foundIn(cost);
  const cure = cureFor(found, position.step);
  const text = found ? `\n${found.toString()}` : "";
  return new NaNCostError(
    `${operation}: the cost became NaN ${positionText(position)}, which was not taken${cure}${text}`,
  );
}

function foundIn(cost: Tensor): NaNReport | null {
  try {
    return findNaN(cost);
  } catch (error) {
    // A graph that cannot be recomputed, for example because of a model's own random draws, must not
    // hide the error.
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
