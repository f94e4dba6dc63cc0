// The exponential distribution.
import type { Operand, ShapeOf, Tensor } from "@nabla/autograd";
import { type Distribution, distribution } from "./distribution.ts";
import { exponentials, keyFor } from "./draws.ts";
import { type DistributionOptions, parameters, positive } from "./parameters.ts";

/**
 * The exponential distribution: waiting times at this rate, 1 / the mean. Draws are reparameterised.
 *
 * @example
 * const d = exponential(2);
 * d.mean().itemSync(); // => 0.5
 * d.logProbability(tensor([-1, 0, 1])).arraySync(); // => [-Infinity, 0.6931, -1.307]
 */
export function exponential<R extends Operand>(
  rate: R,
  options?: DistributionOptions,
): Distribution<ShapeOf<R>> {
  const own = parameters("exponential", { rate: [rate, positive] }, options);
  const r: Tensor = own.values.rate;
  return distribution<ShapeOf<R>>({
    name: "exponential",
    support: "numbers from 0 on",
    parameters: own,
    draw: (seed, shape) => exponentials(keyFor("exponential", seed), shape).cast(own.dtype).div(r),
    logDensity: (x) => r.log().sub(r.mul(x)),
    isOutside: (x) => x.less(0).logicalOr(x.equal(Number.POSITIVE_INFINITY)),
    inside: 1,
    mean: () => r.reciprocal(),
    variance: () => r.square().reciprocal(),
    entropy: () => r.log().neg().add(1),
    cdf: (x) => r.mul(x).neg().expm1().neg(),
    ends: [0, Number.POSITIVE_INFINITY],
    quantile: (p) => p.neg().log1p().neg().div(r),
    divergence: (other) => {
      if (other.name !== "exponential") return undefined;
      const { rate: other1 } = other.parameters as typeof own.values;
      const relative = other1.sub(r).div(r);
      return relative.sub(relative.log1p());
    },
  });
}
