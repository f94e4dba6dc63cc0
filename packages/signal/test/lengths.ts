// Transforms of given lengths, held against NumPy's in float64 (fixtures/families/fourier_lengths.py).
import { realize, tensor } from "@nabla/autograd";
import { fft } from "@nabla/signal";
import { type Case, decoded, readCases } from "../../../fixtures/cases.ts";

/** A unit in the last place of float32, of a number of size 1. */
const ulp = 2 ** -23;

export const lengths: readonly number[] = readCases("fourier-lengths").map(lengthOf);

/**
 * The worst error of those lengths, as a share of what is allowed: 4 log2(n) units in the last place
 * of the largest result. NumPy has eight elements of each length, which the sum by its definition
 * agrees with to 1e-13 of the largest; all elements of float32 are held against that sum.
 */
export function worstError(isAsked: (n: number) => boolean): { n: number; share: number } {
  const asked = readCases("fourier-lengths").filter((one) => isAsked(lengthOf(one)));
  const transforms = asked.map((one) => {
    const n = lengthOf(one);
    const [real, imaginary] = [signal(n, 0), signal(n, 1)];
    const found = fft({ real: tensor(real), imaginary: tensor(imaginary) });
    return { one, n, found, exact: byDefinition(real, imaginary) };
  });
  realize(...transforms.flatMap(({ found }) => [found.real, found.imaginary]));
  const errors = transforms.map(({ one, n, found, exact }) => {
    const [real, imaginary, maximum] = one.outputs.map((y) => decoded(y).dataSync());
    const largest = maximum![0]!;
    const at = one.options!.at as readonly number[];
    const allowed = 4 * Math.max(1, Math.log2(n)) * ulp * largest;
    const shares = [found.real, found.imaginary].flatMap((part, i) => {
      const numpy = i === 0 ? real! : imaginary!;
      const ofExact = at.map((k, j) => Math.abs(exact[i]![k]! - numpy[j]!) / (1e-13 * largest));
      const ofFound = Array.from(part.dataSync(), (x, k) => Math.abs(x - exact[i]![k]!) / allowed);
      return [...ofExact, ...ofFound];
    });
    return { n, share: shares.reduce((worst, x) => (x <= worst ? worst : x), 0) };
  });
  return errors.reduce((worst, one) => (one.share <= worst.share ? worst : one));
}

function lengthOf({ options }: Case): number {
  return options!.n as number;
}

/** What the fixtures transform: part k of the signal of length n. */
function signal(n: number, k: number): Float32Array {
  let state = (n + 7919 * k) % 65536;
  return Float32Array.from({ length: n }, () => {
    state = (state * 25173 + 13849) % 65536;
    return (state >> 5) / 1024 - 1;
  });
}

function byDefinition(x: Float32Array, y: Float32Array): readonly [Float64Array, Float64Array] {
  const n = x.length;
  const cosines = Float64Array.from({ length: n }, (_, i) => Math.cos((2 * Math.PI * i) / n));
  const sines = Float64Array.from({ length: n }, (_, i) => -Math.sin((2 * Math.PI * i) / n));
  const [real, imaginary] = [new Float64Array(n), new Float64Array(n)];
  for (let k = 0; k < n; k++) {
    let [a, b] = [0, 0];
    for (let i = 0, turn = 0; i < n; i++) {
      a += x[i]! * cosines[turn]! - y[i]! * sines[turn]!;
      b += x[i]! * sines[turn]! + y[i]! * cosines[turn]!;
      turn += k;
      if (turn >= n) turn -= n;
    }
    real[k] = a;
    imaginary[k] = b;
  }
  return [real, imaginary];
}
