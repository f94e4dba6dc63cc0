// Fourier transforms along several axes, as in NumPy's `fft` module.
import type { Shape, Tensor } from "@nabla/autograd";
import { NablaError } from "@nabla/autograd";
import { complexAlong, realAlong, realBackAlong, realOf } from "./along-axes.ts";
import { type Complex, partsOf } from "./complex.ts";
import { checkFourierAxes, type FourierAxesOptions, transformAxes } from "./fourier-options.ts";

type SameSizes = FourierAxesOptions & { readonly sizes?: undefined };

/**
 * Computes the Fourier transform along two axes, by default the last ones. Options: `sizes`, `axes`
 * and `norm`, as NumPy's `s`, `axes` and `norm`. Shape: the input's, with `sizes` along the axes.
 * Throws `ShapeError` for axes that are not there, or nothing along them; `NablaError` for wrong
 * options, and axes other than two different ones.
 *
 * @example
 * fft2(tensor([[1, 2], [3, 4]])).real.arraySync(); // => [[10, -2], [-4, 0]]
 */
export function fft2<S extends Shape>(x: Tensor<S> | Complex<S>, options?: SameSizes): Complex<S>;
export function fft2(x: Tensor | Complex, options?: FourierAxesOptions): Complex;
export function fft2(x: Tensor | Complex, options: FourierAxesOptions = {}): Complex {
  return complexTransform("fft2", x, options, false, 2);
}

/**
 * Computes the inverse of `fft2`. Options and errors are those of `fft2`.
 *
 * @example
 * ifft2(fft2(tensor([[1, 2], [3, 4]]))).real.arraySync(); // => [[1, 2], [3, 4]]
 */
export function ifft2<S extends Shape>(x: Tensor<S> | Complex<S>, options?: SameSizes): Complex<S>;
export function ifft2(x: Tensor | Complex, options?: FourierAxesOptions): Complex;
export function ifft2(x: Tensor | Complex, options: FourierAxesOptions = {}): Complex {
  return complexTransform("ifft2", x, options, true, 2);
}

/**
 * Computes the Fourier transform of real numbers along two axes: of the second one as `rfft`, so that
 * ⌊n/2⌋ + 1 elements are left along it. Options and errors are those of `fft2`.
 *
 * @example
 * rfft2(tensor([[1, 2, 3], [3, 4, 5]])).real.arraySync(); // => [[18, -3], [-6, 0]]
 */
export function rfft2(x: Tensor, options: FourierAxesOptions = {}): Complex {
  return realTransform("rfft2", x, options, 2);
}

/**
 * Computes the inverse of `rfft2`. Give `sizes` if the second one was odd. Options and errors are
 * those of `fft2`.
 *
 * @example
 * irfft2(rfft2(tensor([[1, 2], [3, 4]]))).arraySync(); // => [[1, 2], [3, 4]]
 */
export function irfft2(x: Tensor | Complex, options: FourierAxesOptions = {}): Tensor {
  return realInverse("irfft2", x, options, 2);
}

/**
 * Computes the Fourier transform along any number of axes: all, or `axes`, or the last ones where
 * only `sizes` are given. Options and errors are those of `fft2`.
 *
 * @example
 * fftN(tensor([[[1, 2], [3, 4]]])).real.arraySync(); // => [[[10, -2], [-4, 0]]]
 */
export function fftN<S extends Shape>(x: Tensor<S> | Complex<S>, options?: SameSizes): Complex<S>;
export function fftN(x: Tensor | Complex, options?: FourierAxesOptions): Complex;
export function fftN(x: Tensor | Complex, options: FourierAxesOptions = {}): Complex {
  return complexTransform("fftN", x, options, false);
}

/**
 * Computes the inverse of `fftN`. Options and errors are those of `fftN`.
 *
 * @example
 * ifftN(fftN(tensor([[1, 2], [3, 4]]))).real.arraySync(); // => [[1, 2], [3, 4]]
 */
export function ifftN<S extends Shape>(x: Tensor<S> | Complex<S>, options?: SameSizes): Complex<S>;
export function ifftN(x: Tensor | Complex, options?: FourierAxesOptions): Complex;
export function ifftN(x: Tensor | Complex, options: FourierAxesOptions = {}): Complex {
  return complexTransform("ifftN", x, options, true);
}

/**
 * Computes the Fourier transform of real numbers along any number of axes: of the last of them as
 * `rfft`. Options and errors are those of `fftN`.
 *
 * @example
 * rfftN(tensor([[1, 2], [3, 4]])).real.arraySync(); // => [[10, -2], [-4, 0]]
 */
export function rfftN(x: Tensor, options: FourierAxesOptions = {}): Complex {
  return realTransform("rfftN", x, options);
}

/**
 * Computes the inverse of `rfftN`. Give `sizes` if the last one was odd. Options and errors are those
 * of `fftN`.
 *
 * @example
 * irfftN(rfftN(tensor([[1, 2], [3, 4]]))).arraySync(); // => [[1, 2], [3, 4]]
 */
export function irfftN(x: Tensor | Complex, options: FourierAxesOptions = {}): Tensor {
  return realInverse("irfftN", x, options);
}

function complexTransform(
  operation: string,
  x: Tensor | Complex,
  options: FourierAxesOptions,
  isInverse: boolean,
  count?: number,
): Complex {
  const given = checked(operation, options, count);
  const parts = partsOf(operation, x);
  const axes = transformAxes(operation, parts.real, given);
  return complexAlong(parts, axes, given.norm, isInverse);
}

function realTransform(
  operation: string,
  x: Tensor,
  options: FourierAxesOptions,
  count?: number,
): Complex {
  const given = checked(operation, options, count);
  const real = realOf(operation, x);
  const axes = atLeastOne(operation, transformAxes(operation, real, given));
  return realAlong(real, axes, given.norm);
}

function realInverse(
  operation: string,
  x: Tensor | Complex,
  options: FourierAxesOptions,
  count?: number,
): Tensor {
  const given = checked(operation, options, count);
  const parts = partsOf(operation, x);
  const axes = atLeastOne(operation, transformAxes(operation, parts.real, given, true));
  return realBackAlong(parts, axes, given.norm);
}

/** The options, with the last `count` axes if none are named. */
function checked(
  operation: string,
  options: FourierAxesOptions,
  count?: number,
): FourierAxesOptions {
  checkFourierAxes(operation, options);
  if (count === undefined) return options;
  const { axes = [-2, -1] } = options;
  if (axes.length === count) return { ...options, axes };
  throw new NablaError(`${operation}: axes are [${axes.join(", ")}], expected ${count} axes`);
}

function atLeastOne<Axis>(operation: string, axes: readonly Axis[]): readonly Axis[] {
  if (axes.length > 0) return axes;
  throw new NablaError(`${operation}: there are no axes, expected one at least`);
}
