// AdaDelta: steps in the units of the parameters, so that there is no learning rate to choose.

import { checkKind, fraction, positive } from "@nabla/autograd/checks";
import type { LearningRate } from "../schedules.ts";
import {
  type Optimizer,
  optimizerOfRule,
  type Parameters,
  type Rule,
  runningMean,
} from "./optimizer.ts";

export interface AdaDeltaOptions {
  /** What steps are multiplied by: a number, or a schedule. Default: 1, as in the paper. */
  readonly learningRate?: LearningRate;
  /** How much of the means of squares is kept from step to step. Default: 0.9. */
  readonly decay?: number;
  /** Keeps the division from zero, and lets the first steps be other than 0. Default: 1e-6. */
  readonly epsilon?: number;
}

const rule: Rule<Required<AdaDeltaOptions>> = {
  name: "adaDelta",
  defaults: { learningRate: 1, decay: 0.9, epsilon: 1e-6 },
  check({ decay, epsilon }) {
    checkKind("adaDelta", "decay", decay, fraction);
    checkKind("adaDelta", "epsilon", epsilon, positive);
  },
  keeps: () => ["meanSquare", "meanSquareStep"],
  update(p, { g, kept, learningRate, options: { decay, epsilon } }) {
    const [meanSquare, meanSquareStep] = [kept["meanSquare"]!, kept["meanSquareStep"]!];
    meanSquare.assign(runningMean(meanSquare, g.square(), decay));
    const step = g.mul(meanSquareStep.add(epsilon).sqrt().div(meanSquare.add(epsilon).sqrt()));
    meanSquareStep.assign(runningMean(meanSquareStep, step.square(), decay));
    return p.sub(step.mul(learningRate));
  },
};

/**
 * Multiplies gradients by how large steps have been of late, over how large gradients have been:
 * v = decay v + (1 - decay) g^2, d = g sqrt(u + epsilon) / sqrt(v + epsilon), then
 * u = decay u + (1 - decay) d^2 and p - learningRate * d. M. D. Zeiler, "ADADELTA: An Adaptive
 * Learning Rate Method", 2012, algorithm 1. Throws `NablaError` for options out of range.
 *
 * @example
 * const w = parameter([3]);
 * const optimizer = adaDelta([w]);
 * w.square().sum().backward();
 * optimizer.step();
 * w.arraySync(); // => [2.996838]
 */
export function adaDelta(
  parameters: Parameters<AdaDeltaOptions>,
  options: AdaDeltaOptions = {},
): Optimizer {
  return optimizerOfRule(rule, parameters, options);
}
