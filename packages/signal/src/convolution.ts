// Convolutions by transforms: the product of two spectra is the spectrum of a convolution.
import { formatShape, NablaError, ShapeError, type Tensor } from "@nabla/autograd";
import { checkOptions, integer, oneOf } from "@nabla/autograd/checks";
import { realAlong, realBackAlong, realOf } from "./along-axes.ts";
import { axisOf, listOf } from "./checks.ts";
import { multiply } from "./complex.ts";
import { costOf } from "./radices.ts";

export interface ConvolutionOptions {
  /**
   * "full", every element that depends on both; "same", the middle of it, of the first operand's
   * size; "valid", only what depends on no padding. Default: "full".
   */
  readonly mode?: "full" | "same" | "valid" | undefined;
  /** The axes that are convolved; others broadcast. Default: all. */
  readonly axes?: readonly number[] | undefined;
}

/**
 * Convolves two tensors of as many axes by Fourier transforms, as SciPy's `fftconvolve`: (x * y)[n] =
 * Σ x[m] y[n - m]. It takes O(N log N), and so pays for kernels of about a hundred elements and more;
 * `conv1d` and the like are faster for small ones (they correlate: flip the kernel). The error is
 * relative to the largest element of the result, not to each. Of integers, the result is float32.
 *
 * Throws `ShapeError` if numbers of axes differ, if other axes do not broadcast, or if nothing is
 * left; for "valid" one operand must be at least as large as the other along each axis.
 *
 * @example
 * fftConvolve(tensor([1, 2, 3]), tensor([0, 1, 0.5])).arraySync(); // => [0, 1, 2.5, 4, 1.5]
 */
export function fftConvolve(x: Tensor, y: Tensor, options: ConvolutionOptions = {}): Tensor {
  checkOptions("fftConvolve", options, {
    mode: oneOf("full", "same", "valid"),
    axes: listOf(integer),
  });
  const { mode = "full" } = options;
  const [a, b] = [realOf("fftConvolve", x), realOf("fftConvolve", y)];
  const both = `${formatShape(a.shape)} and ${formatShape(b.shape)}`;
  if (a.rank !== b.rank) {
    throw new ShapeError(
      `fftConvolve: ${both} have ${a.rank} and ${b.rank} axes, expected as many`,
    );
  }
  const given = options.axes ?? a.shape.map((_, i) => i);
  const axes = given.map((axis) => axisOf("fftConvolve", a.shape, axis));
  if (axes.length === 0 || new Set(axes).size < axes.length) {
    throw new NablaError(
      `fftConvolve: axes are [${given.join(", ")}], expected one or more, each once`,
    );
  }
  if (axes.some((axis) => a.shape[axis] === 0 || b.shape[axis] === 0)) {
    throw new ShapeError(`fftConvolve: ${both} have nothing along an axis to convolve`);
  }
  const isFirstLarger = axes.every((axis) => a.shape[axis]! >= b.shape[axis]!);
  const isSecondLarger = axes.every((axis) => a.shape[axis]! <= b.shape[axis]!);
  if (mode === "valid" && !isFirstLarger && !isSecondLarger) {
    throw new ShapeError(
      `fftConvolve: "valid" of ${both}, expected one to be larger along all axes`,
    );
  }
  const sizes = axes.map((axis) => {
    return { axis, size: fastSize(a.shape[axis]! + b.shape[axis]! - 1) };
  });
  const spectrum = multiply(realAlong(a, sizes, "backward"), realAlong(b, sizes, "backward"));
  const whole = realBackAlong(spectrum, sizes, "backward");
  return axes.reduce((z, axis) => {
    const [n, m] = [a.shape[axis]!, b.shape[axis]!];
    const length = mode === "full" ? n + m - 1 : mode === "same" ? n : Math.abs(n - m) + 1;
    const from = Math.floor((n + m - 1 - length) / 2);
    return z.slice(axis, from, from + length);
  }, whole);
}

/** The size from `least` on whose transform takes the least time. Powers of two are never far. */
function fastSize(least: number): number {
  let [best, bestCost] = [least, Number.POSITIVE_INFINITY];
  const most = 2 ** Math.ceil(Math.log2(least));
  for (const odd of [1, 3, 5, 9, 15]) {
    const size = odd * 2 ** Math.max(1, Math.ceil(Math.log2(least / odd)));
    const cost = costOf(size);
    if (size <= Math.max(2, most) && cost < bestCost) [best, bestCost] = [size, cost];
  }
  return best;
}
