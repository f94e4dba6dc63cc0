// The Bernoulli distribution: yes or no.
import { ensure, type Operand, type ShapeOf, type Tensor, where } from "@nabla/autograd";
import { type Distribution, distribution } from "./distribution.ts";
import { fractions, keyFor } from "./draws.ts";
import type { DistributionOptions } from "./parameters.ts";
import { type Odds, odds, type Probability, timesLog } from "./probabilities.ts";

const oddsOf = new WeakMap<object, Odds>();

/**
 * The distribution of 1 with this probability, else 0; `{ logits }` takes log (p / (1 - p)) instead,
 * with all digits of small probabilities. Draws are int32, and constants for gradients.
 *
 * @example
 * bernoulli(0.25).logProbability(tensor([0, 1])).arraySync(); // => [-0.2877, -1.386]
 * bernoulli({ logits: 0 }).mean().itemSync(); // => 0.5
 */
export function bernoulli<P extends Operand>(
  probability: Probability<P>,
  options?: DistributionOptions,
): Distribution<ShapeOf<P>> {
  const given = odds("bernoulli", probability, options);
  const { own, yes, no } = given;
  const everywhere = yes.isNaN().logicalNot();
  const made = distribution<ShapeOf<P>>({
    name: "bernoulli",
    support: "0 and 1",
    parameters: own,
    drawsIntegers: true,
    draw: (seed, shape) => {
      const u = fractions(keyFor("bernoulli", seed), shape);
      const known = ensure(
        yes,
        everywhere.all(),
        "bernoulli.sample: a probability is not in 0 to 1",
      );
      return u.less(known);
    },
    logDensity: (x) => {
      const isYes = x.equal(1);
      const isNo = isYes.logicalNot();
      return where(isYes, given.logYes(isYes), given.logNo(isNo));
    },
    isOutside: (x) => x.notEqual(0).logicalAnd(x.notEqual(1)),
    inside: 0,
    mean: () => yes,
    variance: () => yes.mul(no),
    entropy: () => {
      const terms = [
        timesLog(yes, given.logYes(yes.greater(0))),
        timesLog(no, given.logNo(no.greater(0))),
      ];
      return terms[0]!.add(terms[1]!).neg();
    },
    cdf: (x) => where(x.less(1), no, 1),
    ends: [0, 1],
    quantile: (p) => where(p.lessEqual(no), 0, yes.sub(yes).add(1)),
    divergence: (other) => {
      const theirs = oddsOf.get(other);
      if (!theirs) return undefined;
      const term = (p: Tensor, own: (at: Tensor) => Tensor, their: (at: Tensor) => Tensor) => {
        const at = p.greater(0);
        return timesLog(p, own(at).sub(their(at)));
      };
      return term(yes, given.logYes, theirs.logYes).add(term(no, given.logNo, theirs.logNo));
    },
  });
  oddsOf.set(made, given);
  return made;
}
