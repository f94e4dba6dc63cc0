// Transposed convolutions, which spread each element over a window: from few places to many.
import {
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  type Parameter,
  type PerAxis,
  type ShapeOf,
  type Tensor,
  type TransposedOptions,
  type TransposedPadding,
  type WindowAxes,
} from "@nabla/autograd";
import { layerOf, type Written } from "../layer-of.ts";
import type { MadeOf } from "../parts.ts";
import type { EachAxis, TransposedShape } from "../shapes/windows.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";
import type { ConvolutionLayerOptions } from "./convolution.ts";
import { kernelLayer } from "./kernels.ts";

export interface TransposedLayerOptions<
  Stride extends PerAxis = PerAxis,
  Padding extends TransposedPadding = TransposedPadding,
  Dilation extends PerAxis = PerAxis,
  OutputPadding extends PerAxis = PerAxis,
> extends TransposedOptions<Stride, Padding, Dilation, OutputPadding>,
    Pick<ConvolutionLayerOptions, "bias" | "initializer" | "dtype"> {}

/** A kernel that each place is spread by. Made by `convolutionTranspose1d`, `…2d` and `…3d`. */
export interface TransposedLayer<
  Axes extends WindowAxes = WindowAxes,
  In extends number = number,
  Out extends number = number,
  Window extends PerAxis = PerAxis,
  Stride extends PerAxis = PerAxis,
  Padding extends TransposedPadding = TransposedPadding,
  Dilation extends PerAxis = PerAxis,
  OutputPadding extends PerAxis = PerAxis,
> extends MadeOf,
    Shaped<TransposedShape<In, Out, Window, Stride, Padding, Dilation, OutputPadding, Axes>> {
  readonly inputChannels: In;
  readonly outputChannels: Out;
  /** [channels in, channels out / groups, ...window], as in PyTorch. */
  readonly weight: Parameter<[In, number, ...EachAxis<number, Axes>]>;
  /** [channels out]; undefined without bias. */
  readonly bias: Parameter<[Out]> | undefined;
  /** `x` [examples, channels in, ...places] to [examples, channels out, ...size]. */
  forward<X extends Tensor>(
    x: OutputCheck<
      TransposedShape<In, Out, Window, Stride, Padding, Dilation, OutputPadding, Axes>,
      ShapeOf<X>,
      X
    >,
  ): Tensor<
    Output<
      TransposedShape<In, Out, Window, Stride, Padding, Dilation, OutputPadding, Axes>,
      ShapeOf<X>
    >
  >;
}

/**
 * The transpose of `convolution1d`: as `convolutionTranspose2d`, along one axis. Input: [examples,
 * inputChannels, width]; output: [examples, outputChannels, size].
 *
 * @example
 * const layer = convolutionTranspose1d(8, 2, 4, { stride: 2, padding: 1 });
 * layer.forward(zeros([100, 8, 25])).shape; // => [100, 2, 50]
 */
export function convolutionTranspose1d<
  const In extends number,
  const Out extends number,
  const Window extends PerAxis,
  const Stride extends PerAxis = 1,
  const Padding extends TransposedPadding = "valid",
  const Dilation extends PerAxis = 1,
  const OutputPadding extends PerAxis = 0,
>(
  inputChannels: In,
  outputChannels: Out,
  kernelSize: Window,
  options: TransposedLayerOptions<Stride, Padding, Dilation, OutputPadding> = {},
): TransposedLayer<1, In, Out, Window, Stride, Padding, Dilation, OutputPadding> {
  return layerOf(
    transposed(1, convTranspose1d, inputChannels, outputChannels, kernelSize, options),
  );
}

/**
 * The transpose of `convolution2d`, from few places to many: each element, times the kernel, is added to
 * the places under it. Input: [examples, inputChannels, height, width]; output: [examples, outputChannels,
 * size, size], with (places - 1) stride + dilation (kernel - 1) + 1 - padding + outputPadding along an
 * axis, the size that a convolution of the same options makes these places of. M. D. Zeiler et al.,
 * "Deconvolutional networks", CVPR 2010. Throws `NablaError` for sizes that are not positive integers or
 * not divisible by `groups`.
 *
 * @example
 * const layer = convolutionTranspose2d(8, 1, 4, { stride: 2, padding: 1 });
 * layer.forward(zeros([100, 8, 14, 14])).shape; // => [100, 1, 28, 28]
 */
export function convolutionTranspose2d<
  const In extends number,
  const Out extends number,
  const Window extends PerAxis,
  const Stride extends PerAxis = 1,
  const Padding extends TransposedPadding = "valid",
  const Dilation extends PerAxis = 1,
  const OutputPadding extends PerAxis = 0,
>(
  inputChannels: In,
  outputChannels: Out,
  kernelSize: Window,
  options: TransposedLayerOptions<Stride, Padding, Dilation, OutputPadding> = {},
): TransposedLayer<2, In, Out, Window, Stride, Padding, Dilation, OutputPadding> {
  return layerOf(
    transposed(2, convTranspose2d, inputChannels, outputChannels, kernelSize, options),
  );
}

/**
 * The transpose of `convolution3d`: as `convolutionTranspose2d`, along three axes. Input: [examples,
 * inputChannels, depth, height, width]; output: [examples, outputChannels, size, size, size].
 *
 * @example
 * const layer = convolutionTranspose3d(4, 1, 2, { stride: 2 });
 * layer.forward(zeros([2, 4, 5, 8, 8])).shape; // => [2, 1, 10, 16, 16]
 */
export function convolutionTranspose3d<
  const In extends number,
  const Out extends number,
  const Window extends PerAxis,
  const Stride extends PerAxis = 1,
  const Padding extends TransposedPadding = "valid",
  const Dilation extends PerAxis = 1,
  const OutputPadding extends PerAxis = 0,
>(
  inputChannels: In,
  outputChannels: Out,
  kernelSize: Window,
  options: TransposedLayerOptions<Stride, Padding, Dilation, OutputPadding> = {},
): TransposedLayer<3, In, Out, Window, Stride, Padding, Dilation, OutputPadding> {
  return layerOf(
    transposed(3, convTranspose3d, inputChannels, outputChannels, kernelSize, options),
  );
}

function transposed(
  axes: WindowAxes,
  convolve: unknown,
  inputChannels: number,
  outputChannels: number,
  kernelSize: PerAxis,
  options: TransposedLayerOptions,
): Written<TransposedLayer> {
  const kind = `convolutionTranspose${axes}d`;
  const channels = [inputChannels, outputChannels] as const;
  return kernelLayer(kind, axes, convolve, channels, kernelSize, options, true);
}
