// Depthwise-separable convolutions: places first, channel by channel, then channels, place by place.
import type { PerAxis, ShapeOf, Tensor, WindowPadding } from "@nabla/autograd";
import { checkOptions, flag } from "@nabla/autograd/checks";
import { layerOf, type Written } from "../layer-of.ts";
import { ofWeights } from "../options.ts";
import type { MadeOf } from "../parts.ts";
import type { ConvolutionShape } from "../shapes/windows.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";
import {
  type ConvolutionLayer,
  type ConvolutionLayerOptions,
  convolution1d,
  convolution2d,
} from "./convolution.ts";
import { checkSpatial, ofWindows } from "./kernels.ts";

export type SeparableOptions<
  Stride extends PerAxis = PerAxis,
  Padding extends WindowPadding = WindowPadding,
  Dilation extends PerAxis = PerAxis,
> = Omit<ConvolutionLayerOptions<Stride, Padding, Dilation>, "groups">;

/** The shape function of a separable convolution, which is that of a whole one. */
type SeparableShape<
  Axes extends 1 | 2,
  In extends number,
  Out extends number,
  Window extends PerAxis,
  Stride extends PerAxis,
  Padding extends WindowPadding,
  Dilation extends PerAxis,
> = ConvolutionShape<
  In,
  Out,
  Window,
  Stride,
  Padding,
  Dilation,
  Axes,
  `separableConvolution${Axes}d`
>;

/** Two convolutions. Made by `separableConvolution1d` and `separableConvolution2d`. */
export interface SeparableConvolution<
  Axes extends 1 | 2 = 1 | 2,
  In extends number = number,
  Out extends number = number,
  Window extends PerAxis = PerAxis,
  Stride extends PerAxis = PerAxis,
  Padding extends WindowPadding = WindowPadding,
  Dilation extends PerAxis = PerAxis,
> extends MadeOf,
    Shaped<SeparableShape<Axes, In, Out, Window, Stride, Padding, Dilation>> {
  /** A kernel for each channel. */
  readonly depthwise: ConvolutionLayer;
  /** A window of one place, over all channels; with the bias. */
  readonly pointwise: ConvolutionLayer;
  /** `x` [examples, channels in, ...size] to [examples, channels out, ...places]. */
  forward<X extends Tensor>(
    x: OutputCheck<SeparableShape<Axes, In, Out, Window, Stride, Padding, Dilation>, ShapeOf<X>, X>,
  ): Tensor<Output<SeparableShape<Axes, In, Out, Window, Stride, Padding, Dilation>, ShapeOf<X>>>;
}

/**
 * A separable convolution of sequences: as `separableConvolution2d`, along one axis. Input: [examples,
 * inputChannels, width]; output: [examples, outputChannels, places].
 *
 * @example
 * separableConvolution1d(8, 16, 3).forward(zeros([5, 8, 10])).shape; // => [5, 16, 8]
 */
export function separableConvolution1d<
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
  options: SeparableOptions<Stride, Padding, Dilation> = {},
): SeparableConvolution<1, In, Out, Window, Stride, Padding, Dilation> {
  return layerOf(separable(1, convolution1d, inputChannels, outputChannels, kernelSize, options));
}

/**
 * A convolution in two steps, first of each channel separately, then across channels at each position:
 * with window² + outputChannels weights for each channel instead of their product. Input: [examples,
 * inputChannels, height, width]; output: [examples, outputChannels, places, places]. F. Chollet,
 * "Xception: deep learning with depthwise separable convolutions", CVPR 2017. Options are those of
 * `convolution2d`, except for groups.
 *
 * @example
 * const layer = separableConvolution2d(8, 16, 3, { padding: "same" });
 * layer.forward(zeros([5, 8, 10, 10])).shape; // => [5, 16, 10, 10]
 * layer.namedParameters().map(([name]) => name);
 * // => ["depthwise.weight", "pointwise.weight", "pointwise.bias"]
 */
export function separableConvolution2d<
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
  options: SeparableOptions<Stride, Padding, Dilation> = {},
): SeparableConvolution<2, In, Out, Window, Stride, Padding, Dilation> {
  return layerOf(separable(2, convolution2d, inputChannels, outputChannels, kernelSize, options));
}

type Make = (
  inputs: number,
  outputs: number,
  kernelSize: PerAxis,
  options: ConvolutionLayerOptions,
) => ConvolutionLayer;

function separable(
  axes: 1 | 2,
  convolution: unknown,
  inputChannels: number,
  outputChannels: number,
  kernelSize: PerAxis,
  options: SeparableOptions,
): Written<SeparableConvolution> {
  const kind = `separableConvolution${axes}d`;
  checkOptions(kind, options, { ...ofWindows, bias: flag, ...ofWeights });
  const { bias = true, initializer, dtype, ...windows } = options;
  const weights = { ...(initializer && { initializer }), ...(dtype && { dtype }) };
  const make = convolution as Make;
  const parts = {
    depthwise: make(inputChannels, inputChannels, kernelSize, {
      ...windows,
      ...weights,
      groups: inputChannels,
      bias: false,
    }),
    pointwise: make(inputChannels, outputChannels, 1, { ...weights, bias }),
  };
  const forward = (x: Tensor): Tensor => {
    checkSpatial(kind, x, inputChannels, axes);
    return parts.pointwise.forward(parts.depthwise.forward(x));
  };
  return { kind, ...parts, parts, forward };
}
