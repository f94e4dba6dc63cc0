// Adam: steps of a size that follows each component's own gradients.
import type { Tensor } from "@nabla/autograd";
import { checkKind, fraction, positive } from "../options.ts";
import type { LearningRate } from "../schedules.ts";
import {
  type Optimizer,
  optimizer,
  type Parameters,
  type Rule,
  runningMean,
  type Update,
} from "./optimizer.ts";

export interface AdamOptions {
  /** About how far each component goes in a step: a number, or a schedule. Default: 0.001. */
  readonly learningRate?: LearningRate;
  /** How much of the mean of gradients is kept from step to step. Default: 0.9. */
  readonly beta1?: number;
  /** How much of the mean of their squares is kept. Default: 0.999. */
  readonly beta2?: number;
  /** Keeps the division from zero. Default: 1e-8. */
  readonly epsilon?: number;
}

export const adamDefaults: Required<AdamOptions> = {
  learningRate: 0.001,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
};

/** Throws `NablaError` for Adam's options out of range. */
export function checkAdam(
  name: string,
  { beta1, beta2, epsilon }: Omit<Required<AdamOptions>, "learningRate">,
): void {
  checkKind(name, "beta1", beta1, fraction);
  checkKind(name, "beta2", beta2, fraction);
  checkKind(name, "epsilon", epsilon, positive);
}

/** What Adam keeps of a parameter: running means of its gradients, and of their squares. */
export const adamKeeps: readonly string[] = ["mean", "meanSquare"];

/** Adam's step, in units of the learning rate. */
export function adamDirection({
  g,
  kept,
  ofSteps,
  options: { beta1, beta2, epsilon },
}: Update<Required<AdamOptions>>): Tensor {
  const [mean, meanSquare] = [kept["mean"]!, kept["meanSquare"]!];
  mean.assign(runningMean(mean, g, beta1));
  meanSquare.assign(runningMean(meanSquare, g.square(), beta2));
  // 1 - beta^steps, without the digits that 1 - x loses for x near 1.
  // Its reciprocal, once: of all that is done for an element, divisions take longest.
  const overMissing = (beta: number) =>
    ofSteps(String(beta), (steps) => steps.mul(Math.log(beta)).expm1().neg().reciprocal());
  const size = meanSquare.mul(overMissing(beta2)).sqrt().add(epsilon);
  return mean.mul(overMissing(beta1)).div(size);
}

const rule: Rule<Required<AdamOptions>> = {
  name: "adam",
  counts: true,
  check: (options) => checkAdam("adam", options),
  keeps: () => adamKeeps,
  update: (p, how) => p.sub(adamDirection(how).mul(how.learningRate)),
};

/**
 * Adam: m = beta1 m + (1 - beta1) g and v = beta2 v + (1 - beta2) g^2 are the running means of
 * gradients and their squares, which start at 0; the step t is against m / (1 - beta1^t), divided
 * by sqrt(v / (1 - beta2^t)) + epsilon. Each parameter counts its own steps: one whose first
 * gradient comes late begins at t = 1. D. P. Kingma and J. Ba, "Adam: A Method for Stochastic
 * Optimization", 2015, algorithm 1. Throws `NablaError` for options out of range.
 *
 * @example
 * const w = parameter([3, -200]);
 * const optimizer = adam([w], { learningRate: 0.5 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.arraySync(); // => [2.5, -199.5]
 */
export function adam(parameters: Parameters<AdamOptions>, options: AdamOptions = {}): Optimizer {
  return optimizer(rule, parameters, adamDefaults, options);
}
