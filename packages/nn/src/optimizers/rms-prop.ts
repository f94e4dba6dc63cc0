// RMSProp: gradients divided by how large they have been of late.

import { checkKind, fraction, positive } from "@nabla/autograd/checks";
import type { LearningRate } from "../schedules.ts";
import {
  type Optimizer,
  optimizerOfRule,
  type Parameters,
  type Rule,
  runningMean,
} from "./optimizer.ts";

export interface RmsPropOptions {
  /** About how far each component goes in a step: a number, or a schedule. Default: 0.01. */
  readonly learningRate?: LearningRate;
  /** How much of the mean of squares is kept from step to step. Default: 0.99. */
  readonly decay?: number;
  /** How much of the last step is kept in the next. Default: 0. */
  readonly momentum?: number;
  /** Keeps the division from zero. Default: 1e-8. */
  readonly epsilon?: number;
}

const rule: Rule<Required<RmsPropOptions>> = {
  name: "rmsProp",
  defaults: { learningRate: 0.01, decay: 0.99, momentum: 0, epsilon: 1e-8 },
  check({ decay, momentum, epsilon }) {
    checkKind("rmsProp", "decay", decay, fraction);
    checkKind("rmsProp", "momentum", momentum, fraction);
    checkKind("rmsProp", "epsilon", epsilon, positive);
  },
  keeps: ({ momentum }) => (momentum === 0 ? ["meanSquare"] : ["meanSquare", "velocity"]),
  update(p, { g, kept, learningRate, options: { decay, momentum, epsilon } }) {
    const [meanSquare, velocity] = [kept["meanSquare"]!, kept["velocity"]];
    meanSquare.assign(runningMean(meanSquare, g.square(), decay));
    const direction = g.div(meanSquare.sqrt().add(epsilon));
    if (!velocity) return p.sub(direction.mul(learningRate));
    velocity.assign(velocity.mul(momentum).add(direction));
    return p.sub(velocity.mul(learningRate));
  },
};

/**
 * Divides gradients by the root of the running mean of their squares:
 * v = decay v + (1 - decay) g^2, p - learningRate * g / (sqrt(v) + epsilon), with momentum as in
 * `sgd`. T. Tieleman and G. Hinton, "Neural Networks for Machine Learning", 2012, lecture 6.5.
 * Throws `NablaError` for options out of range.
 *
 * @example
 * const w = parameter([3, -200]);
 * const optimizer = rmsProp([w], { learningRate: 0.5, decay: 0.75 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.arraySync(); // => [2, -199]
 */
export function rmsProp(
  parameters: Parameters<RmsPropOptions>,
  options: RmsPropOptions = {},
): Optimizer {
  return optimizerOfRule(rule, parameters, options);
}
