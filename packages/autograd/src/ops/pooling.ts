// Pooling: the maximum or mean of the elements in a window.
import { describeList } from "../graph/describe.ts";
import { NablaError, ShapeError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import {
  elementCount,
  extentOf,
  formatShape,
  type PerAxis,
  perAxis,
  type WindowOptions,
  type WindowPadding,
  windowPlaces,
} from "../graph/shape.ts";
import { clampTo } from "../scalar/dtype.ts";
import { div } from "./arithmetic.ts";
import { full } from "./creation.ts";
import { permute } from "./movement.ts";
import { floating } from "./operands.ts";
import { max, sum } from "./reduce.ts";
import { padded, windows } from "./windows.ts";

/** The largest element in the window at each of its places; equal ones share the gradient. */
export function maxPool(x: Node, window: PerAxis, options: WindowOptions): Node {
  const least = clampTo(x.dtype, Number.NEGATIVE_INFINITY);
  const { under, axes } = pooled("maxPool", x, window, options, least);
  return max(under, axes);
}

export interface AveragePoolOptions<
  Stride extends PerAxis = PerAxis,
  Padding extends WindowPadding = WindowPadding,
  Dilation extends PerAxis = PerAxis,
> extends WindowOptions<Stride, Padding, Dilation> {
  /** Whether padding counts as zeros in the mean. Default: true. */
  readonly countIncludePad?: boolean;
}

/** The mean of the elements in the window at each of its places. */
export function averagePool(x: Node, window: PerAxis, options: AveragePoolOptions): Node {
  const input = floating(x);
  const { under, axes } = pooled("averagePool", input, window, options, 0);
  const total = sum(under, axes);
  if (options.countIncludePad ?? true) {
    return div(total, elementCount(axes.map((axis) => under.shape[axis]!)));
  }
  const ones = full([1, 1, ...x.shape.slice(2)], 1, input.dtype);
  const counted = pooled("averagePool", ones, window, options, 0);
  return div(total, sum(counted.under, counted.axes));
}

/**
 * The elements in the window, `[...window, n, c, ...places]`: window axes first, so that vectors
 * run over places.
 */
function pooled(
  name: string,
  x: Node,
  given: PerAxis,
  options: WindowOptions,
  around: number,
): { readonly under: Node; readonly axes: readonly number[] } {
  const list = Array.isArray(given) ? given.length : 0;
  const count = typeof given === "number" ? x.shape.length - 2 : list;
  if (count < 1 || x.shape.length !== count + 2) {
    throw new ShapeError(
      `${name}: ${formatShape(x.shape)} with a window of ${describeList(given)}: expected examples, ` +
        "channels, and one axis for each of the window's",
    );
  }
  const window = perAxis(name, "window", given, count);
  const { stride = window } = options;
  const withStride = { ...options, stride };
  const place = windowPlaces(name, x.shape, x.shape.slice(2), window, withStride);
  // Padding may be up to half the extent of a dilated window, as in PyTorch.
  const most = window.map((size, i) =>
    Math.max(size - 1, Math.floor(extentOf(size, place.dilation[i]!) / 2)),
  );
  if (place.padding.some((pair, i) => pair.some((one) => one > most[i]!))) {
    throw new NablaError(
      `${name}: padding ${JSON.stringify(place.padding)} must be less than the window ${formatShape(window)}` +
        ", or at most half of what it reaches over",
    );
  }
  const under = windows(padded(x, place.padding, around), window, place);
  const axes = window.map((_, i) => i);
  const behind = x.shape.length;
  return {
    under: permute(under, [...axes.map((axis) => behind + axis), ...x.shape.map((_, i) => i)]),
    axes,
  };
}
