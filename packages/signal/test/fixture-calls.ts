// What fixtures call, by its public name: complex numbers go in and come out as two tensors.
import type { Tensor } from "@nabla/autograd";
import * as signal from "@nabla/signal";
import type { Call } from "../../../fixtures/cases.ts";

type Options = Readonly<Record<string, unknown>>;

const partsOf = ({ real, imaginary }: signal.Complex): Tensor[] => [real, imaginary];
const complexOf = ([real, imaginary]: readonly Tensor[]): signal.Complex => {
  return { real: real!, imaginary: imaginary! };
};

const toComplex = (f: (x: signal.Complex, options: Options) => signal.Complex): Call => {
  return (inputs, options) => partsOf(f(complexOf(inputs), options));
};
const toReal = (f: (x: signal.Complex, options: Options) => Tensor): Call => {
  return (inputs, options) => f(complexOf(inputs), options);
};
const ofReal = (f: (x: Tensor, options: Options) => signal.Complex): Call => {
  return ([x], options) => partsOf(f(x!, options));
};
const real = (f: (x: Tensor, options: Options) => Tensor): Call => {
  return ([x], options) => f(x!, options);
};

export const calls: Readonly<Record<string, Call>> = {
  fft: toComplex(signal.fft),
  ifft: toComplex(signal.ifft),
  rfft: ofReal(signal.rfft),
  irfft: toReal(signal.irfft),
  fft2: toComplex(signal.fft2),
  ifft2: toComplex(signal.ifft2),
  rfft2: ofReal(signal.rfft2),
  irfft2: toReal(signal.irfft2),
  fftN: toComplex(signal.fftN),
  ifftN: toComplex(signal.ifftN),
  rfftN: ofReal(signal.rfftN),
  irfftN: toReal(signal.irfftN),
  dct: real(signal.dct),
  idct: real(signal.idct),
  fftConvolve: ([x, y], options) => signal.fftConvolve(x!, y!, options),
  fftFreq: (_, { n, ...options }) => signal.fftFreq(n as number, options),
  rfftFreq: (_, { n, ...options }) => signal.rfftFreq(n as number, options),
  fftShift: real((x, { axes }) => signal.fftShift(x, axes as number[])),
  ifftShift: real((x, { axes }) => signal.ifftShift(x, axes as number[])),
  window: (_, { name, n, ...options }) =>
    signal.window(name as signal.WindowName, n as number, options),
  stft: ofReal((x, { fftSize, ...options }) => signal.stft(x, fftSize as number, options)),
  istft: toReal((z, { fftSize, ...options }) => signal.istft(z, fftSize as number, options)),
  melFilters: (_, { sampleRate, fftSize, ...options }) =>
    signal.melFilters(sampleRate as number, fftSize as number, options),
};
