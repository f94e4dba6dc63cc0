// The exponential of a matrix, by a quotient of polynomials (Padé, degree 13) of the matrix divided by
// 2^s, squared s times: N. J. Higham, "The scaling and squaring method for the matrix exponential
// revisited", 2005.
import { factorLu, solveLu } from "./lu.ts";
import type { Matrix } from "./matrix.ts";

/** The largest 1-norm for which the quotient is accurate to float64's rounding. */
const largestNorm = 5.371920351148152;

const coefficients: readonly number[] = [
  64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000,
  10559470521600, 670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
];

/** e^a of a square `a`; all NaN if an element is not finite. */
export function exponential({ data: output }: Matrix, a: Matrix): void {
  const n = a.rows;
  const norm = columnNorm(a);
  if (!Number.isFinite(norm)) {
    output.fill(Number.NaN);
    return;
  }
  const squarings = norm > largestNorm ? Math.ceil(Math.log2(norm / largestNorm)) : 0;
  for (let i = 0; i < n * n; i++) a.data[i] = a.data[i]! / 2 ** squarings;
  let result = quotient(a.data, n);
  for (let i = 0; i < squarings; i++) result = product(result, result, n);
  output.set(result);
}

/** The largest sum of absolute values in a column. */
function columnNorm({ data, rows: n }: Matrix): number {
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
