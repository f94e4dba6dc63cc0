// Hue, saturation and value.
import { type ShapeOf, type Tensor, where } from "@nabla/autograd";
import { channelsOf, imageOf } from "./color.ts";

/**
 * Red, green and blue as hue, saturation and value, all from 0 to 1: the hue of red is 0, of green 1/3,
 * of blue 2/3; grey has hue and saturation 0. A. R. Smith, "Color gamut transform pairs", 1978, as in
 * torchvision. Shape: the image's, [..., 3, height, width].
 * Throws `ShapeError` for another number of channels, `DTypeError` for integers.
 *
 * @example
 * rgbToHsv(tensor([0, 0, 1]).reshape([3, 1, 1])).mul(3).flatten().arraySync(); // => [2, 3, 3]
 */
export function rgbToHsv<X extends Tensor>(x: X): Tensor<ShapeOf<X>> {
  const [red, green, blue] = channelsOf("rgbToHsv", x);
  const value: Tensor = red.maximum(green).maximum(blue);
  const least: Tensor = red.minimum(green).minimum(blue);
  const isGrey = value.equal(least);
  const range = value.sub(least);
  // Where all are equal nothing is divided by 0: derivatives would be NaN.
  const saturation = range.div(where(isGrey, 1, value));
  const divisor = where(isGrey, 1, range);
  const [toRed, toGreen, toBlue] = [red, green, blue].map((channel) =>
    value.sub(channel).div(divisor),
  ) as [Tensor, Tensor, Tensor];
  const hue = where(
    value.equal(red),
    toBlue.sub(toGreen),
    where(value.equal(green), toRed.sub(toBlue).add(2), toGreen.sub(toRed).add(4)),
  );
  return imageOf(x, [hue.div(6).add(1).mod(1), saturation, value]);
}

/**
 * The inverse of `rgbToHsv`; hues count around the circle, so 1.25 is 0.25.
 * Throws `ShapeError` for another number of channels, `DTypeError` for integers.
 *
 * @example
 * hsvToRgb(tensor([0, 1, 1]).reshape([3, 1, 1])).flatten().arraySync(); // => [1, 0, 0]
 */
export function hsvToRgb<X extends Tensor>(x: X): Tensor<ShapeOf<X>> {
  const [hue, saturation, value] = channelsOf("hsvToRgb", x);
  const sixths = hue.mul(6);
  // J. M. Zucker's form, CSS Color 4, section 7.1: no branch for each sixth of the circle.
  const channel = (offset: number): Tensor => {
    const position = sixths.add(offset).mod(6);
    const share = position.minimum(position.neg().add(4)).clip(0, 1);
    return value.sub(value.mul(saturation).mul(share));
  };
  return imageOf(x, [channel(5), channel(3), channel(1)]);
}
