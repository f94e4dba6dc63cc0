// NAdam: Adam, whose step looks ahead along its mean of gradients.
import { ones, type Tensor, zerosLike } from "@nabla/autograd";
import { checkKind, notNegative } from "@nabla/autograd/checks";
import {
  checkMoments,
  type MomentOptions,
  momentDefaults,
  nextMoments,
  overMissing,
} from "./moments.ts";
import { counting } from "./needs.ts";
import { type Optimizer, optimizerOfRule, type Parameters, type Rule } from "./optimizer.ts";

export interface NAdamOptions extends MomentOptions {
  /** How fast the momentum grows from half of beta1 to beta1; with 0 it stays half. Default: 0.004. */
  readonly momentumDecay?: number;
}

const rule: Rule<Required<NAdamOptions>> = {
  name: "nAdam",
  defaults: { ...momentDefaults, learningRate: 0.002, momentumDecay: 0.004 },
  counts: true,
  check(options) {
    checkMoments("nAdam", options);
    checkKind("nAdam", "momentumDecay", options.momentumDecay, notNegative);
  },
  keeps: (_, p) => ({
    mean: zerosLike(p),
    meanSquare: zerosLike(p),
    /** Of all momentums so far. */
    product: ones([], { dtype: p.dtype }),
  }),
  update(p, how) {
    const { g, kept, learningRate, ofSteps, options } = how;
    const { beta1, beta2, epsilon, momentumDecay } = options;
    const momentumAt = (later: number): Tensor =>
      ofSteps(`${beta1} ${momentumDecay} ${later}`, (steps) =>
        steps
          .add(later)
          .mul(Math.log(0.96) * momentumDecay)
          .exp()
          .mul(-0.5 * beta1)
          .add(beta1),
      );
    const [momentum, next] = [momentumAt(0), momentumAt(1)];
    const product = kept["product"]!;
    product.assign(product.mul(momentum));
    const [mean, meanSquare] = nextMoments(how);
    const size = meanSquare.mul(overMissing(how, beta2)).sqrt().add(epsilon);
    const ofGradient = momentum.sub(1).div(product.sub(1));
    const ofMean = next.div(product.mul(next).neg().add(1));
    return p.sub(g.mul(ofGradient).add(mean.mul(ofMean)).div(size).mul(learningRate));
  },
};

/**
 * Adam with Nesterov's momentum: instead of the mean of gradients the step uses its next value, assuming
 * that the next gradient equals this one; the momentum at step t is beta1 (1 - 0.96^(t momentumDecay) /
 * 2). T. Dozat, "Incorporating Nesterov Momentum into Adam", 2016, algorithm 2, with the schedule of its
 * appendix, as in PyTorch. Throws `NablaError` for options out of range.
 *
 * @example
 * const w = parameter([1, -1]);
 * const optimizer = nAdam([w], { learningRate: 0.1 });
 * for (let i = 0; i < 50; i++) {
 *   w.square().sum().backward();
 *   optimizer.step();
 * }
 * w.abs().max().itemSync() < 0.1; // => true
 */
export function nAdam(parameters: Parameters<NAdamOptions>, options: NAdamOptions = {}): Optimizer {
  return optimizerOfRule(rule, parameters, options, counting);
}
