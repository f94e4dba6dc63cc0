// Pooling, as functions. What it computes is defined in ops/pooling.ts.
import type { PerAxis, WindowOptions } from "../graph/shape.ts";
import * as ops from "../ops/pooling.ts";
import { nodeOf, type Tensor, tensorOf } from "./tensor.ts";

export type { PerAxis, WindowOptions, WindowPadding } from "../graph/shape.ts";
export type { AveragePoolOptions } from "../ops/pooling.ts";

/**
 * The greatest element under each place of a window on `[n, c, ...size]`; equal ones share the gradient.
 * `window`: its size on all axes, or one number an axis. The stride is the window if left out.
 *
 * @example
 * maxPool(arange(16).reshape([1, 1, 4, 4]), 2).arraySync(); // => [[[[5, 7], [13, 15]]]]
 */
export function maxPool(x: Tensor, window: PerAxis, options: WindowOptions = {}): Tensor {
  return tensorOf(ops.maxPool(nodeOf("maxPool", x), window, options));
}

/**
 * The mean of the elements under each place of a window on `[n, c, ...size]`. Padding counts as zeros unless
 * `countIncludePad` is false. The stride is the window if left out.
 *
 * @example
 * averagePool(arange(16).reshape([1, 1, 4, 4]), 2).arraySync(); // => [[[[2.5, 4.5], [10.5, 12.5]]]]
 */
export function averagePool(
  x: Tensor,
  window: PerAxis,
  options: ops.AveragePoolOptions = {},
): Tensor {
  return tensorOf(ops.averagePool(nodeOf("averagePool", x), window, options));
}
