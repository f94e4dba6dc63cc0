// Brightness, contrast, saturation, hue and gamma, by a factor that may be a tensor: learnt, or drawn.
import { concat, type ShapeOf, Tensor } from "@nabla/autograd";
import { checkKind, finite, type Kind, notNegative } from "@nabla/autograd/checks";
import { checkFloat, checkImage, either, oneTensor } from "./checks.ts";
import { grayscale } from "./color.ts";
import { hsvToRgb, rgbToHsv } from "./hsv.ts";
import { ofShape } from "./shapes.ts";

const factorKind = either(notNegative, oneTensor);

function checkAdjusted(
  operation: string,
  x: unknown,
  name: string,
  factor: unknown,
  kind: Kind = factorKind,
): asserts x is Tensor {
  checkImage(operation, x, ["channels", "height", "width"]);
  checkFloat(operation, x);
  checkKind(operation, name, factor, kind);
  if (factor instanceof Tensor) checkFloat(operation, factor, name);
}

/** x where `factor` is 1, `other` where it is 0; between them and beyond on the line. Clipped to 0 to 1. */
function blended(x: Tensor, other: Tensor, factor: number | Tensor): Tensor {
  return other.add(x.sub(other).mul(factor)).clip(0, 1);
}

/**
 * Multiplies an image, [..., channels, height, width], by `factor`, a number or a tensor of shape [], and
 * clips it to 0 to 1. 0 is black, 1 the image. Throws `DTypeError` for integers, `NablaError` for a
 * factor below 0.
 *
 * @example
 * adjustBrightness(tensor([[[0.25, 0.75]]]), 2).arraySync(); // => [[[0.5, 1]]]
 */
export function adjustBrightness<X extends Tensor>(
  x: X,
  factor: number | Tensor,
): Tensor<ShapeOf<X>> {
  checkAdjusted("adjustBrightness", x, "factor", factor);
  const image: Tensor = x;
  return ofShape(image.mul(factor).clip(0, 1));
}

/** Grey values, [..., 1, height, width], of one channel or three. */
function luma(operation: string, x: Tensor): Tensor {
  if (x.shape.at(-3) === 1) return x;
  checkImage(operation, x, [3, "height", "width"]);
  return grayscale(x);
}

/**
 * Moves the pixels of an image, [..., 1 or 3, height, width], from its mean grey (`factor` 0) to the image
 * (1) and beyond, and clips them to 0 to 1, as torchvision's `adjust_contrast`. The mean is each image's
 * own. `factor`: a number, or a tensor of shape []. Throws `DTypeError` for integers, `NablaError` for a
 * factor below 0, `ShapeError` for another number of channels.
 *
 * @example
 * adjustContrast(tensor([[[0.25, 0.75]]]), 0.5).arraySync(); // => [[[0.375, 0.625]]]
 */
export function adjustContrast<X extends Tensor>(
  x: X,
  factor: number | Tensor,
): Tensor<ShapeOf<X>> {
  checkAdjusted("adjustContrast", x, "factor", factor);
  const mean: Tensor = luma("adjustContrast", x).mean([-3, -2, -1], { keepDims: true });
  return ofShape(blended(x, mean, factor));
}

/**
 * Moves the pixels of an image, [..., 3, height, width], from their grey (`factor` 0) to their colour (1)
 * and beyond, and clips them to 0 to 1, as torchvision's `adjust_saturation`. `factor`: a number, or a
 * tensor of shape []. One channel has no colour, and stays as it is. Throws `DTypeError` for integers,
 * `NablaError` for a factor below 0, `ShapeError` for another number of channels.
 *
 * @example
 * const red = tensor([1, 0, 0]).reshape([3, 1, 1]);
 * adjustSaturation(red, 0).flatten().arraySync().map((x) => x.toFixed(2));
 * // => ["0.30", "0.30", "0.30"]
 */
export function adjustSaturation<X extends Tensor>(
  x: X,
  factor: number | Tensor,
): Tensor<ShapeOf<X>> {
  checkAdjusted("adjustSaturation", x, "factor", factor);
  const image: Tensor = x;
  if (x.shape.at(-3) === 1) return ofShape(image);
  return ofShape(blended(x, luma("adjustSaturation", x), factor));
}

/**
 * Turns the hues of an image, [..., 3, height, width], by `turns` of the circle: 1/3 makes red green. A
 * number, or a tensor of shape []. One channel has no hue, and stays as it is. torchvision's `adjust_hue`.
 * Throws `DTypeError` for integers, `ShapeError` for another number of channels.
 *
 * @example
 * adjustHue(tensor([1, 0, 0]).reshape([3, 1, 1]), 0.5).flatten().arraySync(); // => [0, 1, 1]
 */
export function adjustHue<X extends Tensor>(x: X, turns: number | Tensor): Tensor<ShapeOf<X>> {
  checkAdjusted("adjustHue", x, "turns", turns, either(finite, oneTensor));
  const image: Tensor = x;
  if (x.shape.at(-3) === 1) return ofShape(image);
  checkImage("adjustHue", x, [3, "height", "width"]);
  const [hue, saturation, value] = rgbToHsv(image).split(3, -3) as unknown as Tensor[];
  return ofShape(hsvToRgb(concat([hue!.add(turns), saturation!, value!], -3)));
}

/**
 * Raises the pixels of an image, [..., channels, height, width], from 0 to 1, to the power `gamma`: above 1
 * shadows become darker. A number, or a tensor of shape []. What is below 0 counts as 0; its result is
 * clipped to 1. Throws `DTypeError` for integers, `NablaError` for a power below 0.
 *
 * @example
 * adjustGamma(tensor([[[0.5, 1]]]), 2).arraySync(); // => [[[0.25, 1]]]
 */
export function adjustGamma<X extends Tensor>(x: X, gamma: number | Tensor): Tensor<ShapeOf<X>> {
  checkAdjusted("adjustGamma", x, "gamma", gamma);
  const image: Tensor = x;
  return ofShape(image.clip(0, 1).pow(gamma));
}
