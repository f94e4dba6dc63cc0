// AdamW: Adam with decoupled weight decay.

import { checkKind, notNegative } from "@nabla/autograd/checks";
import { type AdamOptions, adamDefaults, adamDirection, adamKeeps, checkAdam } from "./adam.ts";
import { counting } from "./needs.ts";
import {
  decayed,
  type Optimizer,
  optimizerOfRule,
  type Parameters,
  type Rule,
} from "./optimizer.ts";

export interface AdamWOptions extends AdamOptions {
  /** The part of a parameter that a step of learning rate 1 would take away. Default: 0.01. */
  readonly weightDecay?: number;
}

const rule: Rule<Required<AdamWOptions>> = {
  name: "adamW",
  defaults: { ...adamDefaults, weightDecay: 0.01 },
  counts: true,
  check(options) {
    checkAdam("adamW", options);
    checkKind("adamW", "weightDecay", options.weightDecay, notNegative);
  },
  keeps: adamKeeps,
  update: (p, how) => decayed(p, how).sub(adamDirection(how).mul(how.learningRate)),
};

/**
 * Adam with decoupled weight decay: p (1 - learningRate * weightDecay), less Adam's step. Unlike a
 * penalty, the decay is not divided by the size of gradients. I. Loshchilov and F. Hutter,
 * "Decoupled Weight Decay Regularization", 2019, algorithm 2 (with the decay times the learning
 * rate, as in PyTorch). Throws `NablaError` for options out of range.
 *
 * @example
 * const w = parameter([10]);
 * const optimizer = adamW([w], { learningRate: 0.5, weightDecay: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.arraySync(); // => [9]
 */
export function adamW(parameters: Parameters<AdamWOptions>, options: AdamWOptions = {}): Optimizer {
  return optimizerOfRule(rule, parameters, options, counting);
}
