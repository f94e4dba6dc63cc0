// The uniform distribution on the unit sphere.
import { arange } from "@nabla/autograd";
import { checkCount } from "./checks.ts";
import { type Distribution, distribution } from "./distribution.ts";
import { keyFor, normals } from "./draws.ts";
import { type DistributionOptions, finite, parameters } from "./parameters.ts";

/**
 * The uniform distribution of unit vectors of this many `dimensions`, 2 or more: directions. Its density is
 * by the sphere's area, that of vectors whose length is 1 within 1e-4. M. E. Muller, "A note on a method
 * for generating points uniformly on n-dimensional spheres", CACM 2 (1959), 19-20.
 *
 * @example
 * const d = unitSphere(3);
 * d.sample([10], { seed: 1 }).square().sum(1).mean().itemSync(); // => 1
 * d.entropy().exp().itemSync(); // => 12.57
 */
export function unitSphere(
  dimensions: number,
  options?: DistributionOptions,
): Distribution<readonly []> {
  checkCount("unitSphere", "dimensions", dimensions, 2);
  const own = parameters("unitSphere", { dimensions: [dimensions, finite] }, options);
  const half = own.values.dimensions.cast("float64").mul(0.5);
  // 2 pi^(n / 2) / Gamma(n / 2)
  const logArea = half.mul(Math.log(Math.PI)).add(Math.LN2).sub(half.lgamma());
  const zero = arange(dimensions).cast(own.dtype).mul(0);
  const north = arange(dimensions).equal(0).cast(own.dtype);
  return distribution<readonly [], readonly number[]>({
    name: "unitSphere",
    support: "vectors of length 1",
    parameters: own,
    event: [dimensions],
    isReparameterized: false,
    draw: (seed, shape) => {
      const z = normals(keyFor("sphere", seed), [...shape, dimensions]);
      return z.div(z.square().sum(-1, { keepDims: true }).sqrt());
    },
    logDensity: (x) => x.sum(-1).mul(0).cast("float64").sub(logArea),
    isOutside: (x) => {
      const length = x.square().sum(-1, { keepDims: true }).sqrt();
      return length.sub(1).abs().greater(1e-4).logicalAnd(x.equal(x));
    },
    inside: north,
    mean: () => zero,
    variance: () => zero.add(1 / dimensions),
    entropy: () => logArea,
  });
}
