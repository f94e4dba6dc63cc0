// Adam: steps of a size that follows each component's own gradients.
import type { Tensor } from "@nabla/autograd";
import { checkKind, flag } from "@nabla/autograd/checks";
import {
  checkMoments,
  type MomentOptions,
  momentDefaults,
  momentKeeps,
  nextMoments,
  overMissing,
} from "./moments.ts";
import { counting } from "./needs.ts";
import {
  type Optimizer,
  optimizerOfRule,
  type Parameters,
  type Rule,
  type Update,
} from "./optimizer.ts";

export interface AdamOptions extends MomentOptions {
  /** Whether to divide by the largest mean of squares so far instead of the last. Default: false. */
  readonly amsGrad?: boolean;
}

export const adamDefaults: Required<AdamOptions> = { ...momentDefaults, amsGrad: false };

/** Throws `NablaError` for Adam's options out of range. */
export function checkAdam(
  name: string,
  options: Omit<Required<AdamOptions>, "learningRate">,
): void {
  checkMoments(name, options);
  checkKind(name, "amsGrad", options.amsGrad, flag);
}

/** What Adam keeps of a parameter. */
export function adamKeeps({ amsGrad }: Pick<Required<AdamOptions>, "amsGrad">): readonly string[] {
  return amsGrad ? [...momentKeeps, "maxSquare"] : momentKeeps;
}

/** Adam's step, in units of the learning rate. */
export function adamDirection(
  how: Omit<Update<Omit<Required<AdamOptions>, "learningRate">>, "learningRate">,
): Tensor {
  const { beta1, beta2, epsilon } = how.options;
  const [mean, meanSquare] = nextMoments(how);
  const maxSquare = how.kept["maxSquare"];
  maxSquare?.assign(maxSquare.maximum(meanSquare));
  const size = (maxSquare ?? meanSquare).mul(overMissing(how, beta2)).sqrt().add(epsilon);
  return mean.mul(overMissing(how, beta1)).div(size);
}

const rule: Rule<Required<AdamOptions>> = {
  name: "adam",
  defaults: adamDefaults,
  counts: true,
  check: (options) => checkAdam("adam", options),
  keeps: adamKeeps,
  update: (p, how) => p.sub(adamDirection(how).mul(how.learningRate)),
};

/**
 * Adam: m = beta1 m + (1 - beta1) g and v = beta2 v + (1 - beta2) g^2 are running means of gradients and
 * their squares, which start at 0; the step is along -m / (1 - beta1^t), divided by sqrt(v / (1 -
 * beta2^t)) + epsilon. Steps are counted per parameter: one whose first gradient comes late starts at t =
 * 1. D. P. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1. With
 * `amsGrad` the largest v so far replaces v (S. J. Reddi, S. Kale and S. Kumar, "On the Convergence of
 * Adam and Beyond", 2018, with corrections as in PyTorch). Throws `NablaError` for options out of range.
 *
 * @example
 * const w = parameter([3, -200]);
 * const optimizer = adam([w], { learningRate: 0.5 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.arraySync(); // => [2.5, -199.5]
 */
export function adam(parameters: Parameters<AdamOptions>, options: AdamOptions = {}): Optimizer {
  return optimizerOfRule(rule, parameters, options, counting);
}
