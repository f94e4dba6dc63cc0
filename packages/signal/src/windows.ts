// Windows, computed on the host in float64. F. J. Harris, "On the use of windows for harmonic analysis
// with the discrete Fourier transform", 1978; names and definitions are SciPy's.
import { NablaError, type Tensor, tensor } from "@nabla/autograd";
import {
  checkKind,
  checkOptions,
  count,
  describe,
  flag,
  notNegative,
  positive,
} from "@nabla/autograd/checks";
import { checkElements, precision } from "./checks.ts";
import type { Precision } from "./constants.ts";

/** The names of windows without a shape of their own to choose, and of those with one. */
export type WindowName =
  | "bartlett"
  | "blackman"
  | "blackmanHarris"
  | "bohman"
  | "boxcar"
  | "cosine"
  | "flatTop"
  | "gaussian"
  | "hamming"
  | "hann"
  | "kaiser"
  | "nuttall"
  | "parzen"
  | "triangular"
  | "tukey";

export interface WindowOptions {
  /**
   * Whether the last element mirrors the first one, as for filters. Default: false, one period of a
   * periodic window, as for spectra.
   */
  readonly symmetric?: boolean | undefined;
  /** Of "kaiser", needed: the larger, the wider the main lobe and the lower the others. */
  readonly beta?: number | undefined;
  /** Of "gaussian", needed: the standard deviation, in elements. */
  readonly deviation?: number | undefined;
  /** Of "tukey": the share of it that is not flat, from 0 to 1. Default: 0.5. */
  readonly alpha?: number | undefined;
  /** Default: "float32". */
  readonly dtype?: Precision | undefined;
}

/** Of u from 0 to 1 along the window, `size` elements of it, its value. */
type Formula = (u: number, size: number, options: WindowOptions) => number;

/** A sum of cosines with alternating signs. */
function cosines(...factors: readonly number[]): Formula {
  return (u) =>
    factors.reduce((sum, factor, k) => sum + (-1) ** k * factor * Math.cos(2 * Math.PI * k * u), 0);
}

const formulas: Readonly<Record<WindowName, Formula>> = {
  bartlett: (u) => 1 - Math.abs(2 * u - 1),
  blackman: cosines(0.42, 0.5, 0.08),
  blackmanHarris: cosines(0.35875, 0.48829, 0.14128, 0.01168),
  bohman(u) {
    const x = Math.abs(2 * u - 1);
    return x === 1 ? 0 : (1 - x) * Math.cos(Math.PI * x) + Math.sin(Math.PI * x) / Math.PI;
  },
  boxcar: () => 1,
  cosine: (u, size) => Math.sin((Math.PI * (u * (size - 1) + 0.5)) / size),
  flatTop: cosines(0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368),
  gaussian: (u, size, { deviation }) =>
    Math.exp(-0.5 * (((u - 0.5) * (size - 1)) / deviation!) ** 2),
  hamming: cosines(0.54, 0.46),
  hann: cosines(0.5, 0.5),
  kaiser(u, _, { beta }) {
    const x = beta! * Math.sqrt(Math.max(0, 1 - (2 * u - 1) ** 2));
    if (beta! <= mostBessel) return besselI0(x) / besselI0(beta!);
    return Math.exp(x - beta!) * (scaledBesselI0(x) / scaledBesselI0(beta!));
  },
  nuttall: cosines(0.3635819, 0.4891775, 0.1365995, 0.0106411),
  parzen(u, size) {
    const x = Math.abs(2 * u - 1) * ((size - 1) / size);
    return x <= (size - 1) / size / 2 ? 1 - 6 * x ** 2 * (1 - x) : 2 * (1 - x) ** 3;
  },
  triangular(u, size) {
    const n = Math.min(u, 1 - u) * (size - 1) + 1;
    return size % 2 === 0 ? (2 * n - 1) / size : (2 * n) / (size + 1);
  },
  tukey(u, _, { alpha = 0.5 }) {
    const x = Math.min(u, 1 - u);
    return 2 * x >= alpha ? 1 : 0.5 * (1 - Math.cos((2 * Math.PI * x) / alpha));
  },
};

/** The options that a window has, and whether they are needed. */
const shapes: Readonly<
  Partial<Record<WindowName, readonly ["beta" | "deviation" | "alpha", boolean]>>
> = {
  kaiser: ["beta", true],
  gaussian: ["deviation", true],
  tukey: ["alpha", false],
};

/**
 * Makes a window of `n` elements by its name, as SciPy's `get_window`: "hann", "hamming", "blackman",
 * "blackmanHarris", "nuttall", "flatTop", "bartlett", "triangular", "cosine", "bohman", "parzen",
 * "boxcar", "tukey", "kaiser" with `beta`, "gaussian" with `deviation`. Throws `NablaError` for other
 * names, sizes and options, and if an option is missing.
 *
 * @example
 * window("hann", 4).arraySync(); // => [0, 0.5, 1, 0.5]
 * window("hann", 3, { symmetric: true }).arraySync(); // => [0, 1, 0]
 */
export function window(name: WindowName, n: number, options: WindowOptions = {}): Tensor<[number]> {
  return tensor(windowValues("window", name, n, options), { dtype: options.dtype ?? "float32" });
}

/** The elements of a window. */
export function windowValues(
  operation: string,
  name: WindowName,
  n: number,
  options: WindowOptions = {},
): Float64Array {
  if (!Object.hasOwn(formulas, name)) {
    const expected = Object.keys(formulas).join(", ");
    throw new NablaError(
      `${operation}: there is no window ${describe(name)}, expected one of ${expected}`,
    );
  }
  checkKind(operation, "n", n, count);
  checkElements(operation, [n]);
  checkOptions(operation, options, {
    symmetric: flag,
    beta: notNegative,
    deviation: positive,
    alpha: [(x) => typeof x === "number" && x >= 0 && x <= 1, "a number from 0 to 1"],
    dtype: precision,
  });
  const [own, isNeeded] = shapes[name] ?? [];
  if (own && isNeeded && options[own] === undefined) {
    throw new NablaError(`${operation}: ${own} is missing, which "${name}" needs`);
  }
  for (const other of ["beta", "deviation", "alpha"] as const) {
    if (other === own || options[other] === undefined) continue;
    throw new NablaError(`${operation}: ${other} is given, which "${name}" does not have`);
  }
  if (n === 1) return Float64Array.of(1);
  const size = options.symmetric ? n : n + 1;
  const formula = formulas[name];
  return Float64Array.from({ length: n }, (_, k) => formula(k / (size - 1), size, options));
}

/** Up to this I0 is far from overflow, which is at 713. */
const mostBessel = 600;

/** exp(-x) I0(x): beyond `mostBessel` by the asymptotic series (Abramowitz and Stegun, 1964, 9.7.1). */
function scaledBesselI0(x: number): number {
  if (x <= mostBessel) return Math.exp(-x) * besselI0(x);
  let [sum, term] = [1, 1];
  for (let k = 1; term > 1e-17; k++) {
    term *= (2 * k - 1) ** 2 / (8 * k * x);
    sum += term;
  }
  return sum / Math.sqrt(2 * Math.PI * x);
}

/** The modified Bessel function of order 0, by its power series: all terms are positive. */
function besselI0(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
