// Lion: steps of one size, in the direction of signs.

import { checkKind, fraction, notNegative } from "@nabla/autograd/checks";
import type { LearningRate } from "../schedules.ts";
import {
  decayed,
  type Optimizer,
  optimizerOfRule,
  type Parameters,
  type Rule,
  runningMean,
} from "./optimizer.ts";

export interface LionOptions {
  /** How far each component goes in a step: a number, or a schedule. Default: 0.0001. */
  readonly learningRate?: LearningRate;
  /** How much of the mean counts in the step's direction. Default: 0.9. */
  readonly beta1?: number;
  /** How much of the mean is kept from step to step. Default: 0.99. */
  readonly beta2?: number;
  /** The part of a parameter that a step of learning rate 1 would take away. Default: 0. */
  readonly weightDecay?: number;
}

const rule: Rule<Required<LionOptions>> = {
  name: "lion",
  defaults: { learningRate: 0.0001, beta1: 0.9, beta2: 0.99, weightDecay: 0 },
  check({ beta1, beta2, weightDecay }) {
    checkKind("lion", "beta1", beta1, fraction);
    checkKind("lion", "beta2", beta2, fraction);
    checkKind("lion", "weightDecay", weightDecay, notNegative);
  },
  keeps: () => ["mean"],
  update(p, how) {
    const { g, learningRate } = how;
    const { beta1, beta2 } = how.options;
    const mean = how.kept["mean"]!;
    const direction = runningMean(mean, g, beta1).sign();
    mean.assign(runningMean(mean, g, beta2));
    return decayed(p, how).sub(direction.mul(learningRate));
  },
};

/**
 * Goes the same way in each component, against the sign of beta1 m + (1 - beta1) g, and then keeps
 * m = beta2 m + (1 - beta2) g; weights decay as in `adamW`. Wants a rate some 3 to 10 times smaller
 * than Adam. X. Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023, algorithm 2.
 * Throws `NablaError` for options out of range.
 *
 * @example
 * const w = parameter([3, -200]);
 * const optimizer = lion([w], { learningRate: 0.5 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.arraySync(); // => [2.5, -199.5]
 */
export function lion(parameters: Parameters<LionOptions>, options: LionOptions = {}): Optimizer {
  return optimizerOfRule(rule, parameters, options);
}
