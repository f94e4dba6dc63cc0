// Transforms that remember nothing: signs, decay, the size of steps.
import type { Parameter } from "@nabla/autograd";
import { callable, checkKind, checkOptions, notNegative } from "@nabla/autograd/checks";
import { asLongAs } from "../trust-ratio.ts";
import type { Transform } from "./chain.ts";

/**
 * A transform to the sign of each component.
 *
 * @example
 * const w = parameter([3, -200]);
 * const optimizer = chain(addMomentum(0.9), takeSigns())([w], { learningRate: 0.5 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.arraySync(); // => [2.5, -199.5]
 */
export function takeSigns(): Transform {
  return { name: "takeSigns", each: (direction) => direction.sign() };
}

export interface DecayOptions {
  /** Which parameters decay, such as `(p) => p.rank >= 2`. Default: all. */
  readonly which?: (p: Parameter) => boolean;
}

/**
 * A transform that adds `weightDecay` times the parameter: after others, such as `scaleByAdam`, this is
 * decoupled weight decay, as in `adamW`; as the first it is the gradient of a penalty. Throws
 * `NablaError` for a negative factor.
 *
 * @example
 * const [weight, bias] = [parameter([[10]]), parameter([10])];
 * const decay = decayWeights(0.5, { which: (p) => p.rank >= 2 });
 * const optimizer = chain(decay)([weight, bias], { learningRate: 1 });
 * weight.sum().add(bias.sum()).backward();
 * optimizer.step();
 * [weight.arraySync(), bias.arraySync()]; // => [[[4]], [9]]
 */
export function decayWeights(weightDecay: number, options: DecayOptions = {}): Transform {
  checkKind("decayWeights", "weightDecay", weightDecay, notNegative);
  checkOptions("decayWeights", options, { which: callable });
  const { which = () => true } = options;
  return {
    name: "decayWeights",
    each: (direction, { p }) => (which(p) ? direction.add(p.mul(weightDecay)) : direction),
  };
}

/**
 * A transform that makes each direction as long as its parameter: times |p| / |d|, or 1 where one of
 * them is 0. Y. You et al., "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes",
 * 2020, algorithm 2; `lamb` is `chain(scaleByAdam(…), decayWeights(…), scaleByTrustRatio())`.
 *
 * @example
 * const w = parameter([3, 4]);
 * const optimizer = chain(scaleByTrustRatio())([w], { learningRate: 0.5 });
 * w.mul(tensor([8, 6])).sum().backward();
 * optimizer.step();
 * w.arraySync(); // => [1, 2.5]
 */
export function scaleByTrustRatio(): Transform {
  return {
    name: "scaleByTrustRatio",
    each: (direction, { p }) => asLongAs(p, direction),
  };
}
