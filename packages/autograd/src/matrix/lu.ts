// Gaussian elimination: P A = L U, and solutions, determinants and cofactors from the factors.
// G. H. Golub, C. F. Van Loan, "Matrix Computations", 4th edition, 2013, section 3.4.
import type { Matrix } from "./matrix.ts";
import { solveTriangle, subtractRow } from "./triangle.ts";

/**
 * Factors a square `a` with partial pivoting: both triangles in one matrix, without the unit
 * diagonal, and in one more row the row of `a` that each row comes from. A column without a pivot is
 * left alone; its diagonal element is 0.
 */
export function factorLu({ data: factors }: Matrix, a: Matrix): void {
  const order = eliminate(a);
  factors.set(a.data);
  factors.set(order, a.data.length);
}

/** The same of any `a` [m, n]: the triangles, and the order of the rows in one more column. */
export function factorRectangle({ data: output, columns }: Matrix, a: Matrix): void {
  const order = eliminate(a);
  for (let i = 0; i < a.rows; i++) {
    output.set(a.data.subarray(i * a.columns, (i + 1) * a.columns), i * columns);
    output[i * columns + a.columns] = order[i]!;
  }
}

/** Puts the triangles in place of `a`; returns the row that each row comes from. */
function eliminate({ data: a, rows: m, columns: n }: Matrix): Float64Array {
  const order = Float64Array.from({ length: m }, (_, i) => i);
  for (let k = 0; k < Math.min(m, n); k++) {
    const best = pivotRow(a, m, n, k);
    if (best !== k) {
      for (let c = 0; c < n; c++) exchange(a, k * n + c, best * n + c);
      exchange(order, k, best);
    }
    const pivot = a[k * n + k]!;
    if (pivot === 0) continue;
    for (let i = k + 1; i < m; i++) {
      const factor = a[i * n + k]! / pivot;
      a[i * n + k] = factor;
      subtractRow(a, i * n + k + 1, factor, k * n + k + 1, n - k - 1);
    }
  }
  return order;
}

/** The row from `k` on with the largest element in column `k`. */
function pivotRow(a: Float64Array, m: number, n: number, k: number): number {
  let best = k;
  for (let i = k + 1; i < m; i++) {
    if (Math.abs(a[i * n + k]!) > Math.abs(a[best * n + k]!)) best = i;
  }
  return best;
}

function exchange(x: Float64Array, i: number, j: number): void {
  [x[i], x[j]] = [x[j]!, x[i]!];
}

/** Solves `a x = b`, or with the transpose of `a`. All NaN if `a` is singular: a pivot is 0. */
export function solveLu(transpose: boolean, x: Matrix, factors: Matrix, b: Matrix): void {
  const n = factors.columns;
  const { columns } = x;
  const triangles: Matrix = { ...factors, rows: n };
  for (let i = 0; i < n; i++) {
    if (factors.data[i * n + i] !== 0) continue;
    x.data.fill(Number.NaN);
    return;
  }
  const order = factors.data.subarray(n * n);
  const between: Matrix = { ...x, data: new Float64Array(n * columns) };
  const row = (of: Matrix, i: number) => of.data.subarray(i * columns, (i + 1) * columns);
  const lower = { lower: true, transpose, unitDiagonal: true };
  const upper = { lower: false, transpose, unitDiagonal: false };
  if (transpose) {
    solveTriangle(upper, between, triangles, b);
    solveTriangle(lower, b, triangles, between);
    for (let i = 0; i < n; i++) row(x, order[i]!).set(row(b, i));
    return;
  }
  for (let i = 0; i < n; i++) row(x, i).set(row(b, order[i]!));
  solveTriangle(lower, between, triangles, x);
  solveTriangle(upper, x, triangles, between);
}

/** The product of the pivots, with the sign of the row exchanges. */
export function determinantLu({ data: output }: Matrix, factors: Matrix): void {
  const n = factors.columns;
  let product = signOfOrder(factors.data.subarray(n * n));
  for (let i = 0; i < n; i++) product *= factors.data[i * n + i]!;
  output[0] = product;
}

/** The sign of the determinant and the logarithm of its absolute value; 0 and -infinity for 0. */
export function signAndLogarithmLu({ data: output }: Matrix, factors: Matrix): void {
  const n = factors.columns;
  let [sign, logarithm] = [signOfOrder(factors.data.subarray(n * n)), 0];
  for (let i = 0; i < n; i++) {
    const pivot = factors.data[i * n + i]!;
    sign *= Math.sign(pivot);
    logarithm += Math.log(Math.abs(pivot));
  }
  output.set([sign, logarithm]);
}

/** The sign of a permutation: each cycle of even length changes it. */
function signOfOrder(order: Float64Array): number {
  const seen = new Uint8Array(order.length);
  let sign = 1;
  for (let start = 0; start < order.length; start++) {
    let length = 0;
    for (let i = start; seen[i] === 0; i = order[i]!) {
      seen[i] = 1;
      length++;
    }
    if (length > 0 && length % 2 === 0) sign = -sign;
  }
  return sign;
}

/**
 * The cofactors: the determinant times the transposed inverse. Finite for a singular matrix too: a
 * pivot of 0 is replaced by one as small as rounding could leave there, and the product of
 * determinant and inverse, from the same triangles, is as accurate as that.
 */
export function cofactorsLu(output: Matrix, factors: Matrix): void {
  const n = factors.columns;
  const { data } = factors;
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(data[i * n + i]!));
  const least = largest === 0 ? Number.EPSILON ** 4 : largest * Number.EPSILON;
  for (let i = 0; i < n; i++) if (data[i * n + i] === 0) data[i * n + i] = least;
  const identity: Matrix = { rows: n, columns: n, data: new Float64Array(n * n) };
  for (let i = 0; i < n; i++) identity.data[i * n + i] = 1;
  solveLu(true, output, factors, identity);
  const determinant: Matrix = { rows: 1, columns: 1, data: new Float64Array(1) };
  determinantLu(determinant, factors);
  for (let i = 0; i < n * n; i++) output.data[i] = output.data[i]! * determinant.data[0]!;
}
