// The Gumbel distribution, of maxima.
import type { Broadcast, Operand, ShapeOf } from "@nabla/autograd";
import type { Distribution } from "./distribution.ts";
import { exponentials, keyFor } from "./draws.ts";
import { locationAndScale, locationScale } from "./location-scale.ts";
import type { DistributionOptions } from "./parameters.ts";

/** Euler's constant. */
const euler = 0.5772156649015329;

/**
 * The Gumbel distribution (of maxima, `gumbel_r` of SciPy), whose cdf is e^(-e^(-z)) at location + scale
 * z. Draws are reparameterised. The index of the largest of logits + draws is a draw of `categorical`.
 *
 * @example
 * gumbel(0, 1).mean().itemSync(); // => 0.5772
 */
export function gumbel<L extends Operand, S extends Operand>(
  location: L,
  scale: S,
  options?: DistributionOptions,
): Distribution<Broadcast<ShapeOf<L>, ShapeOf<S>>> {
  const own = locationAndScale("gumbel", ["location", location], ["scale", scale], options);
  const { location: m, scale: s } = own.values;
  return locationScale("gumbel", own, m, s, {
    draw: (seed, shape) => exponentials(keyFor("gumbel", seed), shape).log().neg(),
    logDensity: (z) => z.add(z.neg().exp()).neg(),
    cdf: (z) => z.neg().exp().neg().exp(),
    quantile: (p) => p.log().neg().log().neg(),
    mean: euler,
    variance: Math.PI ** 2 / 6,
    entropy: euler + 1,
    divergence: (other) => {
      if (other.name !== "gumbel") return undefined;
      const { location: m2, scale: s2 } = other.parameters as typeof own.values;
      const ratio = s.div(s2);
      const shift = m.sub(m2).div(s2);
      const power = ratio.add(1).lgamma().sub(shift).exp();
      return ratio.sub(1).mul(euler).sub(ratio.log()).add(shift).add(power).sub(1);
    },
  });
}
