// Fourier transforms along one axis, as in NumPy's `fft` module.
import type { Shape, Tensor } from "@nabla/autograd";
import { complexAlong, realAlong, realBackAlong, realOf } from "./along-axes.ts";
import { type Complex, partsOf } from "./complex.ts";
import { checkFourier, type FourierOptions, transformAxis } from "./fourier-options.ts";

type SameSize = FourierOptions & { readonly n?: undefined };

/**
 * Computes the discrete Fourier transform X[k] = Σ x[n] exp(-2πi n k / N) along an axis, of a tensor
 * or of `{ real, imaginary }`. Shape: the input's, with `n` along the axis. Any size N takes O(N log
 * N): products by small matrices where its prime factors are at most 128, convolution with a chirp
 * (L. I. Bluestein, 1970) elsewhere. Computed in float64 for float64, in float32 for all else, where
 * the error is about 1e-7 of the result's norm.
 *
 * Throws `ShapeError` for a scalar, an axis that is not there, or nothing along it; `NablaError` for
 * wrong options.
 *
 * @example
 * const { real, imaginary } = fft(tensor([1, 2, 3, 4]));
 * real.arraySync(); // => [10, -2, -2, -2]
 * imaginary.arraySync(); // => [0, 2, 0, -2]
 */
export function fft<S extends Shape>(x: Tensor<S> | Complex<S>, options?: SameSize): Complex<S>;
export function fft(x: Tensor | Complex, options?: FourierOptions): Complex;
export function fft(x: Tensor | Complex, options: FourierOptions = {}): Complex {
  return complexTransform("fft", x, options, false);
}

/**
 * Computes the inverse of `fft`: x[n] = 1/N Σ X[k] exp(2πi n k / N). Options and errors are those of
 * `fft`.
 *
 * @example
 * const spectrum = fft(tensor([1, 2, 3, 4]));
 * ifft(spectrum).real.arraySync(); // => [1, 2, 3, 4]
 */
export function ifft<S extends Shape>(x: Tensor<S> | Complex<S>, options?: SameSize): Complex<S>;
export function ifft(x: Tensor | Complex, options?: FourierOptions): Complex;
export function ifft(x: Tensor | Complex, options: FourierOptions = {}): Complex {
  return complexTransform("ifft", x, options, true);
}

/**
 * Computes the Fourier transform of real numbers, up to the frequency N/2: the others are conjugates
 * of these. Shape: the input's, with ⌊N/2⌋ + 1 along the axis. Takes half the time of `fft` if N is
 * even. Options and errors are those of `fft`.
 *
 * @example
 * const { real, imaginary } = rfft(tensor([1, 2, 3, 4]));
 * real.arraySync(); // => [10, -2, -2]
 * imaginary.arraySync(); // => [0, 2, 0]
 */
export function rfft(x: Tensor, options: FourierOptions = {}): Complex {
  checkFourier("rfft", options);
  const given = realOf("rfft", x);
  const axis = transformAxis("rfft", given, options.axis, options.n);
  return realAlong(given, [axis], options.norm);
}

/**
 * Computes the inverse of `rfft`: real numbers, `n` along the axis. Give `n` if it was odd: by default
 * it is twice the last index. Imaginary parts at frequency 0, and at N/2 if N is even, are not read.
 * Options and errors are otherwise those of `fft`.
 *
 * @example
 * irfft(rfft(tensor([1, 2, 3, 4]))).arraySync(); // => [1, 2, 3, 4]
 * irfft(rfft(tensor([1, 2, 3])), { n: 3 }).arraySync(); // => [1, 2, 3]
 */
export function irfft(x: Tensor | Complex, options: FourierOptions = {}): Tensor {
  checkFourier("irfft", options);
  const parts = partsOf("irfft", x);
  const axis = transformAxis("irfft", parts.real, options.axis, options.n, true);
  return realBackAlong(parts, [axis], options.norm);
}

function complexTransform(
  operation: string,
  x: Tensor | Complex,
  options: FourierOptions,
  isInverse: boolean,
): Complex {
  checkFourier(operation, options);
  const parts = partsOf(operation, x);
  const axis = transformAxis(operation, parts.real, options.axis, options.n);
  return complexAlong(parts, [axis], options.norm, isInverse);
}
