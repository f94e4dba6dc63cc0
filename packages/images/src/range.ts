// Numbers of pixels: bytes, fractions from 0 to 1, and what networks are given.
import { DTypeError, ensure, type ShapeOf, type Tensor, tensor } from "@nabla/autograd";
import { checkKind, checkOptions, checkTensor, type Kind, oneOf } from "@nabla/autograd/checks";
import { checkFloat, checkImage } from "./checks.ts";
import { ofShape } from "./shapes.ts";

/**
 * Bytes, 0 to 255, as fractions, 0 to 1, of `dtype` (default "float32"); booleans as 0 and 1. Any
 * shape. What has fractions already is only cast. Throws `DTypeError` for int32, which has no range of
 * colours.
 *
 * @example
 * toFloat(tensor([0, 51, 255], { dtype: "uint8" })).arraySync(); // => [0, 0.2, 1]
 */
export function toFloat<X extends Tensor>(
  x: X,
  options: { readonly dtype?: "float32" | "float64" } = {},
): Tensor<ShapeOf<X>> {
  checkTensor("toFloat", x);
  checkOptions("toFloat", options, { dtype: oneOf("float32", "float64") });
  const { dtype = "float32" } = options;
  if (x.dtype === "int32") {
    throw new DTypeError(
      'toFloat: the image is int32, expected uint8; x.cast("float32").div(most) divides by the greatest value',
    );
  }
  const cast: Tensor = x.cast(dtype);
  return ofShape(x.dtype === "uint8" ? cast.div(255) : cast);
}

/**
 * Fractions, 0 to 1, as bytes, 0 to 255: to the nearest, and what is beyond to the nearer end. Any
 * shape; uint8 stays as it is. Throws `DTypeError` for other integers and, where it is computed,
 * `NablaError` for NaN.
 *
 * @example
 * toBytes(tensor([-1, 0, 0.2, 0.999, 3])).arraySync(); // => [0, 0, 51, 255, 255]
 */
export function toBytes<X extends Tensor>(x: X): Tensor<ShapeOf<X>> {
  checkTensor("toBytes", x);
  if (x.dtype === "uint8") return ofShape(x);
  if (x.dtype === "bool") return ofShape(x.cast("uint8").mul(255));
  checkFloat("toBytes", x);
  const given: Tensor = x;
  const numbers = ensure(given, given.isNaN().any().logicalNot(), "toBytes: the image has NaN");
  return ofShape(numbers.clip(0, 1).mul(255).round().cast("uint8"));
}

/** Of each channel, or one number for all. */
export interface ChannelStatistics {
  readonly mean: number | readonly number[];
  /** Positive. */
  readonly standardDeviation: number | readonly number[];
}

/**
 * Red's, green's and blue's statistics in ImageNet's training images, from 0 to 1: what most networks
 * that were trained on them expect in `normalize`.
 */
export const imageNet: ChannelStatistics = Object.freeze({
  mean: Object.freeze([0.485, 0.456, 0.406]),
  standardDeviation: Object.freeze([0.229, 0.224, 0.225]),
});

const isEach = (fits: (x: unknown) => boolean) => (x: unknown) =>
  fits(x) || (Array.isArray(x) && x.length > 0 && Array.from(x).every(fits));
const means: Kind = [isEach(Number.isFinite), "a finite number, or one for each channel"];
const deviations: Kind = [
  isEach((x) => Number.isFinite(x) && (x as number) > 0),
  "a positive finite number, or one for each channel",
];

/**
 * (x - mean) / standardDeviation by channel, of images [..., channels, height, width] with fractions.
 * Throws `DTypeError` for integers, `NablaError` for another number of channels.
 *
 * @example
 * normalize(full([3, 1, 1], 0.5), { mean: [0, 0.5, 1], standardDeviation: 0.5 }).flatten().arraySync();
 * // => [1, 0, -1]
 */
export function normalize<X extends Tensor>(
  x: X,
  statistics: ChannelStatistics,
): Tensor<ShapeOf<X>> {
  checkImage("normalize", x, ["channels", "height", "width"]);
  const kinds = { mean: means, standardDeviation: deviations };
  checkOptions("normalize", statistics, kinds, "mean", "standardDeviation");
  checkFloat("normalize", x);
  const image: Tensor = x;
  const perChannel = (name: keyof ChannelStatistics): Tensor | number => {
    const given = statistics[name];
    if (typeof given === "number") return given;
    const channels = x.shape.at(-3)!;
    const fits: Kind = [() => given.length === channels, `one for each of ${channels} channels`];
    checkKind("normalize", name, given, fits);
    return tensor([...given], { dtype: x.dtype }).reshape([channels, 1, 1]);
  };
  const [mean, deviation] = [perChannel("mean"), perChannel("standardDeviation")];
  return ofShape(image.sub(mean).div(deviation));
}
