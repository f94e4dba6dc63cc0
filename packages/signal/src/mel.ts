// Spectra on scales of pitch, with the conventions of librosa.
import {
  formatShape,
  matmul,
  NablaError,
  ShapeError,
  type Tensor,
  tensor,
  where,
} from "@nabla/autograd";
import {
  checkKind,
  checkOptions,
  count,
  type Kinds,
  notNegative,
  oneOf,
  positive,
} from "@nabla/autograd/checks";
import { realOf } from "./along-axes.ts";
import { checkElements, precision } from "./checks.ts";
import type { Precision } from "./constants.ts";
import { dct } from "./cosine-transform.ts";
import { type StftOptions, spectrogram, spectrogramKinds } from "./stft.ts";

/**
 * "slaney": linear below 1,000 Hz, logarithmic above (M. Slaney, "Auditory toolbox", 1998); "htk":
 * 2595 log10(1 + f / 700) (S. Young et al., "The HTK book", 2006).
 */
export type MelScale = "slaney" | "htk";

export interface MelOptions {
  /** How many filters. Default: 128. */
  readonly mels?: number | undefined;
  /** The lowest frequency, in Hz. Default: 0. */
  readonly low?: number | undefined;
  /** The highest frequency, in Hz. Default: half the sample rate. */
  readonly high?: number | undefined;
  /** Default: "slaney". */
  readonly scale?: MelScale | undefined;
  /** "slaney": filters of equal area; "none": of height 1. Default: "slaney". */
  readonly filterNorm?: "slaney" | "none" | undefined;
}

export interface MelFilterOptions extends MelOptions {
  /** Default: "float32". */
  readonly dtype?: Precision | undefined;
}

export interface MelSpectrogramOptions extends MelOptions, StftOptions {
  /** Of which power of the magnitude. Default: 2. */
  readonly power?: 1 | 2 | undefined;
}

const melKinds: Kinds<Omit<MelFilterOptions, "dtype">> = {
  mels: count,
  low: notNegative,
  high: positive,
  scale: oneOf("slaney", "htk"),
  filterNorm: oneOf("slaney", "none"),
};

/** Hz to mel and back. */
const scales: Readonly<
  Record<MelScale, { to: (hertz: number) => number; from: (mel: number) => number }>
> = {
  htk: {
    to: (hertz) => 2595 * Math.log10(1 + hertz / 700),
    from: (mel) => 700 * (10 ** (mel / 2595) - 1),
  },
  slaney: {
    to: (hertz) =>
      hertz < 1000 ? (3 * hertz) / 200 : 15 + Math.log(hertz / 1000) * (27 / Math.log(6.4)),
    from: (mel) =>
      mel < 15 ? (200 * mel) / 3 : 1000 * Math.exp((Math.log(6.4) / 27) * (mel - 15)),
  },
};

/**
 * Converts frequencies in Hz to mel, for numbers. Throws `NablaError` for negative ones.
 *
 * @example
 * hertzToMel(1000); // => 15
 * hertzToMel(700, "htk").toFixed(2); // => "781.17"
 */
export function hertzToMel(hertz: number, scale: MelScale = "slaney"): number {
  checkKind("hertzToMel", "hertz", hertz, notNegative);
  checkKind("hertzToMel", "scale", scale, melKinds.scale);
  return scales[scale].to(hertz);
}

/**
 * Converts mel to frequencies in Hz, for numbers. Throws `NablaError` for negative ones.
 *
 * @example
 * melToHertz(15); // => 1000
 */
export function melToHertz(mel: number, scale: MelScale = "slaney"): number {
  checkKind("melToHertz", "mel", mel, notNegative);
  checkKind("melToHertz", "scale", scale, melKinds.scale);
  return scales[scale].from(mel);
}

/**
 * Makes triangular filters `[mels, ⌊fftSize / 2⌋ + 1]`, evenly spaced on the mel scale: what a power
 * spectrum is multiplied by. The same as `librosa.filters.mel`. Throws `NablaError` for wrong options,
 * and if `low` is not below `high`, or that above half the sample rate.
 *
 * @example
 * melFilters(8000, 16, { mels: 4 }).shape; // => [4, 9]
 */
export function melFilters(
  sampleRate: number,
  fftSize: number,
  options: MelFilterOptions = {},
): Tensor<[number, number]> {
  checkOptions("melFilters", options, { ...melKinds, dtype: precision });
  return filters("melFilters", sampleRate, fftSize, options);
}

/**
 * Computes power spectra of a signal `[..., length]` on the mel scale: `[..., mels, frames]`, by
 * `spectrogram` and `melFilters`, whose options and errors it has.
 *
 * @example
 * melSpectrogram(ones([2, 4000]), 8000, 512, { mels: 40 }).shape; // => [2, 40, 32]
 */
export function melSpectrogram(
  x: Tensor,
  sampleRate: number,
  fftSize: number,
  options: MelSpectrogramOptions = {},
): Tensor {
  const name = "melSpectrogram";
  checkOptions(name, options, { ...spectrogramKinds, ...melKinds });
  const { mels, low, high, scale, filterNorm, ...others } = options;
  const given = { mels, low, high, scale, filterNorm };
  const spectra = spectrogram(x, fftSize, others);
  const dtype = spectra.dtype === "float64" ? "float64" : "float32";
  return matmul(filters(name, sampleRate, fftSize, { ...given, dtype }), spectra);
}

export interface DecibelOptions {
  /** What is 0 dB. Default: 1. */
  readonly reference?: number | undefined;
  /** Powers below this are taken for it. Default: 1e-10. */
  readonly least?: number | undefined;
  /** Values more than this many dB below the maximum are raised to that level. Default: no limit. */
  readonly range?: number | undefined;
}

/**
 * Converts powers to decibels, 10 log10(x / reference), as `librosa.power_to_db` (whose `top_db` is
 * `range`, with a default there of 80). Throws `NablaError` for wrong options.
 *
 * @example
 * decibels(tensor([1, 100, 0])).arraySync(); // => [0, 20, -100]
 */
export function decibels(x: Tensor, options: DecibelOptions = {}): Tensor {
  checkOptions("decibels", options, { reference: positive, least: positive, range: notNegative });
  const { reference = 1, least = 1e-10, range } = options;
  const scale = 10 / Math.LN10;
  const power = realOf("decibels", x);
  const level = logOf(power, least)
    .mul(scale)
    .sub(scale * Math.log(Math.max(least, reference)));
  if (range === undefined || level.size === 0) return level;
  return level.maximum(level.max().sub(range));
}

/** log(x), of `least` for what is below it, also where that is 0 in float32. */
function logOf(x: Tensor, least: number): Tensor {
  if (x.dtype === "float64" || Math.fround(least) > 0) return x.maximum(least).log();
  const isBelow = x.lessEqual(0);
  return where(isBelow, Math.log(least), where(isBelow, 1, x).log());
}

/**
 * Computes mel-frequency cepstral coefficients `[..., count, frames]` of mel spectra `[..., mels,
 * frames]` in decibels or other logarithms: the first coefficients of an orthogonal cosine transform
 * (S. Davis and P. Mermelstein, "Comparison of parametric representations for monosyllabic word
 * recognition", 1980). Throws `ShapeError` if there are fewer mels, or fewer than two axes.
 *
 * @example
 * const mel = melSpectrogram(ones([4000]), 8000, 512, { mels: 40 });
 * mfcc(decibels(mel), 13).shape; // => [13, 32]
 */
export function mfcc(logMel: Tensor, coefficients: number = 20): Tensor {
  checkKind("mfcc", "coefficients", coefficients, count);
  const given = realOf("mfcc", logMel);
  if (given.rank < 2 || given.shape.at(-2)! < coefficients) {
    const expected = `expected [..., mels, frames] with ${coefficients} mels or more`;
    throw new ShapeError(`mfcc: got ${formatShape(given.shape)}, ${expected}`);
  }
  return dct(given, { axis: -2, norm: "ortho" }).slice(given.rank - 2, 0, coefficients);
}

function filters(
  operation: string,
  sampleRate: number,
  fftSize: number,
  options: MelFilterOptions,
): Tensor<[number, number]> {
  checkKind(operation, "sampleRate", sampleRate, positive);
  checkKind(operation, "fftSize", fftSize, count);
  const { mels = 128, low = 0, high = sampleRate / 2, dtype = "float32" } = options;
  const { scale = "slaney", filterNorm = "slaney" } = options;
  if (!(low < high && high <= sampleRate / 2)) {
    const expected = `expected low < high <= ${sampleRate / 2}, half the sample rate`;
    throw new NablaError(`${operation}: low is ${low}, high ${high} Hz, ${expected}`);
  }
  const bins = Math.floor(fftSize / 2) + 1;
  checkElements(operation, [mels, bins]);
  const { to, from } = scales[scale];
  const step = (to(high) - to(low)) / (mels + 1);
  const edges = Array.from({ length: mels + 2 }, (_, i) => from(to(low) + i * step));
  const values = new Float64Array(mels * bins);
  for (let m = 0; m < mels; m++) {
    const [left, middle, right] = edges.slice(m, m + 3) as [number, number, number];
    // Closer than float64 tells apart: no frequency lies between.
    if (left >= middle || middle >= right) continue;
    const height = filterNorm === "slaney" ? 2 / (right - left) : 1;
    for (let k = 0; k < bins; k++) {
      const f = (k * sampleRate) / fftSize;
      const triangle = Math.min((f - left) / (middle - left), (right - f) / (right - middle));
      values[m * bins + k] = height * Math.max(0, triangle);
    }
  }
  return tensor(values, { shape: [mels, bins], dtype });
}
