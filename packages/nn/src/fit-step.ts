// One step of `fit`: a batch's cost, its gradients and the optimiser's step, or none of it.
import {
  compile,
  mustAwait,
  NablaError,
  type Parameter,
  type RandomState,
  random,
  realizeAsync,
  type Tensor,
} from "@nabla/autograd";
import type { FeedBatch } from "./feed.ts";
import type { Costs, Place } from "./fit-cost.ts";
import { type Layer, namedBuffersOf } from "./layer.ts";
import type { Optimizer } from "./optimizers/optimizer.ts";

/** What `FitOptions` say of a step. */
export interface StepOptions {
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
  costs: Costs,
  { optimizer, beforeStep, compiled = true }: StepOptions,
): (batch: FeedBatch, place: Place) => Promise<Tensor> {
  const differentiated = (batch: FeedBatch): Tensor => {
    const cost = costs.differentiated(batch);
    changeGradients(optimizer, beforeStep);
    return cost;
  };
  const takeStep = async (batch: FeedBatch): Promise<Tensor> => {
    const restore = await restorerOf(model, optimizer, beforeStep !== undefined);
    const before = random.state();
    let after: RandomState | undefined;
    try {
      const cost = differentiated(batch);
      after = random.state();
      await stepAfter([cost], optimizer);
      return cost;
    } catch (error) {
      await restore();
      takeBackDraws(before, after);
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
    costs.begin(batch, at);
    return run(batch);
  };
}

/** Calls what `FitOptions` have between `backward` and the step. */
export function changeGradients(
  { parameters }: Optimizer,
  beforeStep: StepOptions["beforeStep"],
): void {
  const changed: unknown = beforeStep?.(parameters);
  if (!(changed instanceof Promise)) return;
  changed.catch(() => undefined);
  throw new NablaError(
    "fit: beforeStep gives a Promise, and would change gradients too late; expected a function that " +
      "is done when it returns",
  );
}

/**
 * Takes a step with the gradients that are there, once they and `others`, the cost among them, have been
 * computed in a run of their own: so what is wrong with them is found before anything is assigned.
 */
export async function stepAfter(others: readonly Tensor[], optimizer: Optimizer): Promise<void> {
  const gradients = gradientsOf(optimizer.parameters);
  // Meanwhile others must not add to them.
  for (const { p } of gradients) p.grad = null;
  await realizeAsync(...others, ...gradients.flatMap(({ grad }) => grad ?? []));
  for (const { p, grad } of gradients) p.grad = grad;
  await stepLater(optimizer);
}

/** Goes back to `before`, unless somebody else has drawn since `after`. */
export function takeBackDraws(before: RandomState, after: RandomState | undefined): void {
  const now = random.state();
  if (!after || (now.seed === after.seed && now.draws === after.draws)) random.restore(before);
}

function gradientsOf(parameters: Iterable<Parameter>): readonly {
  readonly p: Parameter;
  readonly grad: Tensor | null;
}[] {
  return [...parameters].map((p) => ({ p, grad: p.grad }));
}

/** Takes back what a forward and a backward pass have changed, and values where others may have. */
export async function restorerOf(
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
