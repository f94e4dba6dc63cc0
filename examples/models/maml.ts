// Learns initial weights from which one gradient step on ten points of a new sine goes a long way. The gradient of
// the cost after that step is taken through the step. C. Finn et al., "Model-agnostic meta-learning for fast adaptation of
// deep networks", 2017, section 5.1.
import { grad, random, type Tensor, vmap } from "@nabla/autograd";
import {
  adam,
  dense,
  meanSquaredError,
  type ParameterTree,
  parametersOf,
  relu,
  sequential,
  trainStep,
  withParameters,
} from "@nabla/nn";

/** Points of a sine, [points, 1] each. */
type Points = { readonly x: Tensor; readonly y: Tensor };
/** A sine to learn by some points, and to be measured by others. */
type Task = { readonly seen: Points; readonly unseen: Points };

/** Sines of random amplitudes (0.1 to 5) and phases, each with `points` points to learn by and to be measured by. */
export function tasks(count: number, points: number, key: Tensor<[2]>): Task {
  const keys = [...random.split(key, 4)] as [Tensor, Tensor, Tensor, Tensor];
  const [forAmplitude, forPhase, forSeen, forUnseen] = keys;
  const amplitude = random.uniform([count, 1, 1], { low: 0.1, high: 5, seed: forAmplitude });
  const phase = random.uniform([count, 1, 1], { low: 0, high: Math.PI, seed: forPhase });
  const pointsBy = (seed: Tensor): Points => {
    const x: Tensor = random.uniform([count, points, 1], { low: -5, high: 5, seed });
    return { x, y: x.sub(phase).sin().mul(amplitude) };
  };
  return { seen: pointsBy(forSeen), unseen: pointsBy(forUnseen) };
}

export interface LearnerOptions {
  readonly hidden: number;
  /** The rate of steps within a task. */
  readonly rate: number;
  readonly learningRate: number;
}

/** A network, how it adapts to tasks, and how it learns to do so. */
export function learner({ hidden, rate, learningRate }: LearnerOptions) {
  const model = sequential(dense(1, hidden), relu, dense(hidden, hidden), relu, dense(hidden, 1));
  const optimizer = adam(model.parameters(), { learningRate });
  const cost = (weights: ParameterTree, { x, y }: Points): Tensor =>
    meanSquaredError(withParameters(model, weights)(x) as Tensor, y);
  /** The weights after some steps by points. */
  const adapted = (weights: ParameterTree, seen: Points, steps: number): ParameterTree => {
    let now = weights;
    for (let i = 0; i < steps; i++) {
      const slopes = grad(cost)(now, seen);
      const next = Object.entries(now).map(([name, w]) => [name, w.sub(slopes[name]!.mul(rate))]);
      now = Object.fromEntries(next) as ParameterTree;
    }
    return now;
  };
  /** What each task's unseen points cost after some steps by those that are seen: [tasks]. */
  const costsAfter = (all: Task, steps: number): Tensor =>
    vmap(({ seen, unseen }: Task) => cost(adapted(parametersOf(model), seen, steps), unseen))(all);
  const step = trainStep(model, {
    batchCost: (_, all: Task) => costsAfter(all, 1).mean(),
    optimizer,
  });
  return { model, optimizer, costsAfter, step };
}
