// The Laplace distribution.
import { type Broadcast, type Operand, type ShapeOf, where } from "@nabla/autograd";
import type { Distribution } from "./distribution.ts";
import { fractions, keyFor } from "./draws.ts";
import { locationAndScale, locationScale } from "./location-scale.ts";
import type { DistributionOptions } from "./parameters.ts";

/**
 * The Laplace distribution, with density e^(-|x - location| / scale) / (2 scale). Draws are
 * reparameterised.
 *
 * @example
 * laplace(0, 1).logProbability(tensor([0, 2])).arraySync(); // => [-0.6931, -2.693]
 */
export function laplace<L extends Operand, S extends Operand>(
  location: L,
  scale: S,
  options?: DistributionOptions,
): Distribution<Broadcast<ShapeOf<L>, ShapeOf<S>>> {
  const own = locationAndScale("laplace", ["location", location], ["scale", scale], options);
  const { location: m, scale: s } = own.values;
  return locationScale("laplace", own, m, s, {
    // An exponential number on either side.
    draw: (seed, shape) => {
      const u = fractions(keyFor("laplace", seed), shape);
      const isLeft = u.less(0.5);
      const size = where(isLeft, u.mul(2), u.mul(2).sub(1))
        .maximum(2 ** -53)
        .log();
      return where(isLeft, size, size.neg());
    },
    logDensity: (z) => z.abs().neg().sub(Math.LN2),
    cdf: (z) => {
      const tail = z.abs().neg().exp().mul(0.5);
      return where(z.less(0), tail, tail.neg().add(1));
    },
    quantile: (p) => {
      const isLeft = p.less(0.5);
      const tail = where(isLeft, p, p.neg().add(1)).mul(2).log();
      return where(isLeft, tail, tail.neg());
    },
    mean: 0,
    variance: 2,
    entropy: 1 + Math.LN2,
    divergence: (other) => {
      if (other.name !== "laplace") return undefined;
      const { location: m2, scale: s2 } = other.parameters as typeof own.values;
      const [distance, ratio] = [m.sub(m2).abs(), s.div(s2)];
      const rest = distance.div(s).neg().exp().mul(ratio);
      return rest.add(distance.div(s2)).sub(ratio.log()).sub(1);
    },
  });
}
