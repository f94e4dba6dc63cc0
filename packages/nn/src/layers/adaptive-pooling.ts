// Pooling to a number of places, whatever the input's.
import {
  formatShape,
  type PerAxis,
  ShapeError,
  type ShapeOf,
  type Tensor,
  tensor,
  type WindowAxes,
  where,
} from "@nabla/autograd";
import { layerOf, type Written } from "../layer-of.ts";
import type { MadeOf } from "../parts.ts";
import type { ResizedShape } from "../shapes/windows.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";
import { alongAxis, floating, placesOf } from "./along-axes.ts";
import { checkSpatial, sizesOnAxes } from "./kernels.ts";

type AdaptiveKind = `adaptive${"Max" | "Average"}Pooling${WindowAxes}d`;

/**
 * Pools to a fixed number of positions. Made by `adaptiveAveragePooling2d`, `adaptiveMaxPooling1d` and so
 * on.
 */
export interface AdaptivePooling<
  Operation extends string = string,
  Sizes extends PerAxis = PerAxis,
  Axes extends WindowAxes = WindowAxes,
> extends MadeOf,
    Shaped<ResizedShape<Operation, Sizes, Axes>> {
  readonly places: Sizes;
  /** `x` [examples, channels, ...size] to [examples, channels, ...places]. */
  forward<X extends Tensor>(
    x: OutputCheck<ResizedShape<Operation, Sizes, Axes>, ShapeOf<X>, X>,
  ): Tensor<Output<ResizedShape<Operation, Sizes, Axes>, ShapeOf<X>>>;
}

/**
 * Means over a given number of bins, along one axis: as `adaptiveAveragePooling2d`. Input: [examples,
 * channels, width].
 *
 * @example
 * adaptiveAveragePooling1d(2).forward(tensor([[[1, 5, 2]]])).arraySync(); // => [[[3, 3.5]]]
 */
export function adaptiveAveragePooling1d<const Sizes extends PerAxis>(
  places: Sizes,
): AdaptivePooling<"adaptiveAveragePooling1d", Sizes, 1> {
  return layerOf(adaptive("adaptiveAveragePooling1d", 1, places));
}

/**
 * Means over bins, `places` of them on each axis, whatever the image's size: between convolutions and a
 * layer with a fixed number of features. Bin i goes from floor(i size / places) up to ceil((i + 1) size /
 * places), as in PyTorch. Input: [examples, channels, height, width]; output: [examples, channels,
 * ...places]. K. He et al., "Spatial pyramid pooling in deep convolutional networks", 2014. `places`: a
 * positive integer, or one for each axis.
 *
 * @example
 * adaptiveAveragePooling2d([1, 2]).forward(arange(8).reshape([1, 1, 2, 4])).arraySync();
 * // => [[[[2.5, 4.5]]]]
 */
export function adaptiveAveragePooling2d<const Sizes extends PerAxis>(
  places: Sizes,
): AdaptivePooling<"adaptiveAveragePooling2d", Sizes, 2> {
  return layerOf(adaptive("adaptiveAveragePooling2d", 2, places));
}

/**
 * Means over a given number of bins, along three axes: as `adaptiveAveragePooling2d`. Input: [examples,
 * channels, depth, height, width].
 *
 * @example
 * adaptiveAveragePooling3d(2).forward(zeros([1, 3, 5, 6, 7])).shape; // => [1, 3, 2, 2, 2]
 */
export function adaptiveAveragePooling3d<const Sizes extends PerAxis>(
  places: Sizes,
): AdaptivePooling<"adaptiveAveragePooling3d", Sizes, 3> {
  return layerOf(adaptive("adaptiveAveragePooling3d", 3, places));
}

/**
 * The largest element of each of a given number of bins, along one axis; like `adaptiveMaxPooling2d`.
 * Input: [examples, channels, width].
 *
 * @example
 * adaptiveMaxPooling1d(2).forward(tensor([[[1, 5, 2]]])).arraySync(); // => [[[5, 5]]]
 */
export function adaptiveMaxPooling1d<const Sizes extends PerAxis>(
  places: Sizes,
): AdaptivePooling<"adaptiveMaxPooling1d", Sizes, 1> {
  return layerOf(adaptive("adaptiveMaxPooling1d", 1, places));
}

/**
 * The largest element of each bin, with bins as for `adaptiveAveragePooling2d`. Input: [examples,
 * channels, height, width]; output: [examples, channels, ...places].
 *
 * @example
 * adaptiveMaxPooling2d([1, 2]).forward(arange(8).reshape([1, 1, 2, 4])).arraySync();
 * // => [[[[5, 7]]]]
 */
export function adaptiveMaxPooling2d<const Sizes extends PerAxis>(
  places: Sizes,
): AdaptivePooling<"adaptiveMaxPooling2d", Sizes, 2> {
  return layerOf(adaptive("adaptiveMaxPooling2d", 2, places));
}

/**
 * The largest element of each of a given number of bins, along three axes; like `adaptiveMaxPooling2d`.
 * Input: [examples, channels, depth, height, width].
 *
 * @example
 * adaptiveMaxPooling3d(2).forward(zeros([1, 3, 5, 6, 7])).shape; // => [1, 3, 2, 2, 2]
 */
export function adaptiveMaxPooling3d<const Sizes extends PerAxis>(
  places: Sizes,
): AdaptivePooling<"adaptiveMaxPooling3d", Sizes, 3> {
  return layerOf(adaptive("adaptiveMaxPooling3d", 3, places));
}

function adaptive(kind: AdaptiveKind, axes: WindowAxes, places: PerAxis): Written<AdaptivePooling> {
  const sizes = sizesOnAxes(kind, "places", places, axes);
  const pool = kind.startsWith("adaptiveMax") ? greatestAlong : meanAlong;
  const forward = (x: Tensor): Tensor => {
    checkSpatial(kind, x, "channels", axes);
    if (x.shape.slice(2).includes(0)) {
      throw new ShapeError(`${kind}: ${formatShape(x.shape)} has no places to pool`);
    }
    return sizes.reduce((y, size, i) => pool(y, 2 + i, binsOf(y.shape[2 + i]!, size)), x);
  };
  return { kind, places, forward };
}

/** From the first place of a bin to the one behind its last. */
type Bin = readonly [from: number, to: number];

/** `count` bins over `size` positions; they overlap if it is not a multiple. */
function binsOf(size: number, count: number): readonly Bin[] {
  return Array.from({ length: count }, (_, i) => [
    Math.floor((i * size) / count),
    Math.ceil(((i + 1) * size) / count),
  ]);
}

function meanAlong(x: Tensor, axis: number, bins: readonly Bin[]): Tensor {
  const numbers = floating(x);
  const sums = inBins(numbers, axis, bins, 0).sum(axis + 1);
  const counts = tensor(
    bins.map(([from, to]) => to - from),
    { dtype: numbers.dtype },
  ) as Tensor;
  return sums.div(alongAxis(counts, x, axis));
}

function greatestAlong(x: Tensor, axis: number, bins: readonly Bin[]): Tensor {
  return inBins(x, axis, bins, Number.NEGATIVE_INFINITY).max(axis + 1);
}

/** The elements of each bin, [..., bins, longest, ...], with `other` behind those of shorter ones. */
function inBins(x: Tensor, axis: number, bins: readonly Bin[], other: number): Tensor {
  const longest = Math.max(...bins.map(([from, to]) => to - from));
  const within = Array.from({ length: longest }, (_, i) => i);
  const at = bins.map(([from, to]) => within.map((i) => Math.min(from + i, to - 1)));
  const isIn = bins.map(([from, to]) => within.map((i) => from + i < to));
  return where(alongAxis(tensor(isIn), x, axis), placesOf(x, axis, at), other);
}
