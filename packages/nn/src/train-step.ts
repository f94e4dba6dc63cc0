// One training step, for hand-written loops.
import { NablaError, random, type Tensor, type Tree } from "@nabla/autograd";
import { anything, callable, checkOptions, flag } from "@nabla/autograd/checks";
import { checkModel, checkOptimizer } from "./checks.ts";
import type { Fed } from "./feed.ts";
import { type Costs, costsBy, type StepPosition } from "./fit-cost.ts";
import { type GroupStep, groupStepOf } from "./fit-group.ts";
import type { BatchCost, TrainingOptions } from "./fit-options.ts";
import { type StepOptions, stepOf, type TakenStep } from "./fit-step.ts";
import type { Model } from "./layer.ts";
import type { Optimizer } from "./optimizers/optimizer.ts";
import { checkedCount, type NumbersFor } from "./tree-feed.ts";
import { tensorsIn } from "./trees.ts";

/** How a step is taken. */
export interface TrainStepOptions<M extends Model = Model, B = Tree>
  extends Pick<TrainingOptions, "optimizer" | "beforeStep" | "gradientNorm" | "compiled"> {
  readonly batchCost: BatchCost<M, B>;
}

/** A step that was taken. */
export interface TrainStepReport {
  /** What the batches cost before it: the mean over their examples. */
  readonly cost: number;
  /** The same of the named costs, where `batchCost` gives some; else empty. */
  readonly costs: Readonly<Record<string, number>>;
  /** The norm of the gradients before `beforeStep`, if `gradientNorm` requests it. */
  readonly gradientNorm: number | undefined;
  /** The learning rate, that of the first group; of an optimiser that tells. */
  readonly learningRate: number | undefined;
}

/**
 * Makes a function that takes a step with a batch, as in `fit`: the cost, its gradients and the
 * optimiser's step, compiled once for each signature of a batch; if anything fails, nothing is changed.
 * For hand-written loops, and for alternating steps, such as those of a discriminator and a generator.
 * Batches are trees of tensors or numbers with one row per example in the first tensor; a step with
 * several takes the mean of their gradients over all examples. Everything that later steps depend on is
 * in the model, the optimiser and the sequence of random draws, so `saveCheckpoint` and `loadCheckpoint`
 * resume with the same bits. Steps that are not awaited wait for each other. Gradients already in
 * parameters do not count, and those of parameters that the optimiser does not have are unchanged. Throws
 * `NablaError` if the cost becomes NaN: model, optimiser and draws are then as before the step.
 *
 * @example
 * const w = parameter([0]);
 * const model = madeOf({ w });
 * const step = trainStep(model, {
 *   batchCost: (_, { x }: { x: Tensor }) => w.sub(x).square().mean(),
 *   optimizer: sgd([w], { learningRate: 0.5 }),
 * });
 * const { cost } = await step({ x: tensor([[1], [3]]) });
 * [cost, w.arraySync()]; // => [5, [2]]
 */
export function trainStep<M extends Model, B = Tree>(
  model: M,
  options: TrainStepOptions<M, B>,
): (...batches: readonly NumbersFor<B>[]) => Promise<TrainStepReport>;
export function trainStep(
  model: Model,
  options: TrainStepOptions,
): (...batches: readonly NumbersFor<Tree>[]) => Promise<TrainStepReport> {
  const operation = "trainStep";
  checkModel(operation, model);
  checkOptions(
    operation,
    options,
    {
      batchCost: callable,
      optimizer: anything,
      beforeStep: callable,
      gradientNorm: flag,
      compiled: flag,
    },
    "batchCost",
  );
  const { optimizer, batchCost } = options;
  checkOptimizer(operation, optimizer);
  const costs = costsBy(operation, optimizer, (batch) => batchCost(model, batch, random.key()));
  const one = stepOnOne(model, costs, options);
  let several: ReturnType<typeof groupStepOf> | undefined;
  let step = 0;
  const taken = async (batches: readonly NumbersFor<Tree>[]): Promise<TrainStepReport> => {
    if (batches.length === 0)
      throw new NablaError(`${operation}: got no batch, expected one or more`);
    const group: Fed[] = [];
    for (const given of batches) {
      const batch = tensorsIn(operation, "a batch", given);
      group.push({ batch, count: await checkedCount(operation, batch) });
    }
    const take = batches.length === 1 ? one : (several ??= groupStepOf(model, costs, options));
    const rate = await rateOf(optimizer);
    const found = await take(group, { step: step + 1 });
    step++;
    const { cost, costs: named, norm } = await numbersOf(found);
    return { cost, costs: named, gradientNorm: norm, learningRate: rate };
  };
  /** The previous step, whether it succeeded or not. */
  let before: Promise<unknown> = Promise.resolve();
  return (...batches) => {
    const own = before.then(() => taken(batches));
    before = own.catch(() => undefined);
    return own;
  };
}

/** Steps on groups of one batch. */
export function stepOnOne(
  model: Model,
  costs: Costs,
  options: StepOptions,
): (group: readonly Fed[], position: StepPosition) => Promise<GroupStep> {
  const step = stepOf(model, costs, options);
  return ([fed], position) => step(fed!.batch, position);
}

/** A step, in numbers. */
export interface StepNumbers {
  readonly cost: number;
  readonly costs: Readonly<Record<string, number>>;
  readonly norm: number | undefined;
}

export async function numbersOf({ cost, costs, norm }: TakenStep): Promise<StepNumbers> {
  const named: [string, number][] = [];
  for (const [name, x] of Object.entries<Tensor>(costs)) named.push([name, await x.item()]);
  return {
    cost: await cost.item(),
    costs: Object.fromEntries(named),
    norm: norm && (await norm.item()),
  };
}

/** The learning rate of the next step, of an optimiser that tells. */
export async function rateOf(optimizer: Optimizer): Promise<number | undefined> {
  // A custom optimiser may have something else under this name.
  return typeof optimizer.learningRate === "function" ? optimizer.learningRate() : undefined;
}
