// What Adam and its relatives have in common: running means of gradients and of their squares.
import type { Parameter, Tensor } from "@nabla/autograd";
import { checkKind, fraction, positive } from "@nabla/autograd/checks";
import type { LearningRate } from "../schedules.ts";
import { runningMean, type Update } from "./optimizer.ts";

/** What Adam and its relatives take. */
export interface MomentOptions {
  /** About how far each component goes in a step: a number, or a schedule. Default: 0.001. */
  readonly learningRate?: LearningRate;
  /** How much of the mean of gradients is kept from step to step. Default: 0.9. */
  readonly beta1?: number;
  /** How much of the mean of their squares is kept. Default: 0.999. */
  readonly beta2?: number;
  /** Keeps the division from zero. Default: 1e-8. */
  readonly epsilon?: number;
}

export const momentDefaults: Required<MomentOptions> = {
  learningRate: 0.001,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
};

/** Throws `NablaError` for options out of range. */
export function checkMoments(
  name: string,
  { beta1, beta2, epsilon }: Omit<Required<MomentOptions>, "learningRate">,
): void {
  checkKind(name, "beta1", beta1, fraction);
  checkKind(name, "beta2", beta2, fraction);
  checkKind(name, "epsilon", epsilon, positive);
}

/** What is kept of a parameter. */
export const momentKeeps: readonly string[] = ["mean", "meanSquare"];

/** That, a step on. */
export function nextMoments({
  g,
  kept,
  options: { beta1, beta2 },
}: Pick<
  Update<{ readonly beta1: number; readonly beta2: number }>,
  "g" | "kept" | "options"
>): readonly [Parameter, Parameter] {
  const [mean, meanSquare] = [kept["mean"]!, kept["meanSquare"]!];
  mean.assign(runningMean(mean, g, beta1));
  meanSquare.assign(runningMean(meanSquare, g.square(), beta2));
  return [mean, meanSquare];
}

/**
 * 1 / (1 - beta^t) at a parameter's own step t: the correction of a running mean that starts at 0.
 * Computed without the cancellation of 1 - x near x = 1; as a reciprocal, computed once, because
 * divisions are the slowest operations per element.
 */
export function overMissing({ ofSteps }: Pick<Update<unknown>, "ofSteps">, beta: number): Tensor {
  return ofSteps(String(beta), (steps) => steps.mul(Math.log(beta)).expm1().neg().reciprocal());
}
