// Normalisation by the root of the mean square alone.
import { ones, type Parameter, parameter, type ShapeOf, type Tensor } from "@nabla/autograd";
import { checkOptions, checkTensor, positive } from "@nabla/autograd/checks";
import { checkAxis, checkCount } from "../checks.ts";
import { layerOf } from "../layer-of.ts";
import { weightDType } from "../options.ts";
import type { MadeOf } from "../parts.ts";
import type { FeatureShape } from "../shapes/layers.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";
import type { NormOptions } from "./layer-norm.ts";

/** Divides by the root of the mean square of the last axis. Made by `rmsNorm`. */
export interface RmsNorm<F extends number = number>
  extends MadeOf,
    Shaped<FeatureShape<"rmsNorm", F, F>> {
  readonly features: F;
  /** `[features]`: what normalised values are multiplied by; 1 at first. */
  readonly weight: Parameter<[F]>;
  /** `x` [..., features]; the shape stays as it is. */
  forward<X extends Tensor>(
    x: OutputCheck<FeatureShape<"rmsNorm", F, F>, ShapeOf<X>, X>,
  ): Tensor<Output<FeatureShape<"rmsNorm", F, F>, ShapeOf<X>>>;
}

/**
 * x / sqrt(mean of squares + epsilon) * weight, with the mean over the features, the last axis, of each
 * example: `layerNorm` without the mean and the bias. Input: [..., features]. B. Zhang and R. Sennrich,
 * "Root mean square layer normalization", NeurIPS 2019, equation 4. Throws `NablaError` for sizes that
 * are not positive integers.
 *
 * @example
 * rmsNorm(2).forward(tensor([[3, 4], [0, 2]])).arraySync();
 * // => [[0.8485, 1.1314], [0, 1.4142]]
 */
export function rmsNorm<const F extends number>(
  features: F,
  options: NormOptions = {},
): RmsNorm<F> {
  checkCount("rmsNorm", "features", features);
  checkOptions("rmsNorm", options, { epsilon: positive, dtype: weightDType });
  const { epsilon = 1e-5, dtype = "float32" } = options;
  const weight = parameter(ones([features as number], { dtype }), { name: "weight" });
  const forward = (x: Tensor): Tensor => {
    checkTensor("rmsNorm", x);
    checkAxis("rmsNorm", x.shape, -1, features, "features");
    const square = x.square().mean(-1, { keepDims: true });
    return x.mul(square.add(epsilon).rsqrt()).mul(weight);
  };
  return layerOf<RmsNorm, RmsNorm<F>>({
    kind: "rmsNorm",
    features,
    weight,
    parts: { weight },
    forward,
  });
}
