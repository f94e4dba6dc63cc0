// Pooling, as functions. Values and gradients are defined in ops/pooling.ts.
import type { PerAxis, WindowOptions, WindowPadding } from "../graph/shape.ts";
import * as ops from "../ops/pooling.ts";
import { checkFlags, checkOptions } from "./checks.ts";
import type * as T from "./shapes.ts";
import { computedNodeOf, type ShapeOf, type Tensor, tensorOf } from "./tensor.ts";

export type { PerAxis, WindowOptions, WindowPadding } from "../graph/shape.ts";
export type { AveragePoolOptions } from "../ops/pooling.ts";

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
  checkOptions("maxPool", options, "{ stride: 2 }");
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
  checkFlags("averagePool", options, "countIncludePad");
  return tensorOf(ops.averagePool(computedNodeOf("averagePool", x), window as PerAxis, options));
}
