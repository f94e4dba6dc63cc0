// Between spaces of colour: red, green and blue; luma and chroma; light.
import { concat, type ShapeOf, type Tensor, where } from "@nabla/autograd";
import { checkOptions, checkTensor } from "@nabla/autograd/checks";
import { checkFloat, checkImage, oneOfNumbers } from "./checks.ts";
import { ofShape, type WithChannels } from "./shapes.ts";

/** The three channels, each [..., 1, height, width], of an image with fractions. */
export function channelsOf(operation: string, x: unknown): readonly [Tensor, Tensor, Tensor] {
  checkImage(operation, x, [3, "height", "width"]);
  checkFloat(operation, x);
  return x.split(3, -3);
}

/** The image of three channels, of the shape of `x`. */
export function imageOf<X extends Tensor>(
  _: X,
  channels: readonly [Tensor, Tensor, Tensor],
): Tensor<ShapeOf<X>> {
  return ofShape(concat(channels, -3));
}

/**
 * 0.2989 red + 0.587 green + 0.114 blue: the luma of ITU-R BT.601, as torchvision rounds it.
 * [..., 3, height, width] becomes [..., channels, height, width], equal channels, 1 (the default) or 3.
 * Throws `ShapeError` for another number of channels, `DTypeError` for integers.
 *
 * @example
 * grayscale(tensor([1, 0, 0]).reshape([3, 1, 1])).itemSync().toFixed(4); // => "0.2989"
 */
export function grayscale<X extends Tensor, const C extends 1 | 3 = 1>(
  x: X,
  options: { readonly channels?: C } = {},
): Tensor<WithChannels<ShapeOf<X>, C>> {
  const [red, green, blue] = channelsOf("grayscale", x);
  checkOptions("grayscale", options, { channels: oneOfNumbers(1, 3) });
  const luma: Tensor = red.mul(0.2989).add(green.mul(0.587)).add(blue.mul(0.114));
  const result: Tensor = options.channels === 3 ? concat([luma, luma, luma], -3) : luma;
  return ofShape(result);
}

/**
 * Red, green and blue as luma Y, and chroma Cb and Cr, as JPEG files have them (ITU-T T.871, section 7),
 * all from 0 to 1; grey has the chroma 0.5. Shape: the image's, [..., 3, height, width].
 * Throws `ShapeError` for another number of channels, `DTypeError` for integers.
 *
 * @example
 * rgbToYCbCr(ones([3, 1, 1])).flatten().arraySync(); // => [1, 0.5, 0.5]
 */
export function rgbToYCbCr<X extends Tensor>(x: X): Tensor<ShapeOf<X>> {
  const [red, green, blue] = channelsOf("rgbToYCbCr", x);
  const luma = red.mul(0.299).add(green.mul(0.587)).add(blue.mul(0.114));
  const chroma = (channel: Tensor, range: number) => channel.sub(luma).div(range).add(0.5);
  return imageOf(x, [luma, chroma(blue, 1.772), chroma(red, 1.402)]);
}

/**
 * The inverse of `rgbToYCbCr`. Colours that no red, green and blue from 0 to 1 makes are not clipped.
 * Throws `ShapeError` for another number of channels, `DTypeError` for integers.
 *
 * @example
 * yCbCrToRgb(tensor([1, 0.5, 0.5]).reshape([3, 1, 1])).flatten().arraySync(); // => [1, 1, 1]
 */
export function yCbCrToRgb<X extends Tensor>(x: X): Tensor<ShapeOf<X>> {
  const [luma, cb, cr] = channelsOf("yCbCrToRgb", x);
  const blue = luma.add(cb.sub(0.5).mul(1.772));
  const red = luma.add(cr.sub(0.5).mul(1.402));
  const green = luma.sub(red.mul(0.299)).sub(blue.mul(0.114)).div(0.587);
  return imageOf(x, [red, green, blue]);
}

/**
 * Pixels as files have them as amounts of light, both from 0 to 1, by the curve of sRGB (IEC 61966-2-1).
 * Light adds up: averages, such as smaller images, are right there. Any shape. Throws `DTypeError` for
 * integers.
 *
 * @example
 * srgbToLinear(tensor([0, 0.5, 1])).mul(1000).round().arraySync(); // => [0, 214, 1000]
 */
export function srgbToLinear<X extends Tensor>(x: X): Tensor<ShapeOf<X>> {
  checkTensor("srgbToLinear", x);
  checkFloat("srgbToLinear", x);
  const image: Tensor = x;
  // Below the curve's beginning the power is taken of its beginning: it has no derivative below 0.
  const curve = image.maximum(0.04045).add(0.055).div(1.055).pow(2.4);
  const result: Tensor = where(image.lessEqual(0.04045), image.div(12.92), curve);
  return ofShape(result);
}

/**
 * The inverse of `srgbToLinear`. Any shape. Throws `DTypeError` for integers.
 *
 * @example
 * linearToSrgb(tensor([0, 0.214, 1])).mul(100).round().arraySync(); // => [0, 50, 100]
 */
export function linearToSrgb<X extends Tensor>(x: X): Tensor<ShapeOf<X>> {
  checkTensor("linearToSrgb", x);
  checkFloat("linearToSrgb", x);
  const light: Tensor = x;
  const curve = light
    .maximum(0.0031308)
    .pow(1 / 2.4)
    .mul(1.055)
    .sub(0.055);
  const result: Tensor = where(light.lessEqual(0.0031308), light.mul(12.92), curve);
  return ofShape(result);
}
