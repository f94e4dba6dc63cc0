// AdaGrad: gradients divided by how large all of them were together.

import { checkKind, positive } from "@nabla/autograd/checks";
import type { LearningRate } from "../schedules.ts";
import { type Optimizer, optimizerOfRule, type Parameters, type Rule } from "./optimizer.ts";

export interface AdaGradOptions {
  /** How far each component goes in the first step: a number, or a schedule. Default: 0.01. */
  readonly learningRate?: LearningRate;
  /** Keeps the division from zero. Default: 1e-10. */
  readonly epsilon?: number;
}

const rule: Rule<Required<AdaGradOptions>> = {
  name: "adaGrad",
  defaults: { learningRate: 0.01, epsilon: 1e-10 },
  check: ({ epsilon }) => checkKind("adaGrad", "epsilon", epsilon, positive),
  keeps: () => ["squares"],
  update(p, { g, kept, learningRate, options: { epsilon } }) {
    const squares = kept["squares"]!;
    squares.assign(squares.add(g.square()));
    return p.sub(g.div(squares.sqrt().add(epsilon)).mul(learningRate));
  },
};

/**
 * Divides gradients by the root of the sum of all their squares so far: s = s + g^2,
 * p - learningRate * g / (sqrt(s) + epsilon). J. Duchi, E. Hazan and Y. Singer, "Adaptive
 * Subgradient Methods for Online Learning and Stochastic Optimization", 2011, figure 1 with
 * diagonal matrices. Throws `NablaError` for options out of range.
 *
 * @example
 * const w = parameter([3, -200]);
 * const optimizer = adaGrad([w], { learningRate: 0.5 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.arraySync(); // => [2.5, -199.5]
 */
export function adaGrad(
  parameters: Parameters<AdaGradOptions>,
  options: AdaGradOptions = {},
): Optimizer {
  return optimizerOfRule(rule, parameters, options);
}
