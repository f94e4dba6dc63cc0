// The gamma distribution.
import type { Broadcast, Operand, ShapeOf, Tensor } from "@nabla/autograd";
import { where } from "@nabla/autograd";
import { type Distribution, distribution } from "./distribution.ts";
import { keyFor } from "./draws.ts";
import { logGammaDraws } from "./gamma-draws.ts";
import { logMass } from "./gamma-mass.ts";
import { gammaCdf } from "./incomplete-gamma.ts";
import { type DistributionOptions, parameters, positive, widened } from "./parameters.ts";

/**
 * The gamma distribution with this concentration (its shape parameter) and rate (1 / scale). Draws are
 * reparameterised, by the implicit function theorem for the concentration. Computed in float64 whatever
 * the dtype is.
 *
 * @example
 * const d = gamma(2, tensor([1, 4]));
 * d.mean().arraySync(); // => [2, 0.5]
 * d.logProbability(1).arraySync(); // => [-1, -1.227]
 * d.cdf(1).arraySync(); // => [0.2642, 0.9084]
 */
export function gamma<C extends Operand, R extends Operand>(
  concentration: C,
  rate: R,
  options?: DistributionOptions,
): Distribution<Broadcast<ShapeOf<C>, ShapeOf<R>>> {
  const given = { concentration: [concentration, positive], rate: [rate, positive] } as const;
  const own = parameters("gamma", given, options);
  const [a, b] = [widened(own.values.concentration), widened(own.values.rate)];
  return distribution({
    name: "gamma",
    support: "numbers from 0 on",
    parameters: own,
    draw: (seed, shape) => logGammaDraws(keyFor("gamma", seed), a, shape).sub(b.log()).exp(),
    logDensity: (x) => {
      const at = widened(x);
      const power = powerOf(at, a.sub(1));
      const plain = a.mul(b.log()).add(power).sub(b.mul(at)).sub(a.lgamma());
      const logX = where(at.greater(0), at, 1).log();
      return logMass(a, b.mul(at), plain.add(logX)).sub(logX);
    },
    isOutside: (x) => x.less(0).logicalOr(x.equal(Number.POSITIVE_INFINITY)),
    inside: 1,
    mean: () => a.div(b),
    variance: () => a.div(b.square()),
    entropy: () => a.sub(b.log()).add(a.lgamma()).add(a.neg().add(1).mul(a.digamma())),
    cdf: (x) => {
      const at = widened(x);
      const isZero = at.equal(0);
      return where(isZero, a.mul(0), gammaCdf(a, b.mul(where(isZero, 1, at))));
    },
    ends: [0, Number.POSITIVE_INFINITY],
    divergence: (other) => {
      if (other.name !== "gamma") return undefined;
      const { concentration: a2, rate: b2 } = other.parameters as typeof own.values;
      const [c, r] = [widened(a2), widened(b2)];
      const shapes = a.sub(c).mul(a.digamma()).sub(a.lgamma()).add(c.lgamma());
      return shapes.add(c.mul(b.div(r).log())).add(a.mul(r.sub(b).div(b)));
    },
  });
}

/** n log x, where 0 log 0 is 0, with its derivatives by n elsewhere. */
export function powerOf(x: Tensor, n: Tensor): Tensor {
  const isCorner = x.equal(0).logicalAnd(n.equal(0));
  return n.mul(where(isCorner, 1, x).log());
}
