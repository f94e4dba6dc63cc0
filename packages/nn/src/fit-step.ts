// One step of `fit`: a batch's cost, its gradients and the optimiser's step, or none of it.
import {
  compile,
  findNaN,
  guard,
  mustAwait,
  NablaError,
  type NaNReport,
  type Parameter,
  type RandomState,
  random,
  realizeAsync,
  Tensor,
} from "@nabla/autograd";
import { type Dataset, examplesAt } from "./batches.ts";
import { kindOf } from "./checks.ts";
import type { Feed, FeedBatch, TrainingData } from "./feed.ts";
import { applyLayer, type Layer, namedBuffersOf } from "./layer.ts";
import type { Optimizer } from "./optimizers/optimizer.ts";
import { pairOf } from "./pair.ts";

/** What `FitOptions` say of a step. */
interface StepOptions {
  readonly cost: (outputs: Tensor, targets: Tensor) => Tensor;
  readonly optimizer: Optimizer;
  readonly beforeStep?: (parameters: readonly Parameter[]) => void;
  readonly compiled?: boolean;
}

/**
 * Takes a step with a batch, and gives its cost. Throws `NablaError`, and takes none, where that is
 * NaN.
 */
export function stepOf(
  model: Layer,
  data: TrainingData,
  feed: Feed,
  { cost: costOf, optimizer, beforeStep, compiled = true }: StepOptions,
): (batch: FeedBatch, place: Place) => Promise<Tensor> {
  let classes: number | undefined;
  let given: FeedBatch;
  let place: Place;
  /** The cost, whose gradients it leaves in the parameters. */
  const differentiated = (batch: FeedBatch): Tensor => {
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
      throw new NablaError(`fit: the cost gives ${kindOf(cost)}, expected a tensor of one number`);
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
    const changed: unknown = beforeStep?.(optimizer.parameters);
    if (changed instanceof Promise) {
      changed.catch(() => undefined);
      throw new NablaError(
        "fit: beforeStep gives a Promise, and would change gradients too late; expected a function that " +
          "is done when it returns",
      );
    }
    return cost;
  };
  const takeStep = async (batch: FeedBatch): Promise<Tensor> => {
    const restore = await restorerOf(model, optimizer, beforeStep !== undefined);
    const before = random.state();
    let after: RandomState | undefined;
    try {
      const cost = differentiated(batch);
      after = random.state();
      const gradients = gradientsOf(optimizer.parameters);
      // Meanwhile others must not add to them.
      for (const { p } of gradients) p.grad = null;
      // In a run of its own, so that what is wrong with it is found before anything is assigned.
      await realizeAsync(cost, ...gradients.flatMap(({ grad }) => grad ?? []));
      for (const { p, grad } of gradients) p.grad = grad;
      await stepLater(optimizer);
      return cost;
    } catch (error) {
      await restore();
      const now = random.state();
      // Unless somebody else has drawn since.
      if (!after || (now.seed === after.seed && now.draws === after.draws)) random.restore(before);
      throw error;
    }
  };
  const step = compile((batch: FeedBatch) => {
    const cost = differentiated(batch);
    optimizer.step();
    return cost;
  });
  const run = compiled ? step.async : takeStep;
  return async (batch, at) => {
    given = batch;
    place = at;
    if (classes !== undefined) feed.checkLabels(batch, classes);
    return run(batch);
  };
}

function gradientsOf(parameters: Iterable<Parameter>): readonly {
  readonly p: Parameter;
  readonly grad: Tensor | null;
}[] {
  return [...parameters].map((p) => ({ p, grad: p.grad }));
}

/** Takes back what a forward and a backward pass have changed, and values where others may have. */
async function restorerOf(
  model: Layer,
  optimizer: Optimizer,
  areValuesToo: boolean,
): Promise<() => Promise<void>> {
  const parameters = new Set([...model.parameters(), ...optimizer.parameters]);
  const buffers = namedBuffersOf(model).map(([, p]) => p);
  const changing = new Set([...buffers, ...(areValuesToo ? parameters : [])]);
  const values = [...changing].map((p) => ({ p, value: p.snapshot() }));
  const gradients = gradientsOf(parameters);
  if (mustAwait()) await realizeAsync(...values.map(({ value }) => value));
  return async () => {
    for (const { p, grad } of gradients) p.grad = grad;
    // What they were assigned is computed before the next, or fails, and is taken back.
    if (mustAwait()) await realizeAsync(...changing).catch(() => undefined);
    for (const { p, value } of values) p.assign(value);
  };
}

/** Takes a step; an optimiser of one's own may only have the form that blocks. */
async function stepLater(optimizer: Optimizer): Promise<void> {
  const given: Pick<Optimizer, "step"> & Partial<Optimizer> = optimizer;
  if (given.stepAsync) await given.stepAsync();
  else given.step();
}

/** Which step is under way. */
interface Place {
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
