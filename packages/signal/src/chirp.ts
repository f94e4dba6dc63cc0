// Transforms of any length as a convolution with a chirp, by transforms of a power of two (L. I.
// Bluestein, "A linear filtering approach to the computation of discrete Fourier transform", 1970).
import type { Complex } from "./complex.ts";
import { multiply, swapped } from "./complex.ts";
import { constant, type Precision } from "./constants.ts";
import { mixedRadix, type Parts } from "./mixed-radix.ts";
import { radicesOf } from "./radices.ts";
import { root } from "./roots.ts";

/** Forward, unscaled, of [batch, n, inner] along n. */
export function byChirps(x: Parts, dtype: Precision): Complex {
  const n = x.real.shape[1]!;
  const size = 2 ** Math.ceil(Math.log2(2 * n - 1));
  const radices = radicesOf(size)!;
  const part = (name: "chirp" | "spectrum", k: 0 | 1, length: number) =>
    constant(`${name} ${n} ${k}`, dtype, [length, 1], () =>
      name === "chirp" ? chirp(n)[k] : chirpSpectrum(n, size)[k],
    );
  const chirps = { real: part("chirp", 0, n), imaginary: part("chirp", 1, n) };
  const spectrum = { real: part("spectrum", 0, size), imaginary: part("spectrum", 1, size) };
  const turned = x.imaginary
    ? multiply({ real: x.real, imaginary: x.imaginary }, chirps)
    : { real: x.real.mul(chirps.real), imaginary: x.real.mul(chirps.imaginary) };
  const padding = [
    [0, 0],
    [0, size - n],
    [0, 0],
  ] as [number, number][];
  const padded = { real: turned.real.pad(padding), imaginary: turned.imaginary.pad(padding) };
  const product = multiply(mixedRadix(padded, radices, dtype), spectrum);
  const convolved = swapped(mixedRadix(swapped(product), radices, dtype));
  return multiply(
    { real: convolved.real.slice(1, 0, n), imaginary: convolved.imaginary.slice(1, 0, n) },
    chirps,
  );
}

/** exp(-πi k² / n) for k < n. */
function chirp(n: number): readonly [Float64Array, Float64Array] {
  const [real, imaginary] = [new Float64Array(n), new Float64Array(n)];
  // k² modulo 2n, by differences: k² itself would lose digits from 2^53 on.
  for (let k = 0, square = 0; k < n; square = (square + 2 * k + 1) % (2 * n), k++) {
    [real[k], imaginary[k]] = root(square, 2 * n);
  }
  return [real, imaginary];
}

/** The transform of the conjugate chirp, wrapped around `size`, and divided by `size`. */
function chirpSpectrum(n: number, size: number): readonly [Float64Array, Float64Array] {
  const [cosines, sines] = chirp(n);
  const [real, imaginary] = [new Float64Array(size), new Float64Array(size)];
  for (let k = 0; k < n; k++) {
    for (const at of [k, (size - k) % size]) {
      real[at] = cosines[k]! / size;
      imaginary[at] = -sines[k]! / size;
    }
  }
  powerOfTwo(real, imaginary);
  return [real, imaginary];
}

/** On the host, in place: J. W. Cooley and J. W. Tukey, 1965, with radix 2. */
function powerOfTwo(real: Float64Array, imaginary: Float64Array): void {
  const n = real.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    [real[i], real[j]] = [real[j]!, real[i]!];
    [imaginary[i], imaginary[j]] = [imaginary[j]!, imaginary[i]!];
  }
  for (let half = 1; half < n; half *= 2) {
    for (let k = 0; k < half; k++) {
      const [cosine, sine] = root(k, 2 * half);
      for (let a = k; a < n; a += 2 * half) {
        const b = a + half;
        const x = cosine * real[b]! - sine * imaginary[b]!;
        const y = cosine * imaginary[b]! + sine * real[b]!;
        [real[b], imaginary[b]] = [real[a]! - x, imaginary[a]! - y];
        [real[a], imaginary[a]] = [real[a]! + x, imaginary[a]! + y];
      }
    }
  }
}
