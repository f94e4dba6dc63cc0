// RAdam: Adam without scaling until the mean of squares is reliable.
import { where } from "@nabla/autograd";
import {
  checkMoments,
  type MomentOptions,
  momentDefaults,
  momentKeeps,
  nextMoments,
  overMissing,
} from "./moments.ts";
import { counting } from "./needs.ts";
import { type Optimizer, optimizerOfRule, type Parameters, type Rule } from "./optimizer.ts";

const rule: Rule<Required<MomentOptions>> = {
  name: "rAdam",
  defaults: momentDefaults,
  counts: true,
  check: (options) => checkMoments("rAdam", options),
  keeps: () => momentKeeps,
  update(p, how) {
    const { learningRate, ofSteps, options } = how;
    const { beta1, beta2, epsilon } = options;
    const most = 2 / (1 - beta2) - 1;
    // How many gradients the mean of squares is of; in float64, as two large numbers cancel in it.
    const length = ofSteps(`length ${beta2}`, (steps) => {
      const t = steps.cast("float64");
      const part = t.mul(Math.log(beta2)).expm1();
      return t.mul(part.add(1).div(part)).mul(2).add(most);
    });
    const isLong = length.greater(5);
    const longer = where(isLong, length, 6);
    const rectified = longer
      .sub(4)
      .mul(longer.sub(2))
      .div(longer)
      .mul(most / ((most - 4) * (most - 2)))
      .sqrt()
      .cast(p.dtype);
    const [mean, meanSquare] = nextMoments(how);
    const missing = overMissing(how, beta2).rsqrt();
    const factor = rectified.mul(missing).div(meanSquare.sqrt().add(epsilon));
    const direction = mean.mul(overMissing(how, beta1));
    return p.sub(direction.mul(where(isLong, factor, 1)).mul(learningRate));
  },
};

/**
 * Rectified Adam: as long as the mean of squares is of less than about five gradients, the step is
 * against the mean of gradients alone, and then Adam's, times a factor that grows to 1 as the variance
 * of its divisor falls; so it needs no warm-up. Against m / (1 - beta1^t) times
 * r_t sqrt(1 - beta2^t) / (sqrt(v) + epsilon), as in PyTorch. L. Liu et al., "On the Variance of the
 * Adaptive Learning Rate and Beyond", 2020, algorithm 2. Throws `NablaError` for options out of range.
 *
 * @example
 * const w = parameter([3, -200]);
 * const optimizer = rAdam([w], { learningRate: 0.25 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.arraySync(); // => [1.5, -100]
 */
export function rAdam(
  parameters: Parameters<MomentOptions>,
  options: MomentOptions = {},
): Optimizer {
  return optimizerOfRule(rule, parameters, options, counting);
}
