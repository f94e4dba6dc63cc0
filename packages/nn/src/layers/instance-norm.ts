// Instance normalisation: each channel of each example with the mean 0 and the variance 1.
import {
  formatShape,
  NablaError,
  type Parameter,
  ShapeError,
  type ShapeOf,
  type Tensor,
} from "@nabla/autograd";
import { checkOptions, checkTensor, flag, positive } from "@nabla/autograd/checks";
import { checkAxis, checkCount } from "../checks.ts";
import { layerOf } from "../layer-of.ts";
import { weightDType } from "../options.ts";
import type { MadeOf } from "../parts.ts";
import type { ChannelShape } from "../shapes/layers.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";
import type { NormOptions } from "./layer-norm.ts";
import { scaledChannels, scaling, standardized } from "./standardized.ts";

export interface InstanceNormOptions extends NormOptions {
  /** Whether there are a weight and a bias a channel. Default: true; PyTorch's is false. */
  readonly affine?: boolean;
}

/** Normalises each channel of each example. Made by `instanceNorm`. */
export interface InstanceNorm<C extends number = number>
  extends MadeOf,
    Shaped<ChannelShape<"instanceNorm", C>> {
  readonly channels: C;
  /** `[channels]`: what normalised values are multiplied by, 1 at first; undefined without `affine`. */
  readonly weight: Parameter<[C]> | undefined;
  /** `[channels]`: the shift added then, initially 0; undefined without `affine`. */
  readonly bias: Parameter<[C]> | undefined;
  /** `x` [examples, channels, ...places]; the shape stays as it is. */
  forward<X extends Tensor>(
    x: OutputCheck<ChannelShape<"instanceNorm", C>, ShapeOf<X>, X>,
  ): Tensor<Output<ChannelShape<"instanceNorm", C>, ShapeOf<X>>>;
}

/**
 * (x - mean) / sqrt(variance + epsilon) * weight + bias, with mean and variance over the positions of
 * each channel of each example: the same in training and evaluation. Input: [examples, channels,
 * ...places]. D. Ulyanov, A. Vedaldi and V. Lempitsky, "Instance normalization: the missing ingredient
 * for fast stylization", 2016. Throws `NablaError` for a single position, which has no variance.
 *
 * @example
 * instanceNorm(2).forward(tensor([[[1, 3], [40, 20]]])).arraySync();
 * // => [[[-1.0000, 1.0000], [1.0000, -1.0000]]]
 */
export function instanceNorm<const C extends number>(
  channels: C,
  options: InstanceNormOptions = {},
): InstanceNorm<C> {
  checkCount("instanceNorm", "channels", channels);
  const kinds = { affine: flag, epsilon: positive, dtype: weightDType };
  checkOptions("instanceNorm", options, kinds);
  const { affine = true, epsilon = 1e-5, dtype = "float32" } = options;
  const scales = affine ? scaling(channels, dtype) : undefined;
  const forward = (x: Tensor): Tensor => {
    checkTensor("instanceNorm", x);
    checkAxis("instanceNorm", x.shape, 1, channels, "channels");
    const given = formatShape(x.shape);
    if (x.rank < 3) {
      throw new ShapeError(
        `instanceNorm: expects [examples, ${channels}, ...places], got ${given}`,
      );
    }
    const places = x.shape.map((_, axis) => axis).slice(2);
    if (places.every((axis) => x.shape[axis] === 1)) {
      throw new NablaError(`instanceNorm: ${given} has 1 place a channel, expected at least 2`);
    }
    const normalised = standardized(x, places, epsilon);
    return scales ? scaledChannels(normalised, scales) : normalised;
  };
  const parts = { weight: scales?.weight, bias: scales?.bias };
  return layerOf<InstanceNorm, InstanceNorm<C>>({
    kind: "instanceNorm",
    channels,
    ...parts,
    parts,
    forward,
  });
}
