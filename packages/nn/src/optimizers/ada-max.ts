// AdaMax: Adam with a decaying maximum of gradients instead of the root mean square.

import { checkMoments, type MomentOptions, momentDefaults, overMissing } from "./moments.ts";
import { counting } from "./needs.ts";
import {
  type Optimizer,
  optimizerOfRule,
  type Parameters,
  type Rule,
  runningMean,
} from "./optimizer.ts";

const rule: Rule<Required<MomentOptions>> = {
  name: "adaMax",
  defaults: { ...momentDefaults, learningRate: 0.002 },
  counts: true,
  check: (options) => checkMoments("adaMax", options),
  keeps: () => ["mean", "largest"],
  update(p, how) {
    const { g, kept, learningRate, options } = how;
    const { beta1, beta2, epsilon } = options;
    const [mean, largest] = [kept["mean"]!, kept["largest"]!];
    mean.assign(runningMean(mean, g, beta1));
    largest.assign(largest.mul(beta2).maximum(g.abs().add(epsilon)));
    return p.sub(mean.mul(overMissing(how, beta1)).div(largest).mul(learningRate));
  },
};

/**
 * Adam by the infinity norm: divides the mean of gradients by u = max(beta2 u, |g| + epsilon), and not by
 * the root of the mean of squares. D. P. Kingma and J. Ba, "Adam: A Method for Stochastic
 * Optimization", 2015, algorithm 2. Throws `NablaError` for options out of range.
 *
 * @example
 * const w = parameter([3, -200]);
 * const optimizer = adaMax([w], { learningRate: 0.5 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.arraySync(); // => [2.5, -199.5]
 */
export function adaMax(
  parameters: Parameters<MomentOptions>,
  options: MomentOptions = {},
): Optimizer {
  return optimizerOfRule(rule, parameters, options, counting);
}
