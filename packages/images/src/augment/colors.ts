// Augmentations of colours, and noise.
import { random, type Tensor } from "@nabla/autograd";
import { checkKind, checkOptions, finite, notNegative } from "@nabla/autograd/checks";
import { adjustBrightness, adjustContrast, adjustHue, adjustSaturation } from "../adjust.ts";
import { either, rangeOf } from "../checks.ts";
import { type Augmentation, drawnBetween } from "./augment.ts";

/** Most of a change to either side, or the range of what is drawn. */
type Extent = number | readonly [from: number, to: number];

export interface ColorJitterOptions {
  /** b: factors from 1 - b, at least 0, to 1 + b. Default: none. */
  readonly brightness?: Extent;
  /** As brightness. */
  readonly contrast?: Extent;
  /** As brightness. */
  readonly saturation?: Extent;
  /** h: turns from -h to h of the circle of hues. Default: none. */
  readonly hue?: Extent;
}

const factor = either(notNegative, rangeOf(notNegative));

/**
 * Draws factors of brightness, contrast and saturation, and a hue rotation, and adjusts images of 1 or 3
 * channels, from 0 to 1, in this order (torchvision's `ColorJitter` also draws the order). Throws
 * `NablaError` for invalid ranges.
 *
 * @example
 * augment(colorJitter({ brightness: 0.2, hue: 0.05 }))(ones([5, 3, 8, 8])).shape; // => [5, 3, 8, 8]
 */
export function colorJitter(options: ColorJitterOptions): Augmentation {
  checkOptions("colorJitter", options, {
    brightness: factor,
    contrast: factor,
    saturation: factor,
    hue: either(notNegative, rangeOf(finite)),
  });
  const { brightness, contrast, saturation, hue } = options;
  const factors = (given: Extent) =>
    typeof given === "number" ? ([Math.max(0, 1 - given), 1 + given] as const) : given;
  const turns = (given: Extent) => (typeof given === "number" ? ([-given, given] as const) : given);
  const changes = [
    [brightness, factors, adjustBrightness],
    [contrast, factors, adjustContrast],
    [saturation, factors, adjustSaturation],
    [hue, turns, adjustHue],
  ] as const;
  return (image, key) =>
    changes.reduce<Tensor>((x, [given, range, adjust], i) => {
      if (given === undefined) return x;
      return adjust(x, drawnBetween(range(given), key, i).cast(x.dtype));
    }, image);
}

/**
 * Adds normal noise of this standard deviation to every number; nothing is clipped. Throws `NablaError` for
 * one below 0.
 *
 * @example
 * augment(gaussianNoise(0.1))(ones([5, 3, 8, 8])).shape; // => [5, 3, 8, 8]
 */
export function gaussianNoise(standardDeviation: number): Augmentation {
  checkKind("gaussianNoise", "standardDeviation", standardDeviation, notNegative);
  return (image, key) => {
    const noise = random.normal([...image.shape], { seed: key, dtype: image.dtype });
    return image.add(noise.mul(standardDeviation));
  };
}
