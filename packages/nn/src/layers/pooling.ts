// Pooling: one number for each place of a window, channel by channel.
import {
  type AveragePoolOptions,
  averagePool,
  maxPool,
  type PerAxis,
  type ShapeOf,
  type Tensor,
  type WindowAxes,
  type WindowOptions,
  type WindowPadding,
} from "@nabla/autograd";
import { checkOptions, flag } from "@nabla/autograd/checks";
import { layerOf, type Written } from "../layer-of.ts";
import type { MadeOf } from "../parts.ts";
import type { PoolingShape } from "../shapes/windows.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";
import { checkSpatial, ofWindows, sizesOnAxes } from "./kernels.ts";

type PoolingKind = `${"max" | "average"}Pooling${WindowAxes}d`;

/** A window that goes over places. Made by `maxPooling1d`, `averagePooling2d` and their like. */
export interface PoolingLayer<
  Operation extends PoolingKind = PoolingKind,
  Window extends PerAxis = PerAxis,
  Stride extends PerAxis = PerAxis,
  Padding extends WindowPadding = WindowPadding,
  Dilation extends PerAxis = PerAxis,
> extends MadeOf,
    Shaped<PoolingShape<Operation, Window, Stride, Padding, Dilation>> {
  readonly window: Window;
  /** `x` [examples, channels, ...size] to [examples, channels, ...places]. */
  forward<X extends Tensor>(
    x: OutputCheck<PoolingShape<Operation, Window, Stride, Padding, Dilation>, ShapeOf<X>, X>,
  ): Tensor<Output<PoolingShape<Operation, Window, Stride, Padding, Dilation>, ShapeOf<X>>>;
}

/** @deprecated Since 0.2: `PoolingLayer`. */
export type Pooling2d<
  Operation extends "maxPooling2d" | "averagePooling2d" = "maxPooling2d" | "averagePooling2d",
  Window extends PerAxis = PerAxis,
  Stride extends PerAxis = PerAxis,
  Padding extends WindowPadding = WindowPadding,
  Dilation extends PerAxis = PerAxis,
> = PoolingLayer<Operation, Window, Stride, Padding, Dilation>;

/**
 * The largest element of each window, along one axis: as `maxPooling2d`. Input: [examples,
 * channels, width]; output: [examples, channels, places].
 *
 * @example
 * maxPooling1d(2).forward(tensor([[[1, 5, 2, 0]]])).arraySync(); // => [[[5, 2]]]
 */
export function maxPooling1d<
  const Window extends PerAxis,
  const Stride extends PerAxis = Window,
  const Padding extends WindowPadding = "valid",
  const Dilation extends PerAxis = 1,
>(
  window: Window,
  options: WindowOptions<Stride, Padding, Dilation> = {},
): PoolingLayer<"maxPooling1d", Window, Stride, Padding, Dilation> {
  return layerOf(pooling("maxPooling1d", 1, window, options));
}

/**
 * The largest element of each window, channel by channel. Input: [examples,
 * channels, height, width]; output: [examples, channels, places, places]. `window`: its size on
 * both axes, or [height, width]; the stride is the window if left out. Y.-T. Zhou and R. Chellappa,
 * "Computation of optical flow using a neural network", 1988.
 *
 * @example
 * maxPooling2d(2).forward(arange(16).reshape([1, 1, 4, 4])).arraySync();
 * // => [[[[5, 7], [13, 15]]]]
 */
export function maxPooling2d<
  const Window extends PerAxis,
  const Stride extends PerAxis = Window,
  const Padding extends WindowPadding = "valid",
  const Dilation extends PerAxis = 1,
>(
  window: Window,
  options: WindowOptions<Stride, Padding, Dilation> = {},
): PoolingLayer<"maxPooling2d", Window, Stride, Padding, Dilation> {
  return layerOf(pooling("maxPooling2d", 2, window, options));
}

/**
 * The largest element of each window, along three axes: as `maxPooling2d`. Input:
 * [examples, channels, depth, height, width]; output: [examples, channels, places, places, places].
 *
 * @example
 * maxPooling3d(2).forward(zeros([2, 3, 4, 8, 8])).shape; // => [2, 3, 2, 4, 4]
 */
export function maxPooling3d<
  const Window extends PerAxis,
  const Stride extends PerAxis = Window,
  const Padding extends WindowPadding = "valid",
  const Dilation extends PerAxis = 1,
>(
  window: Window,
  options: WindowOptions<Stride, Padding, Dilation> = {},
): PoolingLayer<"maxPooling3d", Window, Stride, Padding, Dilation> {
  return layerOf(pooling("maxPooling3d", 3, window, options));
}

/**
 * The mean of each window, along one axis: as `averagePooling2d`. Input:
 * [examples, channels, width]; output: [examples, channels, places].
 *
 * @example
 * averagePooling1d(2).forward(tensor([[[1, 5, 2, 0]]])).arraySync(); // => [[[3, 1]]]
 */
export function averagePooling1d<
  const Window extends PerAxis,
  const Stride extends PerAxis = Window,
  const Padding extends WindowPadding = "valid",
  const Dilation extends PerAxis = 1,
>(
  window: Window,
  options: AveragePoolOptions<Stride, Padding, Dilation> = {},
): PoolingLayer<"averagePooling1d", Window, Stride, Padding, Dilation> {
  return layerOf(pooling("averagePooling1d", 1, window, options));
}

/**
 * The mean of each window, channel by channel. Shapes and options as
 * for `maxPooling2d`; padding counts as zeros unless `countIncludePad` is false. Y. LeCun et al.,
 * "Gradient-based learning applied to document recognition", 1998, section II.
 *
 * @example
 * averagePooling2d(2).forward(arange(16).reshape([1, 1, 4, 4])).arraySync();
 * // => [[[[2.5, 4.5], [10.5, 12.5]]]]
 */
export function averagePooling2d<
  const Window extends PerAxis,
  const Stride extends PerAxis = Window,
  const Padding extends WindowPadding = "valid",
  const Dilation extends PerAxis = 1,
>(
  window: Window,
  options: AveragePoolOptions<Stride, Padding, Dilation> = {},
): PoolingLayer<"averagePooling2d", Window, Stride, Padding, Dilation> {
  return layerOf(pooling("averagePooling2d", 2, window, options));
}

/**
 * The mean of each window, along three axes: as `averagePooling2d`. Input:
 * [examples, channels, depth, height, width]; output: [examples, channels, places, places, places].
 *
 * @example
 * averagePooling3d(2).forward(zeros([2, 3, 4, 8, 8])).shape; // => [2, 3, 2, 4, 4]
 */
export function averagePooling3d<
  const Window extends PerAxis,
  const Stride extends PerAxis = Window,
  const Padding extends WindowPadding = "valid",
  const Dilation extends PerAxis = 1,
>(
  window: Window,
  options: AveragePoolOptions<Stride, Padding, Dilation> = {},
): PoolingLayer<"averagePooling3d", Window, Stride, Padding, Dilation> {
  return layerOf(pooling("averagePooling3d", 3, window, options));
}

function pooling(
  kind: PoolingKind,
  axes: WindowAxes,
  window: PerAxis,
  options: AveragePoolOptions,
): Written<PoolingLayer> {
  const isMax = kind.startsWith("max");
  if (isMax) checkOptions<WindowOptions>(kind, options, ofWindows);
  else checkOptions(kind, options, { ...ofWindows, countIncludePad: flag });
  sizesOnAxes(kind, "window", window, axes);
  const pool = (isMax ? maxPool : averagePool) as Pool;
  const forward = (x: Tensor): Tensor => {
    checkSpatial(kind, x, "channels", axes);
    return pool(x, window, options);
  };
  return { kind, window, forward };
}

type Pool = (x: Tensor, window: PerAxis, options: WindowOptions) => Tensor;
