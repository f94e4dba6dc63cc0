// Many networks that learn the same data from different starts, trained as one: `vmap` over models. Where
// there are no data, they do not agree. B. Lakshminarayanan et al., "Simple and scalable predictive
// uncertainty estimation using deep ensembles", 2017, without its adversarial examples.
import { concat, random, type Tensor, vmap } from "@nabla/autograd";
import {
  type BatchFitOptions,
  dense,
  type Model,
  madeOf,
  meanSquaredError,
  type ParameterTree,
  sequential,
  stacked,
  tanh,
  withParameters,
} from "@nabla/nn";

/** One of them: from numbers [examples, 1] to numbers. */
export const network = (hidden: number) =>
  sequential(dense(1, hidden), tanh, dense(hidden, hidden), tanh, dense(hidden, 1));

export interface Ensemble extends Model {
  readonly stack: ParameterTree;
  /** What each network gives for `x` [examples, 1]: [networks, examples, 1]. */
  outputs(x: Tensor): Tensor;
}

/** An ensemble of these networks, with weights of its own. */
export function ensembleOf(networks: readonly ReturnType<typeof network>[]): Ensemble {
  const stack = stacked(networks);
  const one = networks[0]!;
  const outputsOf = (x: Tensor) =>
    vmap((weights: ParameterTree) => withParameters(one, weights)(x) as Tensor);
  return { ...madeOf(stack), stack, outputs: (x) => outputsOf(x)(stack) };
}

/** Points of a wave, with noise; none of them between -0.5 and 0.5. */
export function points(count: number): { readonly x: Tensor; readonly y: Tensor } {
  const far = random.uniform([count / 2, 1], { low: 0.5, high: 1.5, seed: 1 });
  const x = concat([far, far.neg()]);
  const noise = random.normal([count, 1], { standardDeviation: 0.05, seed: 2 });
  return { x: x.realize(), y: x.mul(4).sin().add(noise).realize() };
}

type Batch = ReturnType<typeof points>;
/** The options of `fit`, without the cost. */
type How = Pick<BatchFitOptions<Model, Batch>, "optimizer" | "epochs" | "batchSize">;

/** How `fit` trains the ensemble: the cost is the sum of the networks' costs. */
export function together(how: How): BatchFitOptions<Ensemble, Batch> {
  const batchCost = (ensemble: Ensemble, { x, y }: Batch): Tensor =>
    vmap((outputs: Tensor) => meanSquaredError(outputs, y))(ensemble.outputs(x)).sum();
  return { batchCost, shuffle: 1, ...how };
}

/** How `fit` trains one of the networks alone. */
export function alone(how: How): BatchFitOptions<ReturnType<typeof network>, Batch> {
  return { batchCost: (one, { x, y }) => meanSquaredError(one.forward(x), y), shuffle: 1, ...how };
}

/** How many of the ensemble's numbers are not the same, bit for bit, in the networks. */
export function differing(
  { stack }: Ensemble,
  networks: readonly ReturnType<typeof network>[],
): number {
  return networks
    .flatMap((one, i) => one.namedParameters().map(([name, p]) => stack[name]!.at(i).notEqual(p)))
    .reduce((count, differ) => count + differ.cast("int32").sum().itemSync(), 0);
}

/** How far the networks are from each other, on average: their standard deviation at `x`. */
export function disagreement(ensemble: Ensemble, x: Tensor): number {
  return ensemble.outputs(x).std(0).mean().itemSync();
}
