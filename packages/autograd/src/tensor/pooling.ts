// Pooling, as functions. Values and gradients are defined in ops/pooling.ts.
import type { PerAxis, WindowOptions, WindowPadding } from "../graph/shape.ts";
import * as ops from "../ops/pooling.ts";
import { anything, flag } from "./kinds.ts";
import { checkOptions } from "./options.ts";
import type * as T from "./shapes.ts";
import { computedNodeOf, type ShapeOf, type Tensor, tensorOf } from "./tensor.ts";

export type { PerAxis, WindowOptions, WindowPadding } from "../graph/shape.ts";
export type { AveragePoolOptions } from "../ops/pooling.ts";

const ofWindows = { stride: anything, padding: anything, dilation: anything };

/**
 * Takes the largest element in a window at each of its places on `[n, c, ...size]`; equal ones
 * share the gradient. `window`: its size on all axes, or one number per axis. The stride is the
 * window if left out.
 *
 * @example
 * maxPool(arange(16).reshape([1, 1, 4, 4]), 2).arraySync(); // => [[[[5, 7], [13, 15]]]]
 */
export function maxPool<
  X extends Tensor,
  const Window extends PerAxis,
  const Stride extends PerAxis = Window,
  const Padding extends WindowPadding = "valid",
  const Dilation extends PerAxis = 1,
>(
  x: X,
  window: T.PoolCheck<"maxPool", ShapeOf<X>, Window, Stride, Padding, Dilation, Window>,
  options: WindowOptions<Stride, Padding, Dilation> = {},
): Tensor<T.Pooled<ShapeOf<X>, Window, Stride, Padding, Dilation>> {
  checkOptions("maxPool", options, ofWindows);
  return tensorOf(ops.maxPool(computedNodeOf("maxPool", x), window as PerAxis, options));
}

/**
 * Averages the elements in a window at each of its places on `[n, c, ...size]`. Padding counts as
 * zeros unless `countIncludePad` is false. The stride is the window if left out.
 *
 * @example
 * averagePool(arange(16).reshape([1, 1, 4, 4]), 2).arraySync(); // => [[[[2.5, 4.5], [10.5, 12.5]]]]
 */
export function averagePool<
  X extends Tensor,
  const Window extends PerAxis,
  const Stride extends PerAxis = Window,
  const Padding extends WindowPadding = "valid",
  const Dilation extends PerAxis = 1,
>(
  x: X,
  window: T.PoolCheck<"averagePool", ShapeOf<X>, Window, Stride, Padding, Dilation, Window>,
  options: ops.AveragePoolOptions<Stride, Padding, Dilation> = {},
): Tensor<T.Pooled<ShapeOf<X>, Window, Stride, Padding, Dilation>> {
  checkOptions("averagePool", options, {
    ...ofWindows,
    countIncludePad: flag,
  });
  return tensorOf(ops.averagePool(computedNodeOf("averagePool", x), window as PerAxis, options));
}
