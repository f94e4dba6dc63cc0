// Distributions of location + scale * z, where z has a standard distribution: what such families share.
import type { Operand, Seed, Shape, Tensor } from "@nabla/autograd";
import { type Distribution, distribution, type Formulas } from "./distribution.ts";
import {
  type DistributionOptions,
  finite,
  type Parameters,
  parameters,
  positive,
} from "./parameters.ts";

/** The standard distribution, with location 0 and scale 1. */
export interface Standard {
  readonly draw: (seed: Seed | undefined, shape: Shape) => Tensor;
  readonly logDensity: (z: Tensor) => Tensor;
  readonly cdf: (z: Tensor) => Tensor;
  readonly quantile: (p: Tensor) => Tensor;
  /** NaN where there is none. */
  readonly mean: number;
  readonly variance: number;
  readonly entropy: number;
  readonly divergence?: Formulas["divergence"];
}

/** The two parameters, by the names that a family has for them. */
export function locationAndScale<const Location extends string, const Scale extends string>(
  name: string,
  [locationName, location]: readonly [Location, Operand],
  [scaleName, scale]: readonly [Scale, Operand],
  options?: DistributionOptions,
): Parameters<Location | Scale> {
  const given = { [locationName]: [location, finite], [scaleName]: [scale, positive] };
  return parameters<Location | Scale>(name, given as never, options);
}

/** Makes a distribution on all real numbers of its standard one. */
export function locationScale<Batch extends Shape>(
  name: string,
  own: Parameters,
  location: Tensor,
  scale: Tensor,
  standard: Standard,
): Distribution<Batch> {
  const standardized = (x: Tensor) => x.sub(location).div(scale);
  return distribution<Batch>({
    name,
    support: "real numbers",
    parameters: own,
    draw: (seed, shape) => standard.draw(seed, shape).cast(own.dtype).mul(scale).add(location),
    logDensity: (x) => standard.logDensity(standardized(x)).sub(scale.log()),
    isOutside: (x) => x.abs().equal(Number.POSITIVE_INFINITY),
    inside: location,
    mean: () => location.add(scale.mul(standard.mean)),
    variance: () => scale.square().mul(standard.variance),
    entropy: () => scale.log().add(standard.entropy).add(location.mul(0)),
    cdf: (x) => standard.cdf(standardized(x)),
    ends: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    quantile: (p) => standard.quantile(p.cast("float64")).mul(scale).add(location),
    ...(standard.divergence ? { divergence: standard.divergence } : {}),
  });
}
