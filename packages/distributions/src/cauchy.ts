// The Cauchy distribution.
import { type Broadcast, type Operand, type ShapeOf, type Tensor, where } from "@nabla/autograd";
import type { Distribution } from "./distribution.ts";
import { fractions, keyFor } from "./draws.ts";
import { locationAndScale, locationScale } from "./location-scale.ts";
import type { DistributionOptions } from "./parameters.ts";

/**
 * The Cauchy distribution, with density 1 / (pi scale (1 + z^2)) at location + scale z. It has no mean
 * and no variance: both are NaN. Draws are reparameterised.
 *
 * @example
 * cauchy(0, 1).cdf(tensor([0, 1])).arraySync(); // => [0.5, 0.75]
 */
export function cauchy<L extends Operand, S extends Operand>(
  location: L,
  scale: S,
  options?: DistributionOptions,
): Distribution<Broadcast<ShapeOf<L>, ShapeOf<S>>> {
  const own = locationAndScale("cauchy", ["location", location], ["scale", scale], options);
  const { location: m, scale: s } = own.values;
  // 1 / tan(pi p) next to 0, where tan(pi (p - 1/2)) has few digits.
  const quantileLeft = (p: Tensor) => p.mul(Math.PI).tan().reciprocal().neg();
  const quantile = (p: Tensor): Tensor => {
    const isNear = p.sub(0.5).abs().less(0.25);
    const isLeft = p.less(0.5);
    const byCenter = where(isNear, p.sub(0.5), 0).mul(Math.PI).tan();
    const rest = where(isNear, 0.25, where(isLeft, p, p.neg().add(1)));
    const tail = quantileLeft(rest);
    return where(isNear, byCenter, where(isLeft, tail, tail.neg()));
  };
  return locationScale("cauchy", own, m, s, {
    draw: (seed, shape) => {
      const u = fractions(keyFor("cauchy", seed), shape).add(2 ** -54);
      // Rounding may give 1.
      return quantile(u.minimum(1 - 2 ** -53));
    },
    logDensity: (z) => logOfOnePlusSquare(z).neg().sub(Math.log(Math.PI)),
    cdf: (z) => {
      // atan(z) / pi + 1/2; far to the left as atan(-1 / z) / pi.
      const isLeft = z.less(-1);
      const left = where(isLeft, z, -1).reciprocal().neg().atan();
      const right = where(isLeft, 0, z)
        .atan()
        .add(Math.PI / 2);
      return where(isLeft, left, right).div(Math.PI);
    },
    quantile,
    mean: Number.NaN,
    variance: Number.NaN,
    entropy: Math.log(4 * Math.PI),
    divergence: (other) => {
      if (other.name !== "cauchy") return undefined;
      const { location: m2, scale: s2 } = other.parameters as typeof own.values;
      // log (((s + t)^2 + (m - n)^2) / (4 s t)): F. Chyzak and F. Nielsen, "A closed-form formula for
      // the Kullback-Leibler divergence between Cauchy distributions", 2019.
      const squares = s.sub(s2).square().add(m.sub(m2).square());
      return squares.div(s.mul(s2).mul(4)).log1p();
    },
  });
}

/** log (1 + z^2), where z^2 would overflow, too. */
export function logOfOnePlusSquare(z: Tensor): Tensor {
  const isLarge = z.abs().greater(1);
  const large = where(isLarge, z, 1);
  const small = where(isLarge, large.reciprocal(), z);
  return small.square().log1p().add(large.abs().log().mul(2));
}
