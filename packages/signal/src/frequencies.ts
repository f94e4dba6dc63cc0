// What frequencies the elements of a transform are of, and the order with 0 in the middle.
import { roll, type Shape, Tensor, tensor } from "@nabla/autograd";
import { checkKind, checkOptions, count, finite, integer } from "@nabla/autograd/checks";
import { axisOf, checkElements, listOf, precision } from "./checks.ts";
import { type Complex, partsOf } from "./complex.ts";
import type { Precision } from "./constants.ts";

export interface FrequencyOptions {
  /** The time between two samples, in seconds for frequencies in Hz; negative turns them. Default: 1. */
  readonly spacing?: number | undefined;
  /** Default: "float32". */
  readonly dtype?: Precision | undefined;
}

/**
 * Gives the frequencies of the `n` elements of `fft`, in cycles per unit of `spacing`: 0 and above,
 * then the negative ones. Throws `NablaError` unless `n` is a positive integer and `spacing` a number
 * that is not 0.
 *
 * @example
 * fftFreq(4).arraySync(); // => [0, 0.25, -0.5, -0.25]
 */
export function fftFreq(n: number, options: FrequencyOptions = {}): Tensor<[number]> {
  return frequencies("fftFreq", n, options, (k) => (k < Math.ceil(n / 2) ? k : k - n));
}

/**
 * Gives the frequencies of the ⌊n/2⌋ + 1 elements of `rfft` of `n`, in cycles per unit of `spacing`.
 * Throws as `fftFreq`.
 *
 * @example
 * rfftFreq(4, { spacing: 0.5 }).arraySync(); // => [0, 0.5, 1]
 */
export function rfftFreq(n: number, options: FrequencyOptions = {}): Tensor<[number]> {
  return frequencies("rfftFreq", n, options, (k) => (k <= n / 2 ? k : Number.NaN));
}

/**
 * Moves the frequency 0 to the middle of the axes (default: all), of a tensor or complex numbers.
 * Throws `ShapeError` for an axis that is not there.
 *
 * @example
 * fftShift(fftFreq(4)).arraySync(); // => [-0.5, -0.25, 0, 0.25]
 */
export function fftShift<S extends Shape>(
  x: Tensor<S>,
  axes?: number | readonly number[],
): Tensor<S>;
export function fftShift<S extends Shape>(
  x: Complex<S>,
  axes?: number | readonly number[],
): Complex<S>;
export function fftShift(x: Tensor | Complex, axes?: number | readonly number[]): Tensor | Complex {
  return shifted("fftShift", x, axes, (size) => Math.floor(size / 2));
}

/**
 * Undoes `fftShift`.
 *
 * @example
 * ifftShift(fftShift(tensor([1, 2, 3]))).arraySync(); // => [1, 2, 3]
 */
export function ifftShift<S extends Shape>(
  x: Tensor<S>,
  axes?: number | readonly number[],
): Tensor<S>;
export function ifftShift<S extends Shape>(
  x: Complex<S>,
  axes?: number | readonly number[],
): Complex<S>;
export function ifftShift(
  x: Tensor | Complex,
  axes?: number | readonly number[],
): Tensor | Complex {
  return shifted("ifftShift", x, axes, (size) => -Math.floor(size / 2));
}

function frequencies(
  operation: string,
  n: number,
  options: FrequencyOptions,
  place: (k: number) => number,
): Tensor<[number]> {
  checkKind(operation, "n", n, count);
  checkOptions(operation, options, { spacing: finite, dtype: precision });
  checkElements(operation, [n]);
  const { spacing = 1, dtype = "float32" } = options;
  checkKind(operation, "spacing", spacing, [(x) => x !== 0, "a number that is not 0"]);
  const places = Array.from({ length: n }, (_, k) => place(k)).filter((k) => !Number.isNaN(k));
  return tensor(
    Float64Array.from(places, (k) => k / (n * spacing)),
    { dtype },
  );
}

function shifted(
  operation: string,
  x: Tensor | Complex,
  axes: number | readonly number[] | undefined,
  by: (size: number) => number,
): Tensor | Complex {
  if (axes !== undefined && typeof axes !== "number") {
    checkKind(operation, "axes", axes, listOf(integer));
  }
  const move = (part: Tensor): Tensor => {
    const list = typeof axes === "number" ? [axes] : (axes ?? part.shape.keys());
    const found = Array.from(list, (axis) => axisOf(operation, part.shape, axis));
    return found.reduce<Tensor>((y, axis) => roll(y, by(y.shape[axis]!), axis), part);
  };
  if (x instanceof Tensor) return move(x);
  const { real, imaginary } = partsOf(operation, x);
  return { real: move(real), imaginary: move(imaginary!) };
}
