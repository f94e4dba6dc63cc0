// More places than there were: copies of the nearest, or values between neighbours.
import {
  type PerAxis,
  type ShapeOf,
  type Tensor,
  tensor,
  type WindowAxes,
  where,
} from "@nabla/autograd";
import { checkOptions, flag, oneOf } from "@nabla/autograd/checks";
import { layerOf, type Written } from "../layer-of.ts";
import type { MadeOf } from "../parts.ts";
import type { UpsamplingShape } from "../shapes/windows.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";
import { alongAxis, floating, placesOf } from "./along-axes.ts";
import { checkSpatial, sizesOnAxes } from "./kernels.ts";

export interface UpsamplingOptions {
  /** Copies, or on each axis the line between neighbours: "bilinear" on images. Default: "nearest". */
  readonly method?: "nearest" | "linear";
  /** Linear: whether first and last places stay where they are. Default: false, as in PyTorch. */
  readonly alignCorners?: boolean;
}

/** Enlarges by an integer factor. Made by `upsampling1d`, `upsampling2d` and `upsampling3d`. */
export interface Upsampling<Axes extends WindowAxes = WindowAxes, Scale extends PerAxis = PerAxis>
  extends MadeOf,
    Shaped<UpsamplingShape<`upsampling${Axes}d`, Scale, Axes>> {
  readonly scale: Scale;
  /** `x` [examples, channels, ...size] to [examples, channels, ...size * scale]. */
  forward<X extends Tensor>(
    x: OutputCheck<UpsamplingShape<`upsampling${Axes}d`, Scale, Axes>, ShapeOf<X>, X>,
  ): Tensor<Output<UpsamplingShape<`upsampling${Axes}d`, Scale, Axes>, ShapeOf<X>>>;
}

/**
 * Sequences `scale` times as long: as `upsampling2d`, along one axis. Input: [examples, channels, width];
 * output: [examples, channels, width scale].
 *
 * @example
 * upsampling1d(2, { method: "linear" }).forward(tensor([[[0, 4]]])).arraySync();
 * // => [[[0, 1, 3, 4]]]
 */
export function upsampling1d<const Scale extends PerAxis>(
  scale: Scale,
  options: UpsamplingOptions = {},
): Upsampling<1, Scale> {
  return layerOf(upsampling(1, scale, options));
}

/**
 * Images `scale` times as large: by repeating elements, or by linear interpolation along each axis. A
 * following `convolution2d` leaves no checkerboard pattern, as a transposed convolution can. Input:
 * [examples, channels, height, width]; output: [examples, channels, height scale, width scale]. A. Odena,
 * V. Dumoulin and C. Olah, "Deconvolution and checkerboard artifacts", Distill 2016. `scale`: a positive
 * integer, or one for each axis.
 *
 * @example
 * upsampling2d([1, 2]).forward(tensor([[[[1, 2]]]])).arraySync(); // => [[[[1, 1, 2, 2]]]]
 */
export function upsampling2d<const Scale extends PerAxis>(
  scale: Scale,
  options: UpsamplingOptions = {},
): Upsampling<2, Scale> {
  return layerOf(upsampling(2, scale, options));
}

/**
 * Volumes `scale` times as large: as `upsampling2d`, along three axes. Input: [examples, channels, depth,
 * height, width].
 *
 * @example
 * upsampling3d(2).forward(zeros([1, 2, 3, 4, 5])).shape; // => [1, 2, 6, 8, 10]
 */
export function upsampling3d<const Scale extends PerAxis>(
  scale: Scale,
  options: UpsamplingOptions = {},
): Upsampling<3, Scale> {
  return layerOf(upsampling(3, scale, options));
}

function upsampling(
  axes: WindowAxes,
  scale: PerAxis,
  options: UpsamplingOptions,
): Written<Upsampling> {
  const kind = `upsampling${axes}d`;
  checkOptions(kind, options, { method: oneOf("nearest", "linear"), alignCorners: flag });
  const { method = "nearest", alignCorners = false } = options;
  const times = sizesOnAxes(kind, "scale", scale, axes);
  const forward = (x: Tensor): Tensor => {
    checkSpatial(kind, x, "channels", axes);
    return times.reduce<Tensor>((y, factor, i) => {
      if (factor === 1) return y;
      if (method === "nearest") return y.repeat(factor, 2 + i);
      return betweenAlong(y, 2 + i, newPlaces(y.shape[2 + i]!, factor, alignCorners));
    }, x);
  };
  return { kind, scale, forward };
}

/**
 * The position of a new element among the old ones: an index, and the fraction of the distance to the
 * next.
 */
interface NewPlace {
  readonly at: number;
  readonly part: number;
}

function newPlaces(size: number, factor: number, alignCorners: boolean): readonly NewPlace[] {
  const count = size * factor;
  return Array.from({ length: count }, (_, i) => {
    // Elements have an extent, whose middle is their place, unless the corners are aligned.
    const exact = alignCorners
      ? (i * (size - 1)) / (count - 1)
      : Math.max(0, (i + 0.5) / factor - 0.5);
    const at = Math.min(Math.floor(exact), size - 1);
    // Behind the last there is nothing.
    return { at, part: at === size - 1 ? 0 : exact - at };
  });
}

/** Linear interpolation along an axis. */
function betweenAlong(x: Tensor, axis: number, places: readonly NewPlace[]): Tensor {
  const numbers = floating(x);
  const parts = tensor(
    places.map(({ part }) => part),
    { dtype: numbers.dtype },
  ) as Tensor;
  const part = alongAxis(parts, x, axis);
  const left = placesOf(
    numbers,
    axis,
    places.map(({ at }) => at),
  );
  const right = placesOf(
    numbers,
    axis,
    places.map(({ at, part }) => (part > 0 ? at + 1 : at)),
  );
  const between = left.mul(part.neg().add(1)).add(right.mul(part));
  // 0 times infinity is NaN.
  return where(part.greater(0), between, left);
}
