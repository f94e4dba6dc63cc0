// The exponential of a matrix, by a quotient of polynomials (Padé, degree 13) of the matrix divided by
// 2^s, squared s times: N. J. Higham, "The scaling and squaring method for the matrix exponential
// revisited", 2005; with as few squarings as its powers allow: A. H. Al-Mohy and N. J. Higham, "A new
// scaling and squaring algorithm for the matrix exponential", 2009, section 4.
import { factorLu, solveLu } from "./lu.ts";
import type { Matrix } from "./matrix.ts";

/** The largest root of a power's 1-norm for which the quotient is accurate to float64's rounding. */
const largestRoot = 4.25;
/** The largest 1-norm whose powers, up to the fourth, do not overflow. */
const largestNorm = 1e70;
/** The first coefficient of the error's series beyond degree 13, backward: 1 / (C(26, 13) 27!). */
const firstOfError = 1 / (10400600 * 1.0888869450418352e28);

const coefficients: readonly number[] = [
  64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000,
  10559470521600, 670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
];

/** e^a of a square `a`; all NaN if an element is not finite. */
export function exponential({ data: output }: Matrix, a: Matrix): void {
  const n = a.rows;
  const norm = columnNorm(a.data, n);
  if (!Number.isFinite(norm)) {
    output.fill(Number.NaN);
    return;
  }
  const squarings = squaringsOf(a.data, n, norm);
  for (let i = 0; i < n * n; i++) a.data[i] = a.data[i]! / 2 ** squarings;
  let result = quotient(a.data, n);
  for (let i = 0; i < squarings; i++) result = product(result, result, n);
  output.set(result);
}

/**
 * How often the quotient is squared. Of a matrix far from normal the powers are smaller than those of its
 * norm; a matrix that is divided too often loses its small elements.
 */
function squaringsOf(a: Float64Array, n: number, norm: number): number {
  const needed = (root: number) =>
    root > largestRoot ? Math.ceil(Math.log2(root / largestRoot)) : 0;
  const most = needed(norm);
  if (most === 0) return 0;
  // Of a / 2^most, whose powers do not overflow.
  const scaled = a.map((x) => x / 2 ** most);
  const second = product(scaled, scaled, n);
  const fourth = product(second, second, n);
  const sixth = product(second, fourth, n);
  const rootOf = (power: Float64Array, degree: number) => columnNorm(power, n) ** (1 / degree);
  const eighth = rootOf(product(fourth, fourth, n), 8);
  const root = Math.min(
    Math.max(rootOf(sixth, 6), eighth),
    Math.max(eighth, rootOf(product(fourth, sixth, n), 10)),
  );
  const overflow = Math.max(0, Math.ceil(Math.log2(norm / largestNorm)));
  const least = Math.min(Math.max(needed(root * 2 ** most), overflow), most);
  return Math.min(least + furtherSquarings(a, n, least), most);
}

/** What rounding adds: from |a|^27, whose elements do not cancel. */
function furtherSquarings(a: Float64Array, n: number, squarings: number): number {
  const sizes = a.map((x) => Math.abs(x) / 2 ** squarings);
  const norm = columnNorm(sizes, n);
  let sums = new Float64Array(n).fill(1);
  for (let i = 0; i < 27; i++) {
    const next = new Float64Array(n);
    for (let k = 0; k < n; k++) {
      for (let j = 0; j < n; j++) next[j] = next[j]! + sums[k]! * sizes[k * n + j]!;
    }
    sums = next;
  }
  const error = (firstOfError * Math.max(...sums)) / norm;
  if (!(error > 0)) return 0;
  return Math.max(0, Math.ceil(Math.log2(error / 2 ** -53) / 26));
}

/** The largest sum of absolute values in a column. */
function columnNorm(data: Float64Array, n: number): number {
  let largest = 0;
  for (let j = 0; j < n; j++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += Math.abs(data[i * n + j]!);
    // NaN stays.
    largest = Math.max(largest, sum);
  }
  return largest;
}

/** (V - U)⁻¹ (V + U), where U has the odd powers and V the even ones. */
function quotient(a: Float64Array, n: number): Float64Array {
  const second = product(a, a, n);
  const fourth = product(second, second, n);
  const sixth = product(second, fourth, n);
  /** The terms of the even powers, from the coefficient at `from` on in steps of 2. */
  const even = (from: number): Float64Array => {
    const at = (i: number) => coefficients[from + 2 * i]!;
    const high = combined(n, 0, [at(4), second], [at(5), fourth], [at(6), sixth]);
    const low = combined(n, at(0), [at(1), second], [at(2), fourth], [at(3), sixth]);
    return combined(n, 0, [1, product(sixth, high, n)], [1, low]);
  };
  const odd = product(a, even(1), n);
  const rest = even(0);
  const square = (data: Float64Array): Matrix => ({ rows: n, columns: n, data });
  const factors: Matrix = { rows: n + 1, columns: n, data: new Float64Array(n * (n + 1)) };
  factorLu(factors, square(combined(n, 0, [1, rest], [-1, odd])));
  const result = square(new Float64Array(n * n));
  solveLu(false, result, factors, square(combined(n, 0, [1, rest], [1, odd])));
  return result.data;
}

/** A multiple of the identity, plus multiples of matrices. */
function combined(
  n: number,
  ofIdentity: number,
  ...parts: readonly (readonly [factor: number, x: Float64Array])[]
): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) result[i * n + i] = ofIdentity;
  for (const [factor, x] of parts) {
    for (let i = 0; i < n * n; i++) result[i] = result[i]! + factor * x[i]!;
  }
  return result;
}

function product(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const factor = a[i * n + k]!;
      for (let j = 0; j < n; j++) {
        result[i * n + j] = result[i * n + j]! + factor * b[k * n + j]!;
      }
    }
  }
  return result;
}
