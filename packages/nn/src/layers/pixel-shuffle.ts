// Channels as places, and back: larger images without arithmetic.
import {
  formatShape,
  ShapeError,
  type ShapeFunction,
  type ShapeOf,
  type Tensor,
} from "@nabla/autograd";
import { checkCount } from "../checks.ts";
import { layerOf } from "../layer-of.ts";
import type { MadeOf } from "../parts.ts";
import type { ShuffledShape, UnshuffledShape } from "../shapes/windows.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";
import { checkSpatial } from "./kernels.ts";

/** Moves elements between channels and places. Made by `pixelShuffle` and `pixelUnshuffle`. */
export interface PixelShuffle<F extends ShapeFunction = ShapeFunction> extends MadeOf, Shaped<F> {
  readonly factor: number;
  /** `x` [examples, channels, height, width]. */
  forward<X extends Tensor>(x: OutputCheck<F, ShapeOf<X>, X>): Tensor<Output<F, ShapeOf<X>>>;
}

/**
 * Each place's `factor`² channels as a square of places: behind a convolution at low resolution a larger
 * image. Input: [examples, channels factor², height, width]; output: [examples, channels, height factor,
 * width factor]. W. Shi et al., "Real-time single image and video super-resolution using an efficient
 * sub-pixel convolutional neural network", CVPR 2016, equation 4. Throws `ShapeError` unless the channels
 * are a multiple of factor².
 *
 * @example
 * pixelShuffle(2).forward(tensor([[[[1]], [[2]], [[3]], [[4]]]])).arraySync();
 * // => [[[[1, 2], [3, 4]]]]
 */
export function pixelShuffle<const Factor extends number>(
  factor: Factor,
): PixelShuffle<ShuffledShape<Factor>> {
  checkCount("pixelShuffle", "factor", factor);
  const by: number = factor;
  const forward = (x: Tensor): Tensor => {
    checkSpatial("pixelShuffle", x, "channels", 2);
    const [count, channels, height, width] = x.shape as readonly [number, number, number, number];
    if (channels % factor ** 2 !== 0) {
      const expected = `${channels} channels, expected a multiple of ${factor}²`;
      throw new ShapeError(`pixelShuffle: ${formatShape(x.shape)} has ${expected}`);
    }
    const kept = channels / factor ** 2;
    const squares = x.reshape([count, kept, by, by, height, width]);
    const inPlace = squares.permute([0, 1, 4, 2, 5, 3]);
    return inPlace.reshape([count, kept, height * by, width * by]);
  };
  return layerOf<PixelShuffle, PixelShuffle<ShuffledShape<Factor>>>({
    kind: "pixelShuffle",
    factor,
    forward,
  });
}

/**
 * The inverse of `pixelShuffle`: each square of `factor` x `factor` places as channels of one. Input:
 * [examples, channels, height, width]; output: [examples, channels factor², height / factor, width /
 * factor]. Throws `ShapeError` unless height and width are multiples of the factor.
 *
 * @example
 * pixelUnshuffle(2).forward(tensor([[[[1, 2], [3, 4]]]])).arraySync();
 * // => [[[[1]], [[2]], [[3]], [[4]]]]
 */
export function pixelUnshuffle<const Factor extends number>(
  factor: Factor,
): PixelShuffle<UnshuffledShape<Factor>> {
  checkCount("pixelUnshuffle", "factor", factor);
  const by: number = factor;
  const forward = (x: Tensor): Tensor => {
    checkSpatial("pixelUnshuffle", x, "channels", 2);
    const [count, channels, ...size] = x.shape as readonly [number, number, number, number];
    if (size.some((places) => places % factor !== 0)) {
      const expected = `places that are not multiples of ${factor}`;
      throw new ShapeError(`pixelUnshuffle: ${formatShape(x.shape)} has ${expected}`);
    }
    const [height, width] = [size[0] / factor, size[1] / factor];
    const squares = x.reshape([count, channels, height, by, width, by]);
    const asChannels = squares.permute([0, 1, 3, 5, 2, 4]);
    return asChannels.reshape([count, channels * by ** 2, height, width]);
  };
  return layerOf<PixelShuffle, PixelShuffle<UnshuffledShape<Factor>>>({
    kind: "pixelUnshuffle",
    factor,
    forward,
  });
}
