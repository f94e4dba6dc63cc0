// LAMB: Adam's direction, as long as its parameter.
import { checkKind, notNegative } from "@nabla/autograd/checks";
import { asLongAs } from "../trust-ratio.ts";
import { adamDirection } from "./adam.ts";
import { checkMoments, type MomentOptions, momentDefaults, momentKeeps } from "./moments.ts";
import { counting } from "./needs.ts";
import { type Optimizer, optimizerOfRule, type Parameters, type Rule } from "./optimizer.ts";

export interface LambOptions extends MomentOptions {
  /** How much of the parameter is added to Adam's direction. Default: 0.01. */
  readonly weightDecay?: number;
}

const rule: Rule<Required<LambOptions>> = {
  name: "lamb",
  defaults: { ...momentDefaults, epsilon: 1e-6, weightDecay: 0.01 },
  counts: true,
  check(options) {
    checkMoments("lamb", options);
    checkKind("lamb", "weightDecay", options.weightDecay, notNegative);
  },
  keeps: () => momentKeeps,
  update(p, how) {
    const { weightDecay } = how.options;
    const options = { ...how.options, amsGrad: false };
    const direction = adamDirection({ ...how, options }).add(p.mul(weightDecay));
    return p.sub(asLongAs(p, direction).mul(how.learningRate));
  },
};

/**
 * For large batches: against d, Adam's direction and a part of the parameter, times |p| / |d|, so that
 * each parameter moves by about the same part of its length; times 1 where one of them is 0. Epsilon is
 * 1e-6 by default. Y. You et al., "Large Batch Optimization for Deep Learning: Training BERT in 76
 * minutes", 2020, algorithm 2. Throws `NablaError` for options out of range.
 *
 * @example
 * const w = parameter([3, 4]);
 * const optimizer = lamb([w], { learningRate: 0.1, weightDecay: 0 });
 * w.sum().backward();
 * optimizer.step();
 * w.arraySync(); // => [2.646447, 3.646447]
 */
export function lamb(parameters: Parameters<LambOptions>, options: LambOptions = {}): Optimizer {
  return optimizerOfRule(rule, parameters, options, counting);
}
