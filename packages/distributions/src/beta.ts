// The beta distribution.
import { type Broadcast, type Operand, type ShapeOf, where } from "@nabla/autograd";
import { logBetaDensity } from "./beta-mass.ts";
import { type Distribution, distribution } from "./distribution.ts";
import { keyFor } from "./draws.ts";
import { powerOf } from "./gamma.ts";
import { logGammaDraws } from "./gamma-draws.ts";
import { betaCdf, logBeta } from "./incomplete-beta.ts";
import { type DistributionOptions, parameters, positive, widened } from "./parameters.ts";
import { split } from "./rejection.ts";

/**
 * The beta distribution on 0 to 1, with density proportional to x^(a - 1) (1 - x)^(b - 1). Draws are
 * reparameterised (as two gamma draws are). Computed in float64 whatever the dtype is.
 *
 * @example
 * const d = beta(2, 3);
 * d.mean().itemSync(); // => 0.4
 * d.cdf(0.5).itemSync(); // => 0.6875
 */
export function beta<A extends Operand, B extends Operand>(
  a: A,
  b: B,
  options?: DistributionOptions,
): Distribution<Broadcast<ShapeOf<A>, ShapeOf<B>>> {
  const own = parameters("beta", { a: [a, positive], b: [b, positive] }, options);
  const [m, n] = [widened(own.values.a), widened(own.values.b)];
  const total = m.add(n);
  return distribution({
    name: "beta",
    support: "numbers from 0 to 1",
    parameters: own,
    draw: (seed, shape) => {
      const [first, second] = split(keyFor("beta", seed), 2);
      return logGammaDraws(first!, m, shape)
        .sub(logGammaDraws(second!, n, shape))
        .sigmoid();
    },
    logDensity: (x) => {
      const at = widened(x);
      const [left, right] = [powerOf(at, m.sub(1)), powerOf(at.neg().add(1), n.sub(1))];
      return logBetaDensity(m, n, at, left.add(right).sub(logBeta(m, n)));
    },
    isOutside: (x) => x.less(0).logicalOr(x.greater(1)),
    inside: 0.5,
    mean: () => m.div(total),
    variance: () => m.mul(n).div(total.square().mul(total.add(1))),
    entropy: () => {
      const slopes = m.sub(1).mul(m.digamma()).add(n.sub(1).mul(n.digamma()));
      return logBeta(m, n).sub(slopes).add(total.sub(2).mul(total.digamma()));
    },
    cdf: (x) => {
      const isZero = x.equal(0);
      const at = widened(where(isZero, 0.5, x));
      return where(isZero, total.mul(0), betaCdf(m, n, at, at.neg().add(1)));
    },
    ends: [0, 1],
    divergence: (other) => {
      if (other.name !== "beta") return undefined;
      const { a: a2, b: b2 } = other.parameters as typeof own.values;
      const [c, d] = [widened(a2), widened(b2)];
      const slopes = m.sub(c).mul(m.digamma()).add(n.sub(d).mul(n.digamma()));
      const ends = c.add(d).sub(total).mul(total.digamma());
      return logBeta(c, d).sub(logBeta(m, n)).add(slopes).add(ends);
    },
  });
}
