// Draws of binomial distributions: few successes by inversion, many by rejection.
import { type Shape, type Tensor, where, whileLoop } from "@nabla/autograd";
import { fractions } from "./draws.ts";
import { firstAccepted, split } from "./rejection.ts";
import { uniformPair } from "./transformed-rejection.ts";

/** With so many successes expected, or failures, draws are by rejection. */
const least = 10;

/** Numbers of successes in `n` trials, all in float64 and of this shape; `q` is 1 - `p`. */
export function binomialDraws(key: Tensor, n: Tensor, p: Tensor, q: Tensor, shape: Shape): Tensor {
  // Of what is rarer.
  const isFlipped = p.greater(q);
  const [rare, common] = [where(isFlipped, q, p), where(isFlipped, p, q)];
  const isMany = n.mul(rare).greaterEqual(least);
  const [forFew, forMany] = split(key, 2);
  const few = inverted(fractions(forFew!, shape), where(isMany, 0, n), rare, common);
  const [trials, chance] = [where(isMany, n, 40), where(isMany, rare, 0.5)];
  const many = rejected(forMany!, trials, chance, isMany, shape);
  const drawn = where(isMany, many, few);
  return where(isFlipped, n.sub(drawn), drawn);
}

/** The first count whose cumulative probability is above `u`, added up from 0. */
function inverted(u: Tensor, n: Tensor, p: Tensor, q: Tensor): Tensor {
  const goesOn = (cumulative: Tensor, count: Tensor) =>
    // An expectation below 10 has counts beyond 99 with a probability below 2^-180.
    u.greaterEqual(cumulative).logicalAnd(count.less(n.minimum(99)));
  const first = n.mul(p.neg().log1p()).exp();
  const ratio = p.div(q);
  const { count } = whileLoop(
    (carry) => goesOn(carry.cumulative, carry.count).any(),
    (carry) => {
      const isOn = goesOn(carry.cumulative, carry.count);
      const next = carry.count.add(1);
      const probability = carry.probability.mul(ratio).mul(n.sub(carry.count)).div(next);
      return {
        count: where(isOn, next, carry.count),
        probability: where(isOn, probability, carry.probability),
        cumulative: where(isOn, carry.cumulative.add(probability), carry.cumulative),
      };
    },
    { count: n.mul(0), probability: first, cumulative: first },
  );
  return count;
}

/**
 * W. Hörmann, "The generation of binomial random variates", Journal of Statistical Computation and
 * Simulation 46 (1993), 101-110, algorithm BTRS. A proposal is rejected with a probability below 0.35, so
 * all 64 are with one below 2^-96; that is an error.
 */
function rejected(key: Tensor, n: Tensor, p: Tensor, isAsked: Tensor, shape: Shape): Tensor {
  const q = p.neg().add(1);
  const spread = n.mul(p).mul(q).sqrt();
  const b = spread.mul(2.53).add(1.15);
  const a = b.mul(0.0248).add(p.mul(0.01)).sub(0.0873);
  const c = n.mul(p).add(0.5);
  const alpha = b.reciprocal().mul(5.1).add(2.83).mul(spread);
  const sure = b.reciprocal().mul(-4.2).add(0.92);
  const logOdds = p.div(q).log();
  const mode = n.add(1).mul(p).floor();
  const ways = (k: Tensor) => k.add(1).lgamma().add(n.sub(k).add(1).lgamma());
  const atMode = ways(mode);
  return firstAccepted(key, isAsked, shape, (forU, forV) => {
    const { u, v, center } = uniformPair(forU, forV, shape);
    const k = a.mul(2).div(center).add(b).mul(u).add(c).floor();
    const isOff = k.less(0).logicalOr(k.greater(n));
    const count = where(isOff, mode, k);
    const isSure = center.greaterEqual(0.07).logicalAnd(v.lessEqual(sure));
    const height = v.mul(alpha).div(a.div(center.square()).add(b)).log();
    const most = atMode.sub(ways(count)).add(count.sub(mode).mul(logOdds));
    const isTaken = isOff.logicalNot().logicalAnd(isSure.logicalOr(height.lessEqual(most)));
    return { value: count, isTaken };
  });
}
