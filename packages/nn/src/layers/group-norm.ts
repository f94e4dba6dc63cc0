// Group normalisation: each example's groups of channels with the mean 0 and the variance 1.
import { NablaError, type Parameter, type ShapeOf, type Tensor } from "@nabla/autograd";
import { checkOptions, checkTensor, positive } from "@nabla/autograd/checks";
import { checkAxis, checkCount } from "../checks.ts";
import { layerOf } from "../layer-of.ts";
import { weightDType } from "../options.ts";
import type { MadeOf } from "../parts.ts";
import type { ChannelShape } from "../shapes/layers.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";
import type { NormOptions } from "./layer-norm.ts";
import { scaledChannels, scaling, standardized } from "./standardized.ts";

/** Normalises groups of channels. Made by `groupNorm`. */
export interface GroupNorm<C extends number = number>
  extends MadeOf,
    Shaped<ChannelShape<"groupNorm", C>> {
  readonly groups: number;
  readonly channels: C;
  /** `[channels]`: what normalised values are multiplied by; 1 at first. */
  readonly weight: Parameter<[C]>;
  /** `[channels]`: the shift added then; initially 0. */
  readonly bias: Parameter<[C]>;
  /** `x` [examples, channels, ...]; the shape stays as it is. */
  forward<X extends Tensor>(
    x: OutputCheck<ChannelShape<"groupNorm", C>, ShapeOf<X>, X>,
  ): Tensor<Output<ChannelShape<"groupNorm", C>, ShapeOf<X>>>;
}

/**
 * (x - mean) / sqrt(variance + epsilon) * weight + bias, with mean and variance over each example's
 * groups of channels and all positions in them: independent of the batch, so the same in training and
 * evaluation. Input: [examples, channels, ...]. One group is layer normalisation of images, as many
 * groups as channels is instance normalisation. Distances from the mean whose squares overflow (1.8e19 in
 * float32) give 0, as in PyTorch. Y. Wu and K. He, "Group normalization", ECCV 2018, section 3. Throws
 * `NablaError` unless the channels are a multiple of the groups.
 *
 * @example
 * const x = tensor([[[1], [3], [40], [20]]]);
 * groupNorm(2, 4).forward(x).arraySync(); // => [[[-1.0000], [1.0000], [1.0000], [-1.0000]]]
 */
export function groupNorm<const C extends number>(
  groups: number,
  channels: C,
  options: NormOptions = {},
): GroupNorm<C> {
  checkCount("groupNorm", "groups", groups);
  checkCount("groupNorm", "channels", channels);
  checkOptions("groupNorm", options, { epsilon: positive, dtype: weightDType });
  const { epsilon = 1e-5, dtype = "float32" } = options;
  if (channels % groups !== 0) {
    throw new NablaError(
      `groupNorm: ${channels} channels, expected a multiple of the groups, ${groups}`,
    );
  }
  const parts = scaling(channels, dtype);
  const forward = (x: Tensor): Tensor => {
    checkTensor("groupNorm", x);
    checkAxis("groupNorm", x.shape, 1, channels, "channels");
    const elements = x.size / (x.shape[0]! * groups) || 0;
    const grouped = x.reshape([x.shape[0]!, groups, elements]);
    const normalised = standardized(grouped, [-1], epsilon).reshape([...x.shape]);
    return scaledChannels(normalised, parts);
  };
  return layerOf<GroupNorm, GroupNorm<C>>({
    kind: "groupNorm",
    groups,
    channels,
    ...parts,
    parts,
    forward,
  });
}
