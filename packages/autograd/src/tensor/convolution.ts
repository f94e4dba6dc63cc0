// Convolutions and their transposes, as functions. What they compute, and their gradients, is defined in
// ops/convolution.ts. Axes: examples, channels, then depth, height and width, as many as there are.
import {
  type ConvolutionOptions,
  convolution,
  type TransposedOptions,
  transposedConvolution,
} from "../ops/convolution.ts";
import { nodeOf, type Tensor, tensorOf } from "./tensor.ts";

export type { ConvolutionOptions, TransposedOptions } from "../ops/convolution.ts";

/**
 * For each place of the kernel on `x` the sum of its products with what lies under it, over all channels:
 * `[n, c, width]` with a kernel of `[m, c / groups, width]` gives `[n, m, places]`. Throws
 * `ShapeError` where channels differ or the kernel does not fit.
 *
 * @example
 * const x = ones([1, 1, 4]);
 * conv1d(x, ones([1, 1, 3])).shape; // => [1, 1, 2]
 */
export function conv1d(x: Tensor, kernel: Tensor, options: ConvolutionOptions = {}): Tensor {
  const [a, b] = [nodeOf("conv1d", x), nodeOf("conv1d", kernel)];
  return tensorOf(convolution("conv1d", a, b, 1, options));
}

/**
 * The transpose of `conv1d`, which spreads each element over a window: `[n, c, width]` with a kernel
 * of `[c, m / groups, width]`. With the same options it gives the shape that `conv1d` was given, plus
 * `outputPadding`.
 *
 * @example
 * const y = ones([1, 1, 2]);
 * convTranspose1d(y, ones([1, 1, 3])).shape; // => [1, 1, 4]
 */
export function convTranspose1d(
  x: Tensor,
  kernel: Tensor,
  options: TransposedOptions = {},
): Tensor {
  const [a, b] = [nodeOf("convTranspose1d", x), nodeOf("convTranspose1d", kernel)];
  return tensorOf(transposedConvolution("convTranspose1d", a, b, 1, options));
}

/**
 * For each place of the kernel on `x` the sum of its products with what lies under it, over all channels:
 * `[n, c, height, width]` with a kernel of `[m, c / groups, height, width]` gives `[n, m, places]`. Throws
 * `ShapeError` where channels differ or the kernel does not fit.
 *
 * @example
 * const x = ones([1, 1, 4, 4]);
 * conv2d(x, ones([1, 1, 3, 3])).shape; // => [1, 1, 2, 2]
 */
export function conv2d(x: Tensor, kernel: Tensor, options: ConvolutionOptions = {}): Tensor {
  const [a, b] = [nodeOf("conv2d", x), nodeOf("conv2d", kernel)];
  return tensorOf(convolution("conv2d", a, b, 2, options));
}

/**
 * The transpose of `conv2d`, which spreads each element over a window: `[n, c, height, width]` with a kernel
 * of `[c, m / groups, height, width]`. With the same options it gives the shape that `conv2d` was given, plus
 * `outputPadding`.
 *
 * @example
 * const y = ones([1, 1, 2, 2]);
 * convTranspose2d(y, ones([1, 1, 3, 3])).shape; // => [1, 1, 4, 4]
 */
export function convTranspose2d(
  x: Tensor,
  kernel: Tensor,
  options: TransposedOptions = {},
): Tensor {
  const [a, b] = [nodeOf("convTranspose2d", x), nodeOf("convTranspose2d", kernel)];
  return tensorOf(transposedConvolution("convTranspose2d", a, b, 2, options));
}

/**
 * For each place of the kernel on `x` the sum of its products with what lies under it, over all channels:
 * `[n, c, depth, height, width]` with a kernel of `[m, c / groups, depth, height, width]` gives `[n, m, places]`. Throws
 * `ShapeError` where channels differ or the kernel does not fit.
 *
 * @example
 * const x = ones([1, 1, 4, 4, 4]);
 * conv3d(x, ones([1, 1, 3, 3, 3])).shape; // => [1, 1, 2, 2, 2]
 */
export function conv3d(x: Tensor, kernel: Tensor, options: ConvolutionOptions = {}): Tensor {
  const [a, b] = [nodeOf("conv3d", x), nodeOf("conv3d", kernel)];
  return tensorOf(convolution("conv3d", a, b, 3, options));
}

/**
 * The transpose of `conv3d`, which spreads each element over a window: `[n, c, depth, height, width]` with a kernel
 * of `[c, m / groups, depth, height, width]`. With the same options it gives the shape that `conv3d` was given, plus
 * `outputPadding`.
 *
 * @example
 * const y = ones([1, 1, 2, 2, 2]);
 * convTranspose3d(y, ones([1, 1, 3, 3, 3])).shape; // => [1, 1, 4, 4, 4]
 */
export function convTranspose3d(
  x: Tensor,
  kernel: Tensor,
  options: TransposedOptions = {},
): Tensor {
  const [a, b] = [nodeOf("convTranspose3d", x), nodeOf("convTranspose3d", kernel)];
  return tensorOf(transposedConvolution("convTranspose3d", a, b, 3, options));
}
