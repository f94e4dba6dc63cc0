// Pooling of images: one number for each place of a window, channel by channel.
import {
  type AveragePoolOptions,
  averagePool,
  maxPool,
  NablaError,
  type PerAxis,
  type ShapeOf,
  type Tensor,
  type WindowOptions,
  type WindowPadding,
} from "@nabla/autograd";
import { checkCount, checkLayout, checkTensor } from "../checks.ts";
import { checkOptions, flag } from "../options.ts";
import { type MadeOf, madeOf } from "../parts.ts";
import type { PoolingShape } from "../shapes/layers.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";

/** A window that goes over images. Made by `maxPooling2d` and `averagePooling2d`. */
export interface Pooling2d<
  Operation extends string = string,
  Window extends PerAxis = PerAxis,
  Stride extends PerAxis = PerAxis,
  Padding extends WindowPadding = WindowPadding,
  Dilation extends PerAxis = PerAxis,
> extends MadeOf,
    Shaped<PoolingShape<Operation, Window, Stride, Padding, Dilation>> {
  readonly window: Window;
  /** `x` [examples, channels, height, width] to [examples, channels, places, places]. */
  forward<X extends Tensor>(
    x: OutputCheck<PoolingShape<Operation, Window, Stride, Padding, Dilation>, ShapeOf<X>, X>,
  ): Tensor<Output<PoolingShape<Operation, Window, Stride, Padding, Dilation>, ShapeOf<X>>>;
}

/**
 * The greatest element under each place of a window, channel by channel. Input: [examples,
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
): Pooling2d<"maxPooling2d", Window, Stride, Padding, Dilation> {
  checkOptions("maxPooling2d", options, {});
  const general = options as WindowOptions;
  return pooling("maxPooling2d", window, (x) =>
    maxPool<Tensor, PerAxis, PerAxis, WindowPadding, PerAxis>(x, window, general),
  );
}

/**
 * The mean of the elements under each place of a window, channel by channel. Shapes and options as
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
): Pooling2d<"averagePooling2d", Window, Stride, Padding, Dilation> {
  checkOptions("averagePooling2d", options, { countIncludePad: flag });
  const general = options as AveragePoolOptions;
  return pooling("averagePooling2d", window, (x) =>
    averagePool<Tensor, PerAxis, PerAxis, WindowPadding, PerAxis>(x, window, general),
  );
}

function pooling<
  Operation extends string,
  Window extends PerAxis,
  Stride extends PerAxis,
  Padding extends WindowPadding,
  Dilation extends PerAxis,
>(
  kind: Operation,
  window: Window,
  pool: (x: Tensor) => Tensor,
): Pooling2d<Operation, Window, Stride, Padding, Dilation> {
  const along: readonly unknown[] = Array.isArray(window) ? window : [window, window];
  for (const size of along) checkCount(kind, "window", size);
  if (along.length !== 2) {
    throw new NablaError(`${kind}: window has ${along.length} sizes, expected one, or two`);
  }
  const forward = (x: Tensor): Tensor => {
    checkTensor(kind, x);
    checkLayout(kind, x.shape, ["examples", "channels", "height", "width"]);
    return pool(x);
  };
  return { kind, window, ...madeOf({}), forward } as unknown as Pooling2d<
    Operation,
    Window,
    Stride,
    Padding,
    Dilation
  >;
}
