// Convolutions and their transposes, as functions. Their values and gradients are defined in
// ops/convolution.ts. Axes: examples, channels, then depth, height and width, as many as there are.
// The compiler knows the result's shape if shapes and options are literal.
import { supplyConvolutions } from "../engine/families.ts";
import type { Node } from "../graph/node.ts";
import type { PerAxis, Shape, WindowPadding } from "../graph/shape.ts";
import {
  type ConvolutionOptions,
  convolution,
  type TransposedOptions,
  type TransposedPadding,
  transposedConvolution,
} from "../ops/convolution.ts";
import { anything } from "./kinds.ts";
import { checkOptions, type Kinds } from "./options.ts";
import type * as T from "./shapes.ts";
import { computedNodeOf, type ShapeOf, type Tensor, tensorOf } from "./tensor.ts";

export type {
  ConvolutionOptions,
  TransposedOptions,
  TransposedPadding,
} from "../ops/convolution.ts";

const ofWindows = { stride: anything, padding: anything, dilation: anything, groups: anything };
const ofTransposed = { ...ofWindows, outputPadding: anything };

/** Wraps an operation on `x` and a kernel, whose types the caller has checked. */
function withKernel<S extends Shape, Options extends object>(
  name: string,
  operation: (name: string, x: Node, kernel: Node, axes: T.WindowAxes, options: Options) => Node,
  x: unknown,
  kernel: unknown,
  axes: T.WindowAxes,
  options: Options,
  kinds: Kinds<NoInfer<Options>>,
): Tensor<S> {
  checkOptions(name, options, kinds);
  supplyConvolutions();
  const [input, weights] = [
    computedNodeOf(name, x as Tensor),
    computedNodeOf(name, kernel as Tensor),
  ];
  return tensorOf(operation(name, input, weights, axes, options));
}

/**
 * Convolves `x` with a kernel: at each place of the window, the sum of the products of kernel and
 * input, over all channels. `[n, c, width]` with a kernel of `[m, c / groups, width]` gives
 * `[n, m, places]`. Throws `ShapeError` if channels differ or the kernel does not fit.
 *
 * @example
 * const x = ones([1, 1, 4]);
 * conv1d(x, ones([1, 1, 3])).shape; // => [1, 1, 2]
 */
export function conv1d<
  X extends Tensor,
  K extends Tensor,
  const Stride extends PerAxis = 1,
  const Padding extends WindowPadding = "valid",
  const Dilation extends PerAxis = 1,
  const Groups extends number = 1,
>(
  x: T.WindowedCheck<"conv1d", ShapeOf<X>, 1, X>,
  kernel: T.KernelCheck<"conv1d", ShapeOf<X>, ShapeOf<K>, 1, Stride, Padding, Dilation, Groups, K>,
  options: ConvolutionOptions<Stride, Padding, Dilation, Groups> = {},
): Tensor<T.Convolution<ShapeOf<X>, ShapeOf<K>, 1, Stride, Padding, Dilation>> {
  return withKernel("conv1d", convolution, x, kernel, 1, options, ofWindows);
}

/**
 * Computes the transpose of `conv1d`, which spreads each element over a window: `[n, c, width]`
 * with a kernel of `[c, m / groups, width]`. With the same options it restores the shape that
 * `conv1d` was given, plus `outputPadding`.
 *
 * @example
 * const y = ones([1, 1, 2]);
 * convTranspose1d(y, ones([1, 1, 3])).shape; // => [1, 1, 4]
 */
export function convTranspose1d<
  X extends Tensor,
  K extends Tensor,
  const Stride extends PerAxis = 1,
  const Padding extends TransposedPadding = "valid",
  const Dilation extends PerAxis = 1,
  const OutputPadding extends PerAxis = 0,
  const Groups extends number = 1,
>(
  x: T.WindowedCheck<"convTranspose1d", ShapeOf<X>, 1, X>,
  kernel: T.TransposedKernelCheck<"convTranspose1d", ShapeOf<X>, ShapeOf<K>, 1, Groups, K>,
  options: TransposedOptions<Stride, Padding, Dilation, OutputPadding, Groups> = {},
): Tensor<
  T.TransposedConvolution<
    ShapeOf<X>,
    ShapeOf<K>,
    1,
    Stride,
    Padding,
    Dilation,
    OutputPadding,
    Groups
  >
> {
  return withKernel("convTranspose1d", transposedConvolution, x, kernel, 1, options, ofTransposed);
}

/**
 * Convolves `x` with a kernel: at each place of the window, the sum of the products of kernel and
 * input, over all channels. `[n, c, height, width]` with a kernel of
 * `[m, c / groups, height, width]` gives `[n, m, places]`. Throws `ShapeError` if channels differ
 * or the kernel does not fit.
 *
 * @example
 * const x = ones([1, 1, 4, 4]);
 * conv2d(x, ones([1, 1, 3, 3])).shape; // => [1, 1, 2, 2]
 */
export function conv2d<
  X extends Tensor,
  K extends Tensor,
  const Stride extends PerAxis = 1,
  const Padding extends WindowPadding = "valid",
  const Dilation extends PerAxis = 1,
  const Groups extends number = 1,
>(
  x: T.WindowedCheck<"conv2d", ShapeOf<X>, 2, X>,
  kernel: T.KernelCheck<"conv2d", ShapeOf<X>, ShapeOf<K>, 2, Stride, Padding, Dilation, Groups, K>,
  options: ConvolutionOptions<Stride, Padding, Dilation, Groups> = {},
): Tensor<T.Convolution<ShapeOf<X>, ShapeOf<K>, 2, Stride, Padding, Dilation>> {
  return withKernel("conv2d", convolution, x, kernel, 2, options, ofWindows);
}

/**
 * Computes the transpose of `conv2d`, which spreads each element over a window:
 * `[n, c, height, width]` with a kernel of `[c, m / groups, height, width]`. With the same options
 * it restores the shape that `conv2d` was given, plus `outputPadding`.
 *
 * @example
 * const y = ones([1, 1, 2, 2]);
 * convTranspose2d(y, ones([1, 1, 3, 3])).shape; // => [1, 1, 4, 4]
 */
export function convTranspose2d<
  X extends Tensor,
  K extends Tensor,
  const Stride extends PerAxis = 1,
  const Padding extends TransposedPadding = "valid",
  const Dilation extends PerAxis = 1,
  const OutputPadding extends PerAxis = 0,
  const Groups extends number = 1,
>(
  x: T.WindowedCheck<"convTranspose2d", ShapeOf<X>, 2, X>,
  kernel: T.TransposedKernelCheck<"convTranspose2d", ShapeOf<X>, ShapeOf<K>, 2, Groups, K>,
  options: TransposedOptions<Stride, Padding, Dilation, OutputPadding, Groups> = {},
): Tensor<
  T.TransposedConvolution<
    ShapeOf<X>,
    ShapeOf<K>,
    2,
    Stride,
    Padding,
    Dilation,
    OutputPadding,
    Groups
  >
> {
  return withKernel("convTranspose2d", transposedConvolution, x, kernel, 2, options, ofTransposed);
}

/**
 * Convolves `x` with a kernel: at each place of the window, the sum of the products of kernel and
 * input, over all channels. `[n, c, depth, height, width]` with a kernel of
 * `[m, c / groups, depth, height, width]` gives `[n, m, places]`. Throws `ShapeError` if channels
 * differ or the kernel does not fit.
 *
 * @example
 * const x = ones([1, 1, 4, 4, 4]);
 * conv3d(x, ones([1, 1, 3, 3, 3])).shape; // => [1, 1, 2, 2, 2]
 */
export function conv3d<
  X extends Tensor,
  K extends Tensor,
  const Stride extends PerAxis = 1,
  const Padding extends WindowPadding = "valid",
  const Dilation extends PerAxis = 1,
  const Groups extends number = 1,
>(
  x: T.WindowedCheck<"conv3d", ShapeOf<X>, 3, X>,
  kernel: T.KernelCheck<"conv3d", ShapeOf<X>, ShapeOf<K>, 3, Stride, Padding, Dilation, Groups, K>,
  options: ConvolutionOptions<Stride, Padding, Dilation, Groups> = {},
): Tensor<T.Convolution<ShapeOf<X>, ShapeOf<K>, 3, Stride, Padding, Dilation>> {
  return withKernel("conv3d", convolution, x, kernel, 3, options, ofWindows);
}

/**
 * Computes the transpose of `conv3d`, which spreads each element over a window:
 * `[n, c, depth, height, width]` with a kernel of `[c, m / groups, depth, height, width]`. With the
 * same options it restores the shape that `conv3d` was given, plus `outputPadding`.
 *
 * @example
 * const y = ones([1, 1, 2, 2, 2]);
 * convTranspose3d(y, ones([1, 1, 3, 3, 3])).shape; // => [1, 1, 4, 4, 4]
 */
export function convTranspose3d<
  X extends Tensor,
  K extends Tensor,
  const Stride extends PerAxis = 1,
  const Padding extends TransposedPadding = "valid",
  const Dilation extends PerAxis = 1,
  const OutputPadding extends PerAxis = 0,
  const Groups extends number = 1,
>(
  x: T.WindowedCheck<"convTranspose3d", ShapeOf<X>, 3, X>,
  kernel: T.TransposedKernelCheck<"convTranspose3d", ShapeOf<X>, ShapeOf<K>, 3, Groups, K>,
  options: TransposedOptions<Stride, Padding, Dilation, OutputPadding, Groups> = {},
): Tensor<
  T.TransposedConvolution<
    ShapeOf<X>,
    ShapeOf<K>,
    3,
    Stride,
    Padding,
    Dilation,
    OutputPadding,
    Groups
  >
> {
  return withKernel("convTranspose3d", transposedConvolution, x, kernel, 3, options, ofTransposed);
}
