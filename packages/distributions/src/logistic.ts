// The logistic distribution.
import type { Broadcast, Operand, ShapeOf, Tensor } from "@nabla/autograd";
import type { Distribution } from "./distribution.ts";
import { keyFor, openFractions } from "./draws.ts";
import { locationAndScale, locationScale } from "./location-scale.ts";
import type { DistributionOptions } from "./parameters.ts";

/**
 * The logistic distribution, whose cdf is sigmoid((x - location) / scale). Draws are
 * reparameterised.
 *
 * @example
 * logistic(0, 1).cdf(tensor([0, 2])).arraySync(); // => [0.5, 0.8808]
 */
export function logistic<L extends Operand, S extends Operand>(
  location: L,
  scale: S,
  options?: DistributionOptions,
): Distribution<Broadcast<ShapeOf<L>, ShapeOf<S>>> {
  const own = locationAndScale("logistic", ["location", location], ["scale", scale], options);
  const { location: m, scale: s } = own.values;
  const logit = (p: Tensor) => p.log().sub(p.neg().log1p());
  return locationScale("logistic", own, m, s, {
    draw: (seed, shape) => logit(openFractions(keyFor("logistic", seed), shape)),
    logDensity: (z) => z.logSigmoid().add(z.neg().logSigmoid()),
    cdf: (z) => z.sigmoid(),
    quantile: logit,
    mean: 0,
    variance: Math.PI ** 2 / 3,
    entropy: 2,
  });
}
