// Convolutions: the same few weights at each place, along one, two or three axes.
import {
  type ConvolutionOptions,
  conv1d,
  conv2d,
  conv3d,
  type DTypeOption,
  type Parameter,
  type PerAxis,
  type ShapeOf,
  type Tensor,
  type WindowAxes,
  type WindowPadding,
} from "@nabla/autograd";
import type { Initializer } from "../initializers.ts";
import { layerOf, type Written } from "../layer-of.ts";
import type { MadeOf } from "../parts.ts";
import type { ConvolutionShape, EachAxis } from "../shapes/windows.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";
import { kernelLayer } from "./kernels.ts";

export interface ConvolutionLayerOptions<
  Stride extends PerAxis = PerAxis,
  Padding extends WindowPadding = WindowPadding,
  Dilation extends PerAxis = PerAxis,
> extends ConvolutionOptions<Stride, Padding, Dilation>,
    DTypeOption {
  /** Whether a number is added for each channel. Default: true; it starts at 0. */
  readonly bias?: boolean;
  /** First values of the kernel. Default: `heUniform()`, for relu. */
  readonly initializer?: Initializer;
}

/** A kernel that goes over places. Made by `convolution1d`, `convolution2d` and `convolution3d`. */
export interface ConvolutionLayer<
  Axes extends WindowAxes = WindowAxes,
  In extends number = number,
  Out extends number = number,
  Window extends PerAxis = PerAxis,
  Stride extends PerAxis = PerAxis,
  Padding extends WindowPadding = WindowPadding,
  Dilation extends PerAxis = PerAxis,
> extends MadeOf,
    Shaped<ConvolutionShape<In, Out, Window, Stride, Padding, Dilation, Axes>> {
  readonly inputChannels: In;
  readonly outputChannels: Out;
  /** [channels out, channels in / groups, ...window], as in PyTorch. */
  readonly weight: Parameter<[Out, number, ...EachAxis<number, Axes>]>;
  /** [channels out]; undefined without bias. */
  readonly bias: Parameter<[Out]> | undefined;
  /** `x` [examples, channels in, ...size] to [examples, channels out, ...places]. */
  forward<X extends Tensor>(
    x: OutputCheck<
      ConvolutionShape<In, Out, Window, Stride, Padding, Dilation, Axes>,
      ShapeOf<X>,
      X
    >,
  ): Tensor<Output<ConvolutionShape<In, Out, Window, Stride, Padding, Dilation, Axes>, ShapeOf<X>>>;
}

/** @deprecated Since 0.2: `ConvolutionLayerOptions`. */
export type Convolution2dOptions<
  Stride extends PerAxis = PerAxis,
  Padding extends WindowPadding = WindowPadding,
  Dilation extends PerAxis = PerAxis,
> = ConvolutionLayerOptions<Stride, Padding, Dilation>;

/** @deprecated Since 0.2: `ConvolutionLayer<2, …>`. */
export type Convolution2d<
  In extends number = number,
  Out extends number = number,
  Window extends PerAxis = PerAxis,
  Stride extends PerAxis = PerAxis,
  Padding extends WindowPadding = WindowPadding,
  Dilation extends PerAxis = PerAxis,
> = ConvolutionLayer<2, In, Out, Window, Stride, Padding, Dilation>;

/**
 * The convolution of sequences: as `convolution2d`, along one axis. Input: [examples, inputChannels,
 * width]; output: [examples, outputChannels, places]. (Sequences of features, [examples, time, features],
 * have them as channels by `transpose`.) A. Waibel et al., "Phoneme recognition using time-delay neural
 * networks", 1989.
 *
 * @example
 * const layer = convolution1d(2, 8, 3, { dilation: 2, padding: "same" });
 * layer.forward(zeros([100, 2, 50])).shape; // => [100, 8, 50]
 */
export function convolution1d<
  const In extends number,
  const Out extends number,
  const Window extends PerAxis,
  const Stride extends PerAxis = 1,
  const Padding extends WindowPadding = "valid",
  const Dilation extends PerAxis = 1,
>(
  inputChannels: In,
  outputChannels: Out,
  kernelSize: Window,
  options: ConvolutionLayerOptions<Stride, Padding, Dilation> = {},
): ConvolutionLayer<1, In, Out, Window, Stride, Padding, Dilation> {
  return layerOf(convolution(1, conv1d, inputChannels, outputChannels, kernelSize, options));
}

/**
 * Cross-correlates an image with a kernel: at each position, the sum of products of the kernel with the
 * window under it, over all channels, plus a bias, for each of `outputChannels`. Input: [examples,
 * inputChannels, height, width]; output: [examples, outputChannels, places, places], with floor((size +
 * padding - (dilation (kernel - 1) + 1)) / stride) + 1 places along an axis. `kernelSize`: one number, or
 * [height, width]. Y. LeCun et al., "Gradient-based learning applied to document recognition", 1998,
 * section II. Throws `NablaError` for sizes that are not positive integers or not divisible by `groups`.
 *
 * @example
 * const layer = convolution2d(1, 8, 3, { padding: "same" });
 * layer.forward(zeros([100, 1, 28, 28])).shape; // => [100, 8, 28, 28]
 */
export function convolution2d<
  const In extends number,
  const Out extends number,
  const Window extends PerAxis,
  const Stride extends PerAxis = 1,
  const Padding extends WindowPadding = "valid",
  const Dilation extends PerAxis = 1,
>(
  inputChannels: In,
  outputChannels: Out,
  kernelSize: Window,
  options: ConvolutionLayerOptions<Stride, Padding, Dilation> = {},
): ConvolutionLayer<2, In, Out, Window, Stride, Padding, Dilation> {
  return layerOf(convolution(2, conv2d, inputChannels, outputChannels, kernelSize, options));
}

/**
 * The convolution of volumes, and of films: as `convolution2d`, along three axes. Input: [examples,
 * inputChannels, depth, height, width]; output: [examples, outputChannels, places, places, places].
 *
 * @example
 * const layer = convolution3d(1, 4, [1, 3, 3]);
 * layer.forward(zeros([2, 1, 5, 8, 8])).shape; // => [2, 4, 5, 6, 6]
 */
export function convolution3d<
  const In extends number,
  const Out extends number,
  const Window extends PerAxis,
  const Stride extends PerAxis = 1,
  const Padding extends WindowPadding = "valid",
  const Dilation extends PerAxis = 1,
>(
  inputChannels: In,
  outputChannels: Out,
  kernelSize: Window,
  options: ConvolutionLayerOptions<Stride, Padding, Dilation> = {},
): ConvolutionLayer<3, In, Out, Window, Stride, Padding, Dilation> {
  return layerOf(convolution(3, conv3d, inputChannels, outputChannels, kernelSize, options));
}

function convolution(
  axes: WindowAxes,
  convolve: unknown,
  inputChannels: number,
  outputChannels: number,
  kernelSize: PerAxis,
  options: ConvolutionLayerOptions,
): Written<ConvolutionLayer> {
  const channels = [inputChannels, outputChannels] as const;
  return kernelLayer(`convolution${axes}d`, axes, convolve, channels, kernelSize, options);
}
