// Augmentations that move pixels, or cover them.
import {
  arange,
  formatShape,
  random,
  ShapeError,
  stack,
  type Tensor,
  where,
} from "@nabla/autograd";
import {
  checkKind,
  checkOptions,
  count,
  finite,
  natural,
  notNegative,
  positive,
  probability,
} from "@nabla/autograd/checks";
import { either, pairOf, rangeOf, sizes } from "../checks.ts";
import { type SampleOptions, sampleKinds } from "../sample.ts";
import { affineMatrix, warp } from "../warp.ts";
import { type Augmentation, drawnBetween } from "./augment.ts";

/**
 * Mirrors images: left and right with probability `horizontal`, top and bottom with probability `vertical`.
 * Throws `NablaError` for what is no probability.
 *
 * @example
 * augment(randomFlip({ horizontal: 1 }))(tensor([[[1, 2, 3]]])).arraySync(); // => [[[3, 2, 1]]]
 */
export function randomFlip(
  options: {
    /** Default: 0.5. */ readonly horizontal?: number /** Default: 0. */;
    readonly vertical?: number;
  } = {},
): Augmentation {
  checkOptions("randomFlip", options, { horizontal: probability, vertical: probability });
  const { horizontal = 0.5, vertical = 0 } = options;
  return (image, key) =>
    (
      [
        [-1, horizontal],
        [-2, vertical],
      ] as const
    ).reduce((x, [axis, chance], i): Tensor => {
      if (chance === 0) return x;
      return where(random.bernoulli([], chance, { seed: random.foldIn(key, i) }), x.flip(axis), x);
    }, image);
}

/**
 * Cuts out `size`, anywhere in the image, after `padding` pixels of zeros on each side. Throws `NablaError`
 * for sizes that are not positive integers, and `ShapeError` for an image that is smaller.
 *
 * @example
 * augment(randomCrop([2, 2]))(ones([5, 3, 4, 4])).shape; // => [5, 3, 2, 2]
 */
export function randomCrop(
  size: readonly [height: number, width: number],
  options: { /** Default: 0. */ readonly padding?: number } = {},
): Augmentation {
  checkKind("randomCrop", "size", size, sizes);
  checkOptions("randomCrop", options, { padding: natural });
  const { padding = 0 } = options;
  return (image, key) => {
    const around = [padding, padding] as const;
    const padded: Tensor = padding === 0 ? image : image.pad([[0, 0], around, around]);
    return ([-2, -1] as const).reduce((x, axis): Tensor => {
      const [wanted, room] = [size[axis + 2]!, x.shape.at(axis)! - size[axis + 2]!];
      if (room < 0) {
        throw new ShapeError(
          `randomCrop: ${formatShape(size)} is not inside of the image, ${formatShape(padded.shape)}`,
        );
      }
      const first = random.randint([], 0, room + 1, { seed: random.foldIn(key, axis + 2) });
      return x.gather(axis, arange(0, wanted, 1, { dtype: "int32" }).add(first));
    }, padded);
  };
}

export interface RandomResizedCropOptions extends SampleOptions {
  /** The least and greatest share of the image's area. Default: [0.08, 1]. */
  readonly area?: readonly [from: number, to: number];
  /** The least and greatest ratio of width to height. Default: [3/4, 4/3]. */
  readonly aspect?: readonly [from: number, to: number];
}

/**
 * Cuts out a part of a drawn area, form and place, as far as the image has it, and resizes it to `size` (C.
 * Szegedy et al., "Going deeper with convolutions", 2014, section 6). Bilinear, as `warp`. Throws
 * `NablaError` for ranges that are not positive and in order.
 *
 * @example
 * augment(randomResizedCrop([8, 8]))(ones([5, 3, 24, 32])).shape; // => [5, 3, 8, 8]
 */
export function randomResizedCrop(
  size: readonly [height: number, width: number],
  options: RandomResizedCropOptions = {},
): Augmentation {
  checkKind("randomResizedCrop", "size", size, sizes);
  const kinds = { ...sampleKinds, area: rangeOf(positive), aspect: rangeOf(positive) };
  checkOptions("randomResizedCrop", options, kinds);
  const { area = [0.08, 1], aspect = [3 / 4, 4 / 3], ...sampling } = options;
  return (image, key) => {
    const [height, width] = image.shape.slice(-2) as [number, number];
    const ratio = drawnBetween([Math.log(aspect[0]), Math.log(aspect[1])], key, 0).exp();
    const pixels = drawnBetween(area, key, 1).mul(height * width);
    const wide: Tensor = pixels.mul(ratio).sqrt().minimum(width);
    const high: Tensor = pixels.div(ratio).sqrt().minimum(height);
    const row = (
      extent: Tensor,
      whole: number,
      wanted: number,
      number: number,
    ): readonly Tensor[] => {
      const from = drawnBetween([0, 1], key, number).mul(extent.neg().add(whole));
      const step: Tensor = extent.div(wanted);
      return [step, from.add(step.div(2)).sub(0.5)];
    };
    const [stepX, fromX] = row(wide, width, size[1], 2) as [Tensor, Tensor];
    const [stepY, fromY] = row(high, height, size[0], 3) as [Tensor, Tensor];
    const zero: Tensor = stepX.mul(0);
    const matrix = stack([stack([stepX, zero, fromX]), stack([zero, stepY, fromY])]);
    return warp(image, matrix, { padding: "border", ...sampling, size });
  };
}

export interface RandomAffineOptions extends SampleOptions {
  /** Of a turn, to either side or between two. Default: 0. */
  readonly degrees?: number | readonly [from: number, to: number];
  /** Between two factors. Default: [1, 1]. */
  readonly scale?: readonly [from: number, to: number];
  /** At most these shares of width and height, to either side. Default: [0, 0]. */
  readonly translate?: readonly [x: number, y: number];
}

/**
 * Rotates, scales and moves images about their centre, each by random amounts; the size is unchanged.
 * Pixels from outside are filled according to `padding`, with zeros by default. Throws `NablaError` for
 * invalid ranges.
 *
 * @example
 * augment(randomAffine({ degrees: 15, scale: [0.9, 1.1] }))(ones([5, 3, 8, 8])).shape; // => [5, 3, 8, 8]
 */
export function randomAffine(options: RandomAffineOptions): Augmentation {
  checkOptions("randomAffine", options, {
    ...sampleKinds,
    degrees: either(notNegative, rangeOf(finite)),
    scale: rangeOf(positive),
    translate: pairOf(notNegative),
  });
  const { degrees = 0, scale = [1, 1], translate = [0, 0], ...sampling } = options;
  const turns = typeof degrees === "number" ? ([-degrees, degrees] as const) : degrees;
  return (image, key) => {
    const [height, width] = image.shape.slice(-2) as [number, number];
    const dtype = image.dtype === "float64" ? "float64" : "float32";
    const moved = (i: 0 | 1, extent: number): Tensor =>
      drawnBetween([-translate[i] * extent, translate[i] * extent], key, 2 + i);
    const matrix = affineMatrix({
      center: [(width - 1) / 2, (height - 1) / 2],
      degrees: drawnBetween(turns, key, 0),
      scale: drawnBetween(scale, key, 1),
      translate: [moved(0, width), moved(1, height)],
      dtype,
    });
    return warp(image, matrix, sampling);
  };
}

/**
 * Covers a rectangle of `size` pixels, or a square, whose middle is anywhere in the image, with `fill`: the
 * network must see the rest (T. DeVries and G. W. Taylor, "Improved regularization of convolutional neural
 * networks with cutout", 2017). At borders less is covered. Throws `NablaError` for sizes that are not
 * positive integers.
 *
 * @example
 * augment(cutOut(3))(ones([1, 1, 1])).arraySync(); // => [[[0]]]
 */
export function cutOut(
  size: number | readonly [height: number, width: number],
  options: { /** Default: 0. */ readonly fill?: number } = {},
): Augmentation {
  checkKind("cutOut", "size", size, either(count, sizes));
  checkOptions("cutOut", options, { fill: finite });
  const { fill = 0 } = options;
  const extents = typeof size === "number" ? [size, size] : size;
  return (image, key) => {
    const [rows, columns] = ([-2, -1] as const).map((axis): Tensor => {
      const [whole, extent] = [image.shape.at(axis)!, extents[axis + 2]!];
      const middle = random.randint([], 0, whole, { seed: random.foldIn(key, axis + 2) });
      const offset = arange(0, whole, 1, { dtype: "int32" })
        .sub(middle)
        .add(Math.floor(extent / 2));
      return offset.greaterEqual(0).logicalAnd(offset.less(extent));
    }) as [Tensor, Tensor];
    return where(rows.expandDims(-1).logicalAnd(columns), fill, image);
  };
}
