// Stochastic gradient descent.
import { NablaError } from "@nabla/autograd";
import { checkKind, flag, fraction, notNegative } from "@nabla/autograd/checks";
import type { LearningRate } from "../schedules.ts";
import { type Optimizer, optimizerOfRule, type Parameters, type Rule } from "./optimizer.ts";

export interface SgdOptions {
  /** How far to go against the gradient: a number, or a schedule. */
  readonly learningRate: LearningRate;
  /** How much of the last step is kept in the next. Default: 0. */
  readonly momentum?: number;
  /** Whether the gradient counts as if it were taken where the momentum leads, which must not be 0. Default: false. */
  readonly nesterov?: boolean;
  /** How much of the parameter is added to its gradient. Default: 0. */
  readonly weightDecay?: number;
}

const rule: Rule<Required<SgdOptions>> = {
  name: "sgd",
  defaults: { momentum: 0, nesterov: false, weightDecay: 0 },
  check({ momentum, nesterov, weightDecay }) {
    checkKind("sgd", "momentum", momentum, fraction);
    checkKind("sgd", "nesterov", nesterov, flag);
    if (nesterov && momentum === 0) {
      throw new NablaError("sgd: nesterov is true, and momentum is 0; expected a momentum, as 0.9");
    }
    checkKind("sgd", "weightDecay", weightDecay, notNegative);
  },
  keeps: ({ momentum }) => (momentum === 0 ? [] : ["velocity"]),
  update(p, { g, kept, learningRate, options: { momentum, nesterov, weightDecay } }) {
    const slope = weightDecay === 0 ? g : g.add(p.mul(weightDecay));
    const { velocity } = kept;
    if (!velocity) return p.sub(slope.mul(learningRate));
    velocity.assign(velocity.mul(momentum).add(slope));
    const direction = nesterov ? slope.add(velocity.mul(momentum)) : velocity;
    return p.sub(direction.mul(learningRate));
  },
};

/**
 * Stochastic gradient descent: p - learningRate * g. With momentum m, along a decaying velocity: v = m v
 * + g, p - learningRate * v (B. T. Polyak, "Some methods of speeding up the convergence of iteration
 * methods", 1964), with `nesterov` along g + m v (I. Sutskever et al., "On the importance of
 * initialization and momentum in deep learning", 2013). `weightDecay` w replaces g by g + w p, the
 * gradient of an L2 penalty w / 2 |p|^2. Throws `NablaError` for options out of range, and for `nesterov`
 * without a momentum.
 *
 * @example
 * const w = parameter([3]);
 * const optimizer = sgd([w], { learningRate: 0.25 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.arraySync(); // => [1.5]
 */
export function sgd(parameters: Parameters<SgdOptions>, options: SgdOptions): Optimizer {
  return optimizerOfRule(rule, parameters, options);
}
