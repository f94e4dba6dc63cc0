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
import { normOf } from "./clipping.ts";
import type { FeedBatch } from "./feed.ts";
import type { Costs, Differentiated, StepPosition } from "./fit-cost.ts";
import { type LayerFunction, type Model, namedBuffersOf, namedParametersOf } from "./layer.ts";
import type { Optimizer } from "./optimizers/optimizer.ts";

/** What `FitOptions` say of a step. */
export interface StepOptions {
  readonly optimizer: Optimizer;
  readonly beforeStep?: (parameters: readonly Parameter[]) => void;
  readonly compiled?: boolean;
  readonly gradientNorm?: boolean;
}

/** The result of a step: the cost, its named terms, and other requested values. */
export interface TakenStep extends Differentiated {
  /** The norm of the gradients, before `beforeStep`. */
  readonly norm?: Tensor;
}

/** Takes a step with a batch. Throws `NablaError`, and takes none, where the cost is NaN. */
export function stepOf(
  model: Model,
  costs: Costs,
  options: StepOptions,
): (batch: FeedBatch, position: StepPosition) => Promise<TakenStep> {
  const { optimizer, beforeStep, compiled = true } = options;
  const differentiated = (batch: FeedBatch): TakenStep =>
    byItself(model, optimizer, () => {
      const found = costs.differentiated(batch);
      return { ...found, ...changeGradients(costs.operation, options) };
    });
  const takeStep = async (batch: FeedBatch): Promise<TakenStep> => {
    const restore = await restorerOf(model, optimizer, beforeStep !== undefined);
    const before = random.state();
    let after: RandomState | undefined;
    try {
      const taken = differentiated(batch);
      after = random.state();
      await stepAfter(tensorsOf(taken), optimizer);
      return taken;
    } catch (error) {
      await restore();
      takeBackDraws(before, after);
      throw error;
    }
  };
  const step = compile((batch: FeedBatch) => {
    const taken = differentiated(batch);
    optimizer.step();
    return { ...taken };
  });
  const run = compiled ? step.async : takeStep;
  return async (batch, at) => {
    costs.begin(batch, at);
    return run(batch);
  };
}

/**
 * What `f` gives that differentiates a cost, without the gradients that were left before; those of
 * parameters that the optimiser does not have are as they were again after.
 */
export function byItself<T>(model: Model, { parameters }: Optimizer, f: () => T): T {
  const own = new Set(parameters);
  const others = gradientsOf(parametersOf(model).filter((p) => !own.has(p)));
  for (const p of own) p.grad = null;
  for (const { p } of others) p.grad = null;
  try {
    return f();
  } finally {
    for (const { p, grad } of others) p.grad = grad;
  }
}

/** Those of a model, or of a function, which has none. */
function parametersOf(model: Model | LayerFunction): readonly Parameter[] {
  return namedParametersOf(model).map(([, p]) => p);
}

/** All that a step gives. */
export function tensorsOf({ costs, ...others }: TakenStep): readonly Tensor[] {
  return [...Object.values<Tensor>(others), ...Object.values(costs)];
}

/**
 * Calls the hooks of `FitOptions` between `backward` and the step; measures the gradient norm before, if
 * requested.
 */
export function changeGradients(
  operation: string,
  { optimizer: { parameters }, beforeStep, gradientNorm = false }: StepOptions,
): { readonly norm?: Tensor } {
  const measured = gradientNorm
    ? { norm: normOf(parameters.flatMap(({ grad }) => grad ?? [])) }
    : {};
  const changed: unknown = beforeStep?.(parameters);
  if (!(changed instanceof Promise)) return measured;
  changed.catch(() => undefined);
  throw new NablaError(
    `${operation}: beforeStep gives a Promise, and would change gradients too late; expected a function ` +
      "that is done when it returns",
  );
}

/**
 * Takes a step with the current gradients, after computing them and `others`, the cost among them, in a
 * separate run: so errors in them are found before anything is assigned.
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

/**
 * Undoes the changes of a forward and a backward pass, and restores values that others may have changed.
 */
export async function restorerOf(
  model: Model,
  optimizer: Optimizer,
  areValuesToo: boolean,
): Promise<() => Promise<void>> {
  const parameters = new Set([...parametersOf(model), ...optimizer.parameters]);
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

/** Takes a step; a custom optimiser may only have the blocking form. */
async function stepLater(optimizer: Optimizer): Promise<void> {
  const given: Pick<Optimizer, "step"> & Partial<Optimizer> = optimizer;
  if (given.stepAsync) await given.stepAsync();
  else given.step();
}
