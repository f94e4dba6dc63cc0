// The binomial distribution.
import {
  type Broadcast,
  ensure,
  type Operand,
  type ShapeOf,
  type Tensor,
  where,
} from "@nabla/autograd";
import { binomialDraws } from "./binomial-draws.ts";
import { type Distribution, distribution } from "./distribution.ts";
import { keyFor } from "./draws.ts";
import { betaCdf } from "./incomplete-beta.ts";
import { type DistributionOptions, count as isCount, parameters, widened } from "./parameters.ts";
import { type Odds, odds, type Probability, timesLog } from "./probabilities.ts";
import { batchedTo, broadcastShapes } from "./shapes.ts";

const partsOf = new WeakMap<object, { readonly count: Tensor; readonly given: Odds }>();

/**
 * The distribution of the number of successes in `count` trials (an integer, or a tensor of them), each
 * with this probability; `{ logits }` takes log (p / (1 - p)) instead. Draws are int32, and constants for
 * gradients. Densities are computed in float64 whatever the dtype is. The entropy has no closed form.
 *
 * @example
 * const d = binomial(3, 0.5);
 * d.logProbability(tensor([0, 1])).exp().arraySync(); // => [0.125, 0.375]
 * d.mean().itemSync(); // => 1.5
 */
export function binomial<N extends Operand, P extends Operand>(
  count: N,
  probability: Probability<P>,
  options?: DistributionOptions,
): Distribution<Broadcast<ShapeOf<N>, ShapeOf<P>>> {
  const given = odds("binomial", probability, options);
  const { dtype } = given.own;
  // In float64: float32 has not all integers.
  const counts = parameters("binomial", { count: [count, isCount] }, { dtype: "float64" });
  const n = counts.values.count;
  const shape = broadcastShapes("binomial", [
    ["count", counts],
    ["probability", given.own],
  ]);
  const values = { count: n, ...given.own.values };
  const { yes, no } = given;
  const made = distribution<Broadcast<ShapeOf<N>, ShapeOf<P>>>({
    name: "binomial",
    support: "integers from 0 to count",
    parameters: { values, dtype, shape },
    drawsIntegers: true,
    draw: (seed, size) => {
      const isKnown = n.add(yes).isNaN().logicalNot().all();
      const message = "binomial.sample: a count or a probability is none";
      const p = ensure(yes, isKnown, message);
      const key = keyFor("binomial", seed);
      return binomialDraws(key, batchedTo(n, size), batchedTo(p, size), batchedTo(no, size), size);
    },
    logDensity: (x) => {
      const k = widened(x);
      const rest = n.sub(k);
      const ways = n.add(1).lgamma().sub(k.add(1).lgamma()).sub(rest.add(1).lgamma());
      const successes = timesLog(k, given.logYes(k.greater(0)));
      return ways.add(successes).add(timesLog(rest, given.logNo(rest.greater(0))));
    },
    isOutside: (x) => x.less(0).logicalOr(x.greater(n)).logicalOr(x.notEqual(x.floor())),
    inside: 0,
    mean: () => n.mul(yes),
    variance: () => n.mul(yes).mul(no),
    cdf: (x) => {
      const k = widened(x).floor();
      const isEnd = k.greaterEqual(n);
      const isSure = yes.equal(0).logicalOr(no.equal(0));
      const [p, q] = [where(isSure, 0.5, yes), where(isSure, 0.5, no)];
      const value = betaCdf(where(isEnd, 1, n.sub(k)), where(isEnd, 1, k.add(1)), q, p);
      return where(isEnd, yes.mul(0).add(1), where(isSure, where(no.equal(0), 0, 1), value));
    },
    ends: [0, n],
    divergence: (other) => {
      const theirs = partsOf.get(other);
      if (!theirs) return undefined;
      const term = (p: Tensor, own: (at: Tensor) => Tensor, their: (at: Tensor) => Tensor) => {
        const at = p.greater(0);
        return timesLog(p, own(at).sub(their(at)));
      };
      const one = term(given.yes, given.logYes, theirs.given.logYes).add(
        term(given.no, given.logNo, theirs.given.logNo),
      );
      // More trials than the other can have are impossible to it; fewer have no closed form.
      const isKnown = n.greaterEqual(theirs.count);
      const infinite = where(n.greater(theirs.count), Number.POSITIVE_INFINITY, n.mul(one));
      return where(isKnown, infinite, Number.NaN);
    },
  });
  partsOf.set(made, { count: n, given });
  return made;
}
