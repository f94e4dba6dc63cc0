// Short-time Fourier transforms, with the layout and options of PyTorch's `stft` and `istft`.
import { ensure, formatShape, NablaError, ShapeError, Tensor, tensor } from "@nabla/autograd";
import {
  checkKind,
  checkOptions,
  count,
  describe,
  flag,
  type Kinds,
  oneOf,
} from "@nabla/autograd/checks";
import { realAlong, realBackAlong, realOf } from "./along-axes.ts";
import { precisionOf } from "./checks.ts";
import { type Complex, magnitude, partsOf, squaredMagnitude } from "./complex.ts";
import { sized } from "./fourier-options.ts";
import { framed, overlapped } from "./frames.ts";
import { type WindowName, windowValues } from "./windows.ts";

export interface FrameOptions {
  /** Elements from one frame to the next. Default: ⌊fftSize / 4⌋. */
  readonly hopLength?: number | undefined;
  /** The window's size; zeros around it make up `fftSize`. Default: the window's, or `fftSize`. */
  readonly windowLength?: number | undefined;
  /** The window: its name, or a tensor [windowLength]. Default: "hann", periodic. */
  readonly window?: WindowName | Tensor | undefined;
  /** Whether frame t is centred at t · hopLength, by padding at both ends. Default: true. */
  readonly center?: boolean | undefined;
  /** Whether transforms are scaled by 1/√fftSize. Default: false. */
  readonly normalized?: boolean | undefined;
}

export interface StftOptions extends FrameOptions {
  /** With `center`: how both ends are padded. Default: "reflect". */
  readonly padMode?: "reflect" | "constant" | "edge" | "wrap" | "symmetric" | undefined;
}

export interface IstftOptions extends FrameOptions {
  /** The length of the signal. Default: as far as frames go, without what `center` has padded. */
  readonly length?: number | undefined;
}

const frameKinds: Kinds<FrameOptions> = {
  hopLength: count,
  windowLength: count,
  window: [(x) => typeof x === "string" || x instanceof Tensor, "a window's name or a tensor"],
  center: flag,
  normalized: flag,
};

const stftKinds: Kinds<StftOptions> = {
  ...frameKinds,
  padMode: oneOf("reflect", "constant", "edge", "wrap", "symmetric"),
};

/** What `spectrogram` takes, and with it `melSpectrogram`. */
export const spectrogramKinds: Kinds<StftOptions & { readonly power?: 1 | 2 | undefined }> = {
  ...stftKinds,
  power: [(p) => p === 1 || p === 2, "1 or 2"],
};

/**
 * Computes the spectra of overlapping frames of a signal `[..., length]`, each times a window:
 * complex numbers `[..., ⌊fftSize / 2⌋ + 1, frames]`, as `torch.stft` with `onesided`. With `center`
 * there are 1 + ⌊length / hopLength⌋ frames. Unlike PyTorch's, the window is "hann" by default.
 *
 * Throws `ShapeError` if the signal is shorter than a frame, or too short to be padded by
 * reflection, or if the window is too long or not one axis; `NablaError` for wrong options.
 *
 * @example
 * const tone = arange(0, 64).mul((2 * Math.PI) / 8).cos(); // a period of 8 samples
 * const spectra = stft(tone, 16);
 * spectra.real.shape; // => [9, 17]
 * magnitude(spectra).argMax(0).slice(0, 1, 4).arraySync(); // => [2, 2, 2]
 */
export function stft(x: Tensor, fftSize: number, options: StftOptions = {}): Complex {
  return spectra("stft", x, fftSize, options);
}

/**
 * Computes |stft|, to a power: `[..., ⌊fftSize / 2⌋ + 1, frames]`; the squares are power spectra.
 * Options and errors are those of `stft`, and `power`: 1 or 2 (default).
 *
 * @example
 * spectrogram(ones([32]), 8, { window: "boxcar" }).at(0).slice(0, 0, 2).arraySync(); // => [64, 64]
 */
export function spectrogram(
  x: Tensor,
  fftSize: number,
  options: StftOptions & { readonly power?: 1 | 2 | undefined } = {},
): Tensor {
  checkOptions("spectrogram", options, spectrogramKinds);
  const { power = 2, ...others } = options;
  const found = spectra("spectrogram", x, fftSize, others);
  return power === 2 ? squaredMagnitude(found) : magnitude(found);
}

/**
 * Computes the signal of `stft`: frames back from spectra `[..., ⌊fftSize / 2⌋ + 1, frames]`, times
 * the window, added up and divided by the sum of the windows' squares (D. W. Griffin and J. S. Lim,
 * "Signal estimation from modified short-time Fourier transform", 1984). The options are those that
 * `stft` was given, and `length`.
 *
 * Throws `ShapeError` for other shapes and, when the graph runs, `NablaError` if the windows leave an
 * element out, so that it could not be known.
 *
 * @example
 * const x = tensor([1, 2, 3, 4, 5, 6, 7, 8]);
 * istft(stft(x, 4), 4).arraySync(); // => [1, 2, 3, 4, 5, 6, 7, 8]
 */
export function istft(z: Complex, fftSize: number, options: IstftOptions = {}): Tensor {
  checkKind("istft", "fftSize", fftSize, count);
  checkOptions("istft", options, { ...frameKinds, length: count });
  const { center = true, normalized = false, length } = options;
  const { real, imaginary } = partsOf("istft", z);
  if (imaginary === undefined)
    throw new NablaError("istft: got a tensor, expected { real, imaginary }");
  const bins = Math.floor(fftSize / 2) + 1;
  if (real.rank < 2 || real.shape.at(-2) !== bins || real.shape.at(-1) === 0) {
    const expected = `expected [..., ${bins}, frames]`;
    throw new ShapeError(`istft: spectra are ${formatShape(real.shape)}, ${expected}`);
  }
  const { hop, weights } = frameOf("istft", fftSize, options, real);
  const spectrum = { real: real.transpose(), imaginary: imaginary.transpose() };
  const axes = [{ axis: real.rank - 1, size: fftSize }];
  const frames = realBackAlong(spectrum, axes, normalized ? "ortho" : "backward").mul(weights);
  const windows = weights.square().broadcastTo([real.shape.at(-1)!, fftSize]);
  const whole = (real.shape.at(-1)! - 1) * hop + fftSize;
  const from = center ? Math.floor(fftSize / 2) : 0;
  const to = length === undefined ? whole - from : Math.min(whole, from + length);
  const cut = (y: Tensor): Tensor => y.slice(y.rank - 1, from, to);
  const total = cut(overlapped(windows, hop));
  const signal = cut(overlapped(frames, hop)).div(known(total));
  if (length === undefined || from + length <= whole) return signal;
  return sized(signal, signal.rank - 1, length);
}

function spectra(operation: string, x: Tensor, fftSize: number, options: StftOptions): Complex {
  checkKind(operation, "fftSize", fftSize, count);
  checkOptions(operation, options, stftKinds);
  const { center = true, normalized = false, padMode = "reflect" } = options;
  const signal = realOf(operation, x);
  if (signal.rank === 0)
    throw new ShapeError(`${operation}: [] is no signal, expected [..., length]`);
  const { hop, weights } = frameOf(operation, fftSize, options, signal);
  const half = Math.floor(fftSize / 2);
  const padded = center ? paddedBy(operation, signal, half, padMode) : signal;
  const length = padded.shape.at(-1)!;
  if (length < fftSize) {
    const given = `${formatShape(x.shape)} has ${length} elements${center ? " with padding" : ""}`;
    throw new ShapeError(`${operation}: ${given}, expected ${fftSize}, a frame, or more`);
  }
  const frames = framed(padded, fftSize, hop).mul(weights);
  const axes = [{ axis: frames.rank - 1, size: fftSize }];
  const { real, imaginary } = realAlong(frames, axes, normalized ? "ortho" : "backward");
  return { real: real.transpose(), imaginary: imaginary.transpose() };
}

function paddedBy(
  operation: string,
  x: Tensor,
  width: number,
  mode: NonNullable<StftOptions["padMode"]>,
): Tensor {
  const length = x.shape.at(-1)!;
  const least = mode === "reflect" ? width + 1 : mode === "constant" ? 1 : width;
  if (length < Math.max(1, least)) {
    const given = `${formatShape(x.shape)} has ${length} elements`;
    const expected = `expected ${Math.max(1, least)} or more to pad ${width} by "${mode}"`;
    throw new ShapeError(`${operation}: ${given}, ${expected}`);
  }
  const widths = x.shape.map((_, i): [number, number] =>
    i === x.rank - 1 ? [width, width] : [0, 0],
  );
  return mode === "constant" ? x.pad(widths) : x.pad(widths, mode);
}

/** The distance of frames, and the window with zeros around it. */
function frameOf(
  operation: string,
  fftSize: number,
  { hopLength, windowLength, window = "hann" }: FrameOptions,
  like: Tensor,
): { readonly hop: number; readonly weights: Tensor } {
  const hop = hopLength ?? Math.max(1, Math.floor(fftSize / 4));
  const dtype = precisionOf(like);
  const length = windowLength ?? (window instanceof Tensor ? window.size : fftSize);
  if (length > fftSize) {
    throw new ShapeError(`${operation}: the window has ${length} elements, fftSize is ${fftSize}`);
  }
  if (window instanceof Tensor && (window.rank !== 1 || window.size !== length)) {
    const given = `the window is ${describe(window)}`;
    throw new ShapeError(`${operation}: ${given}, expected [${length}]`);
  }
  const before = Math.floor((fftSize - length) / 2);
  const around: [number, number][] = [[before, fftSize - length - before]];
  const own: Tensor =
    window instanceof Tensor
      ? window.cast(dtype)
      : tensor(windowValues(operation, window, length), { dtype });
  return { hop, weights: own.pad(around) };
}

/** The sum of the windows' squares, checked when the graph runs. */
function known(total: Tensor): Tensor {
  const message =
    "istft: the windows leave out an element, expected the sum of their squares to be above 1e-11 " +
    "everywhere: a smaller hopLength, or center: true";
  return ensure(total, total.greater(1e-11).all(), message);
}
