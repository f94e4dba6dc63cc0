// Which elements along one axis make each element of a resized one, and by what weights.

/** For each new element as many old ones, `count`, row by row. */
export interface Taps {
  readonly count: number;
  readonly indices: Int32Array;
  /** Undefined for copies. */
  readonly weights: Float64Array | undefined;
}

export type Method = "nearest" | "nearestExact" | "bilinear" | "bicubic";

/** How positions of the result are positions of the image. */
export interface TapOptions {
  readonly method: Method;
  readonly alignCorners: boolean;
  readonly antialias: boolean;
}

/** The taps from `size` elements to `wanted` ones. */
export function tapsOf(
  size: number,
  wanted: number,
  { method, alignCorners, antialias }: TapOptions,
): Taps {
  if (method === "nearest" || method === "nearestExact") {
    const center = method === "nearest" ? 0 : 0.5;
    const indices = Int32Array.from({ length: wanted }, (_, i) => {
      // One division: with the ratio of sizes rounded first, some positions miss their element.
      return Math.min(Math.floor(((i + center) * size) / wanted), size - 1);
    });
    return { count: 1, indices, weights: undefined };
  }
  if (antialias) return filtered(size, wanted, method);
  const position = (i: number): number => {
    if (alignCorners) return wanted === 1 ? 0 : (i * (size - 1)) / (wanted - 1);
    return ((i + 0.5) * size) / wanted - 0.5;
  };
  return method === "bilinear"
    ? linear(size, wanted, (i) => Math.max(position(i), 0))
    : cubic(size, wanted, position);
}

function linear(size: number, wanted: number, position: (i: number) => number): Taps {
  const indices = new Int32Array(2 * wanted);
  const weights = new Float64Array(2 * wanted);
  for (let i = 0; i < wanted; i++) {
    const at = position(i);
    const first = Math.min(Math.floor(at), size - 1);
    indices.set([first, Math.min(first + 1, size - 1)], 2 * i);
    weights.set([1 - (at - first), at - first], 2 * i);
  }
  return { count: 2, indices, weights };
}

function cubic(size: number, wanted: number, position: (i: number) => number): Taps {
  const indices = new Int32Array(4 * wanted);
  const weights = new Float64Array(4 * wanted);
  for (let i = 0; i < wanted; i++) {
    const at = position(i);
    const first = Math.floor(at);
    for (let k = 0; k < 4; k++) {
      const neighbour = first - 1 + k;
      indices[4 * i + k] = Math.min(Math.max(neighbour, 0), size - 1);
      weights[4 * i + k] = cubicKernel(at - neighbour, -0.75);
    }
  }
  return { count: 4, indices, weights };
}

/**
 * The convolution kernel of R. Keys, "Cubic convolution interpolation for digital image processing",
 * 1981, equation 15, with any slope `a` at 1.
 */
export function cubicKernel(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return ((x - 5) * x + 8) * a * x - 4 * a;
  return 0;
}

/** As Pillow reduces images: the kernel is stretched by the ratio of sizes, its weights sum to 1. */
function filtered(size: number, wanted: number, method: "bilinear" | "bicubic"): Taps {
  const scale = size / wanted;
  const stretch = Math.max(scale, 1);
  const [radius, kernel] =
    method === "bilinear"
      ? [1, (x: number) => Math.max(1 - Math.abs(x), 0)]
      : [2, (x: number) => cubicKernel(x, -0.5)];
  const support = radius * stretch;
  const windows = Array.from({ length: wanted }, (_, i) => {
    const center = (i + 0.5) * scale;
    const from = Math.max(Math.trunc(center - support + 0.5), 0);
    const to = Math.min(Math.trunc(center + support + 0.5), size);
    const weights = Array.from({ length: to - from }, (__, k) =>
      kernel((from + k - center + 0.5) / stretch),
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { from, weights: weights.map((weight) => weight / total) };
  });
  const count = Math.max(...windows.map(({ weights }) => weights.length));
  const indices = new Int32Array(count * wanted);
  const all = new Float64Array(count * wanted);
  for (const [i, { from, weights }] of windows.entries()) {
    // Shorter windows, at borders, repeat their last element with weight 0.
    for (let k = 0; k < count; k++) {
      indices[count * i + k] = from + Math.min(k, weights.length - 1);
      all[count * i + k] = weights[k] ?? 0;
    }
  }
  return { count, indices, weights: all };
}
