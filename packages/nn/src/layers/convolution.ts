// The convolution of images: the same few weights at each place.
import {
  type ConvolutionOptions,
  conv2d,
  type DTypeOption,
  NablaError,
  type Parameter,
  type PerAxis,
  parameter,
  type ShapeOf,
  type Tensor,
  type WindowPadding,
  zeros,
} from "@nabla/autograd";
import { checkCount, checkLayout, checkTensor, kindOf } from "../checks.ts";
import { firstValue, heUniform, type Initializer } from "../initializers.ts";
import { checkOptions, flag, ofWeights } from "../options.ts";
import { type MadeOf, madeOf } from "../parts.ts";
import type { ConvolutionShape } from "../shapes/layers.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";

export interface Convolution2dOptions<
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

/** A kernel that goes over images. Made by `convolution2d`. */
export interface Convolution2d<
  In extends number = number,
  Out extends number = number,
  Window extends PerAxis = PerAxis,
  Stride extends PerAxis = PerAxis,
  Padding extends WindowPadding = WindowPadding,
  Dilation extends PerAxis = PerAxis,
> extends MadeOf,
    Shaped<ConvolutionShape<In, Out, Window, Stride, Padding, Dilation>> {
  readonly inputChannels: In;
  readonly outputChannels: Out;
  /** [channels out, channels in / groups, height, width], as in PyTorch. */
  readonly weight: Parameter<[Out, number, number, number]>;
  /** [channels out]; undefined without bias. */
  readonly bias: Parameter<[Out]> | undefined;
  /** `x` [examples, channels in, height, width] to [examples, channels out, places, places]. */
  forward<X extends Tensor>(
    x: OutputCheck<ConvolutionShape<In, Out, Window, Stride, Padding, Dilation>, ShapeOf<X>, X>,
  ): Tensor<Output<ConvolutionShape<In, Out, Window, Stride, Padding, Dilation>, ShapeOf<X>>>;
}

/**
 * For each place of a kernel on an image the sum of its products with what lies under it, over all
 * channels, plus a bias: one number for each of `outputChannels`. Input: [examples, inputChannels,
 * height, width]; output: [examples, outputChannels, places, places], with
 * floor((size + padding - (dilation (kernel - 1) + 1)) / stride) + 1 places along an axis.
 * `kernelSize`: one number, or [height, width]. Y. LeCun et al., "Gradient-based learning applied
 * to document recognition", 1998, section II. Throws `NablaError` for sizes that are not positive
 * integers or not divisible by `groups`.
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
  options: Convolution2dOptions<Stride, Padding, Dilation> = {},
): Convolution2d<In, Out, Window, Stride, Padding, Dilation> {
  checkOptions("convolution2d", options, { bias: flag, ...ofWeights });
  const {
    bias: hasBias = true,
    initializer = heUniform(),
    dtype = "float32",
    ...windows
  } = options;
  const { groups = 1 } = windows;
  for (const channels of [inputChannels, outputChannels]) {
    checkCount("convolution2d", "channels", channels);
  }
  checkCount("convolution2d", "groups", groups);
  const size: PerAxis = kernelSize;
  const window: readonly number[] = typeof size === "number" ? [size, size] : size;
  if (!Array.isArray(window) || window.length !== 2) {
    const given = Array.isArray(window) ? `[${window.map(kindOf).join(", ")}]` : kindOf(window);
    throw new NablaError(
      `convolution2d: kernelSize is ${given}, expected a number or [height, width]`,
    );
  }
  for (const along of window) checkCount("convolution2d", "kernelSize", along);
  if (inputChannels % groups !== 0 || outputChannels % groups !== 0) {
    throw new NablaError(
      `convolution2d: ${inputChannels} channels in and ${outputChannels} out, expected multiples ` +
        `of groups, ${groups}`,
    );
  }
  const places = window[0]! * window[1]!;
  const fans = [(inputChannels / groups) * places, (outputChannels / groups) * places] as const;
  const shape = [outputChannels, inputChannels / groups, ...window] as const;
  const weight = parameter(firstValue("convolution2d", initializer, shape, { fans, dtype }), {
    name: "weight",
  });
  const bias = hasBias
    ? parameter(zeros([outputChannels as number], { dtype }), { name: "bias" })
    : undefined;
  const forward = (x: Tensor): Tensor => {
    checkTensor("convolution2d", x);
    checkLayout("convolution2d", x.shape, ["examples", inputChannels, "height", "width"]);
    const weighted = conv2d(x, weight, windows as ConvolutionOptions);
    return bias ? weighted.add(bias.reshape([outputChannels as number, 1, 1])) : weighted;
  };
  return {
    kind: "convolution2d",
    inputChannels,
    outputChannels,
    weight,
    bias,
    ...madeOf({ weight, bias }),
    forward,
  } as unknown as Convolution2d<In, Out, Window, Stride, Padding, Dilation>;
}
