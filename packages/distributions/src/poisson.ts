// The Poisson distribution.
import {
  ensure,
  type Operand,
  type Shape,
  type ShapeOf,
  type Tensor,
  where,
  whileLoop,
} from "@nabla/autograd";
import { type Distribution, distribution } from "./distribution.ts";
import { fractions, keyFor } from "./draws.ts";
import { powerOf } from "./gamma.ts";
import { logMass } from "./gamma-mass.ts";
import { gammaSurvival } from "./incomplete-gamma.ts";
import { type DistributionOptions, notNegative, parameters, widened } from "./parameters.ts";
import { firstAccepted, split } from "./rejection.ts";
import { batchedTo } from "./shapes.ts";
import { uniformPair } from "./transformed-rejection.ts";

/**
 * The Poisson distribution: counts at this rate, 0 or more. Draws are int32, so their rate may be 2^30 at
 * most, and constants for gradients. Densities are computed in float64 whatever the dtype is. The entropy
 * has no closed form.
 *
 * @example
 * const d = poisson(2);
 * d.logProbability(tensor([0, 1, 1.5])).arraySync(); // => [-2, -1.307, -Infinity]
 * d.cdf(1).itemSync(); // => 0.4060
 */
export function poisson<R extends Operand>(
  rate: R,
  options?: DistributionOptions,
): Distribution<ShapeOf<R>> {
  const own = parameters("poisson", { rate: [rate, notNegative] }, options);
  const r = widened(own.values.rate);
  return distribution<ShapeOf<R>>({
    name: "poisson",
    support: "integers from 0 on",
    parameters: own,
    drawsIntegers: true,
    draw: (seed, shape) => {
      const isKnown = r.lessEqual(2 ** 30).all();
      const known = ensure(r, isKnown, "poisson.sample: a rate is not in 0 to 2^30");
      return poissonDraws(keyFor("poisson", seed), batchedTo(known, shape), shape);
    },
    logDensity: (x) => {
      const k = widened(x);
      const plain = powerOf(r, k).sub(r).sub(k.add(1).lgamma());
      const logRate = where(r.greater(0), r, 1).log();
      return logMass(k.add(1), r, plain.add(logRate)).sub(logRate);
    },
    isOutside: (x) =>
      x.less(0).logicalOr(x.notEqual(x.floor())).logicalOr(x.isFinite().logicalNot()),
    inside: 0,
    mean: () => r,
    variance: () => r,
    cdf: (x) => {
      const isZero = r.equal(0);
      const value = gammaSurvival(widened(x).floor().add(1), where(isZero, 1, r));
      return where(isZero, 1, value);
    },
    ends: [0, Number.POSITIVE_INFINITY],
    divergence: (other) => {
      if (other.name !== "poisson") return undefined;
      const t = widened((other.parameters as typeof own.values).rate);
      const isNever = r.equal(0);
      const ratio = where(isNever, 1, r.div(t)).log();
      return where(isNever, 0, r.mul(ratio)).sub(r).add(t);
    },
  });
}

/** Rates from here on are drawn by rejection, below by inversion. */
const least = 10;

function poissonDraws(key: Tensor, r: Tensor, shape: Shape): Tensor {
  const [forFew, forMany] = split(key, 2);
  const isMany = r.greaterEqual(least);
  const few = inverted(fractions(forFew!, shape), where(isMany, 0, r));
  return where(isMany, rejected(forMany!, where(isMany, r, least), isMany, shape), few);
}

/** The first count whose cumulative probability is above `u`, added up from 0. */
function inverted(u: Tensor, r: Tensor): Tensor {
  // A rate below 10 has counts beyond 99 with a probability below 2^-180.
  const goesOn = (cumulative: Tensor, count: Tensor) =>
    u.greaterEqual(cumulative).logicalAnd(count.less(99));
  const first = r.neg().exp();
  const { count } = whileLoop(
    (carry) => goesOn(carry.cumulative, carry.count).any(),
    (carry) => {
      const isOn = goesOn(carry.cumulative, carry.count);
      const next = carry.count.add(1);
      const probability = carry.probability.mul(r).div(next);
      return {
        count: where(isOn, next, carry.count),
        probability: where(isOn, probability, carry.probability),
        cumulative: where(isOn, carry.cumulative.add(probability), carry.cumulative),
      };
    },
    { count: r.mul(0), probability: first, cumulative: first },
  );
  return count;
}

/**
 * W. Hörmann, "The transformed rejection method for generating Poisson random variables", Insurance:
 * Mathematics and Economics 12 (1993), 39-45, algorithm PTRS. A proposal is rejected with a probability
 * below 0.3, so all 64 are with one below 2^-110; that is an error.
 */
function rejected(key: Tensor, r: Tensor, isAsked: Tensor, shape: Shape): Tensor {
  const b = r.sqrt().mul(2.53).add(0.931);
  const a = b.mul(0.02483).sub(0.059);
  const inverse = b.sub(3.4).reciprocal().mul(1.1328).add(1.1239);
  const sure = b.sub(2).reciprocal().mul(-3.6224).add(0.9277);
  const logRate = r.log();
  return firstAccepted(key, isAsked, shape, (forU, forV) => {
    const { u, v, center } = uniformPair(forU, forV, shape);
    const k = a.mul(2).div(center).add(b).mul(u).add(r).add(0.43).floor();
    const isSure = center.greaterEqual(0.07).logicalAnd(v.lessEqual(sure));
    const isOff = k.less(0).logicalOr(center.less(0.013).logicalAnd(v.greater(center)));
    const count = where(isOff, 0, k);
    const height = v.log().add(inverse.log()).sub(a.div(center.square()).add(b).log());
    const isBelow = height.lessEqual(count.mul(logRate).sub(r).sub(count.add(1).lgamma()));
    const isTaken = isSure.logicalOr(isOff.logicalNot().logicalAnd(isBelow));
    return { value: count, isTaken };
  });
}
