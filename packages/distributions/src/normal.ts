// The normal distribution, and that of its exponential.
import type { Broadcast, Operand, ShapeOf, Tensor } from "@nabla/autograd";
import { random } from "@nabla/autograd";
import { type Distribution, distribution } from "./distribution.ts";
import { keyFor, normals } from "./draws.ts";
import { locationAndScale, locationScale } from "./location-scale.ts";
import { normalCdf, normalQuantile } from "./normal-quantile.ts";
import { type DistributionOptions, widened } from "./parameters.ts";

const halfLogOfTwoPi = 0.5 * Math.log(2 * Math.PI);

/**
 * The normal distribution with this mean and standard deviation (positive). Draws are
 * reparameterised, and those of `normal(0, 1)` are `random.normal`'s. Throws `NablaError` for numbers that
 * are none of these, and `ShapeError` for shapes that do not broadcast.
 *
 * @example
 * const d = normal(tensor([0, 1]), 2);
 * d.sample([100], { seed: 0 }).shape; // => [100, 2]
 * d.logProbability(1).arraySync(); // => [-1.737, -1.612]
 */
export function normal<M extends Operand, D extends Operand>(
  mean: M,
  standardDeviation: D,
  options?: DistributionOptions,
): Distribution<Broadcast<ShapeOf<M>, ShapeOf<D>>> {
  const own = locationAndScale(
    "normal",
    ["mean", mean],
    ["standardDeviation", standardDeviation],
    options,
  );
  const { mean: location, standardDeviation: scale } = own.values;
  return locationScale("normal", own, location, scale, {
    draw: (seed, shape) =>
      random.normal([...shape], {
        ...(seed === undefined ? {} : { seed }),
        dtype: own.dtype,
      }),
    logDensity: (z) => z.square().mul(-0.5).sub(halfLogOfTwoPi),
    cdf: normalCdf,
    quantile: normalQuantile,
    mean: 0,
    variance: 1,
    entropy: 0.5 + halfLogOfTwoPi,
    divergence: (other) => {
      if (other.name !== "normal") return undefined;
      const { mean: m, standardDeviation: s } = other.parameters as typeof own.values;
      const ratio = scale.div(s);
      // (r^2 - 1) / 2 - log r, with the digits that are left next to r = 1.
      const relative = scale.sub(s).div(s);
      const spread = ratio.add(1).mul(relative).mul(0.5).sub(relative.log1p());
      return location.sub(m).div(s).square().mul(0.5).add(spread);
    },
  });
}

/**
 * The distribution of e^x where x is normal with `mean` and `standardDeviation` (of the logarithm).
 * Draws are reparameterised.
 *
 * @example
 * logNormal(0, 1).mean().itemSync(); // => 1.649
 * logNormal(0, 1).quantile(0.5).itemSync(); // => 1
 */
export function logNormal<M extends Operand, D extends Operand>(
  mean: M,
  standardDeviation: D,
  options?: DistributionOptions,
): Distribution<Broadcast<ShapeOf<M>, ShapeOf<D>>> {
  const own = locationAndScale(
    "logNormal",
    ["mean", mean],
    ["standardDeviation", standardDeviation],
    options,
  );
  const { mean: m, standardDeviation: s } = own.values;
  const standardized = (x: Tensor) => x.log().sub(m).div(s);
  return distribution({
    name: "logNormal",
    support: "positive numbers",
    parameters: own,
    draw: (seed, shape) =>
      // In float64, so that the last bit is the same on every back end.
      normals(keyFor("logNormal", seed), shape).mul(widened(s)).add(widened(m)).exp(),
    logDensity: (x) =>
      standardized(x).square().mul(-0.5).sub(x.log()).sub(s.log()).sub(halfLogOfTwoPi),
    isOutside: (x) => x.lessEqual(0).logicalOr(x.equal(Number.POSITIVE_INFINITY)),
    inside: 1,
    mean: () => m.add(s.square().mul(0.5)).exp(),
    variance: () => {
      const square = s.square();
      return square.expm1().mul(m.mul(2).add(square).exp());
    },
    entropy: () => m.add(s.log()).add(0.5 + halfLogOfTwoPi),
    cdf: (x) => normalCdf(standardized(x)),
    // 0 is an end, where the logarithm has no derivative.
    ends: [own.dtype === "float32" ? 2 ** -149 : Number.MIN_VALUE, Number.POSITIVE_INFINITY],
    quantile: (p) => normalQuantile(p.cast("float64")).mul(s).add(m).exp(),
    divergence: (other) => {
      if (other.name !== "logNormal") return undefined;
      const { mean, standardDeviation: deviation } = other.parameters as typeof own.values;
      return normal(m, s).divergenceFrom(normal(mean, deviation));
    },
  });
}
