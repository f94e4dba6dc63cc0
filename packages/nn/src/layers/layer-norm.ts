// Layer normalisation: each example's features with the mean 0 and the variance 1.
import type { DTypeOption, Parameter, ShapeOf, Tensor } from "@nabla/autograd";
import { checkOptions, checkTensor, positive } from "@nabla/autograd/checks";
import { checkAxis, checkCount } from "../checks.ts";
import { layerOf } from "../layer-of.ts";
import { weightDType } from "../options.ts";
import type { MadeOf } from "../parts.ts";
import type { FeatureShape } from "../shapes/layers.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";
import { scaling, standardized } from "./standardized.ts";

export interface NormOptions extends DTypeOption {
  /** Added to the variance. Default: 1e-5. */
  readonly epsilon?: number;
}

/** Normalises the last axis. Made by `layerNorm`. */
export interface LayerNorm<F extends number = number>
  extends MadeOf,
    Shaped<FeatureShape<"layerNorm", F, F>> {
  readonly features: F;
  /** `[features]`: what normalised values are multiplied by; 1 at first. */
  readonly weight: Parameter<[F]>;
  /** `[features]`: the shift added then; initially 0. */
  readonly bias: Parameter<[F]>;
  /** `x` [..., features]; the shape stays as it is. */
  forward<X extends Tensor>(
    x: OutputCheck<FeatureShape<"layerNorm", F, F>, ShapeOf<X>, X>,
  ): Tensor<Output<FeatureShape<"layerNorm", F, F>, ShapeOf<X>>>;
}

/**
 * (x - mean) / sqrt(variance + epsilon) * weight + bias, with mean and variance over the features, the
 * last axis, of each example: the same in training and evaluation. Input: [..., features]. Distances from
 * the mean whose squares overflow (1.8e19 in float32) give 0, as in PyTorch. J. L. Ba, J. R. Kiros and G.
 * E. Hinton, "Layer normalization", 2016. Throws `NablaError` for sizes that are not positive integers.
 *
 * @example
 * layerNorm(2).forward(tensor([[1, 3], [40, 20]])).arraySync();
 * // => [[-1.0000, 1.0000], [1.0000, -1.0000]]
 */
export function layerNorm<const F extends number>(
  features: F,
  options: NormOptions = {},
): LayerNorm<F> {
  checkCount("layerNorm", "features", features);
  checkOptions("layerNorm", options, { epsilon: positive, dtype: weightDType });
  const { epsilon = 1e-5, dtype = "float32" } = options;
  const parts = scaling(features, dtype);
  const forward = (x: Tensor): Tensor => {
    checkTensor("layerNorm", x);
    checkAxis("layerNorm", x.shape, -1, features, "features");
    return standardized(x, [-1], epsilon).mul(parts.weight).add(parts.bias);
  };
  return layerOf<LayerNorm, LayerNorm<F>>({
    kind: "layerNorm",
    features,
    ...parts,
    parts,
    forward,
  });
}
