/**
 * Fourier transforms, windows and spectrograms of tensors, with gradients.
 *
 * @module @nabla/signal
 */

// Complex numbers

export type { Complex } from "./complex.ts";
export { complex, conjugate, magnitude, multiply, phase, squaredMagnitude } from "./complex.ts";

// Transforms

export type { Precision } from "./constants.ts";
export type { CosineOptions } from "./cosine-transform.ts";
export { dct, idct } from "./cosine-transform.ts";
export { fft, ifft, irfft, rfft } from "./fourier.ts";
export {
  fft2,
  fftN,
  ifft2,
  ifftN,
  irfft2,
  irfftN,
  rfft2,
  rfftN,
} from "./fourier-axes.ts";
export type { FourierAxesOptions, FourierOptions, Norm } from "./fourier-options.ts";
export type { FrequencyOptions } from "./frequencies.ts";
export { fftFreq, fftShift, ifftShift, rfftFreq } from "./frequencies.ts";

// Convolution

export type { ConvolutionOptions } from "./convolution.ts";
export { fftConvolve } from "./convolution.ts";

// Frames of a signal

export type {
  DecibelOptions,
  MelFilterOptions,
  MelOptions,
  MelScale,
  MelSpectrogramOptions,
} from "./mel.ts";
export { decibels, hertzToMel, melFilters, melSpectrogram, melToHertz, mfcc } from "./mel.ts";
export type { FrameOptions, IstftOptions, StftOptions } from "./stft.ts";
export { istft, spectrogram, stft } from "./stft.ts";
export type { WindowName, WindowOptions } from "./windows.ts";
export { window } from "./windows.ts";
