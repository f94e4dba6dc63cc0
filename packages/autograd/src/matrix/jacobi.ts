// Jacobi rotations: rotate in one plane after another until a matrix is diagonal (eigenvalues) or
// its columns are orthogonal (singular values). Slower than reducing to tridiagonal or bidiagonal
// form first, but short, and as accurate as the input: J. Demmel, K. Veselić, "Jacobi's method is
// more accurate than QR", 1992. G. H. Golub, C. F. Van Loan, "Matrix Computations", 4th edition,
// 2013, sections 8.5 and 8.6.3.
import { lengthOf, type Matrix, scaleOf } from "./matrix.ts";

/** A bound on sweeps over all planes; they converge quadratically, in six to ten. */
const mostSweeps = 60;

/** Cosine and sine of the smaller rotation that makes [[a, c], [c, b]] diagonal. */
function rotation(a: number, b: number, c: number): readonly [cosine: number, sine: number] {
  const cotangent = (b - a) / (2 * c);
  const tangent = Math.sign(cotangent || 1) / (Math.abs(cotangent) + Math.hypot(1, cotangent));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  return [cosine, tangent * cosine];
}

/** Rotates two vectors of `count` elements, `step` apart. */
function rotate(
  x: Float64Array,
  p: number,
  q: number,
  step: number,
  count: number,
  cosine: number,
  sine: number,
): void {
  for (let i = 0; i < count; i++) {
    const [from, to] = [p + i * step, q + i * step];
    const [a, b] = [x[from]!, x[to]!];
    x[from] = cosine * a - sine * b;
    x[to] = sine * a + cosine * b;
  }
}

/**
 * Factors a symmetric `a` [n, n], reading its lower triangle: the eigenvalues in ascending order,
 * and in n rows below them the eigenvectors as columns, the largest component of each positive. All
 * NaN if an element of `a` is not finite.
 */
export function factorSymmetric({ data: output }: Matrix, a: Matrix): void {
  const { data, rows: n } = a;
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) data[j * n + i] = data[i * n + j]!;
  const scale = scaleOf(a);
  if (Number.isNaN(scale)) {
    output.fill(Number.NaN);
    return;
  }
  for (let i = 0; i < n * n; i++) data[i] = data[i]! * scale;
  // Row i becomes eigenvector i.
  const vectors = identity(n);
  for (let sweep = 0; sweep < mostSweeps && sweepPlanes(data, vectors, n); sweep++);
  const values = Float64Array.from({ length: n }, (_, i) => data[i * n + i]! / scale);
  const order = [...values.keys()].sort((i, j) => values[i]! - values[j]!);
  order.forEach((from, k) => {
    output[k] = values[from]!;
    const vector = row(vectors, from, n);
    const sign = signOfLargest(vector);
    for (let i = 0; i < n; i++) output[(1 + i) * n + k] = sign * vector[i]!;
  });
}

/** Does one sweep; returns whether it rotated anything. */
function sweepPlanes(a: Float64Array, vectors: Float64Array, n: number): boolean {
  let hasRotated = false;
  for (let p = 0; p < n; p++) {
    for (let q = p + 1; q < n; q++) {
      const [first, second, between] = [a[p * n + p]!, a[q * n + q]!, a[p * n + q]!];
      const least = Number.EPSILON * Math.sqrt(Math.abs(first)) * Math.sqrt(Math.abs(second));
      if (Math.abs(between) <= least) continue;
      hasRotated = true;
      const [cosine, sine] = rotation(first, second, between);
      rotate(a, p * n, q * n, 1, n, cosine, sine);
      rotate(a, p, q, n, n, cosine, sine);
      rotate(vectors, p * n, q * n, 1, n, cosine, sine);
      // 0 by construction; rounding would leave a residue.
      a[p * n + q] = 0;
      a[q * n + p] = 0;
    }
  }
  return hasRotated;
}

/**
 * Factors `a` [m, n] with k = min(m, n): the rows of U [m, k], the singular values [1, k] in
 * descending order, the rows of V [n, k]. The largest component of each column of U is positive.
 * All NaN if an element of `a` is not finite.
 */
export function factorSingular({ data: output }: Matrix, a: Matrix): void {
  const { data, rows: m, columns: n } = a;
  const scale = scaleOf(a);
  if (Number.isNaN(scale)) {
    output.fill(Number.NaN);
    return;
  }
  // Row j of `columns` is column j of the matrix, or of its transpose if that has fewer columns.
  const [long, short] = m >= n ? [m, n] : [n, m];
  const [step, next] = m >= n ? [n, 1] : [1, n];
  const columns = new Float64Array(short * long);
  for (let j = 0; j < short; j++) {
    for (let i = 0; i < long; i++) columns[j * long + i] = data[i * step + j * next]! * scale;
  }
  const turns = identity(short);
  for (let sweep = 0; sweep < mostSweeps && sweepColumns(columns, turns, long, short); sweep++);
  const lengths = Float64Array.from({ length: short }, (_, j) =>
    lengthOf(columns, j * long, 1, long),
  );
  const order = [...lengths.keys()].sort((i, j) => lengths[j]! - lengths[i]!);
  const unit = new Float64Array(short * long);
  order.forEach((from, j) => {
    const length = lengths[from]!;
    for (let i = 0; i < long; i++) unit[j * long + i] = columns[from * long + i]! / (length || 1);
    // Squares of smaller lengths underflow, and no rotation has made it orthogonal to the others.
    if (length < 2 ** -500 && !makeOrthogonal(unit, j, long)) addOrthogonal(unit, j, long);
  });
  // The long side belongs to U in a tall matrix.
  const [u, v] = m >= n ? [0, (m + 1) * short] : [(m + 1) * short, 0];
  order.forEach((from, j) => {
    output[m * short + j] = lengths[from]! / scale;
    const [ofLong, ofShort] = [row(unit, j, long), row(turns, from, short)];
    const sign = signOfLargest(m >= n ? ofLong : ofShort);
    for (let i = 0; i < long; i++) output[u + i * short + j] = sign * ofLong[i]!;
    for (let i = 0; i < short; i++) output[v + i * short + j] = sign * ofShort[i]!;
  });
}

/**
 * Does one sweep over pairs of columns; returns whether two were not orthogonal within rounding.
 */
function sweepColumns(
  columns: Float64Array,
  turns: Float64Array,
  long: number,
  short: number,
): boolean {
  const tolerance = Number.EPSILON * Math.sqrt(long);
  let hasRotated = false;
  for (let p = 0; p < short; p++) {
    for (let q = p + 1; q < short; q++) {
      const first = product(columns, p, p, long);
      const second = product(columns, q, q, long);
      const between = product(columns, p, q, long);
      if (!(Math.abs(between) > tolerance * Math.sqrt(first) * Math.sqrt(second))) continue;
      hasRotated = true;
      const [cosine, sine] = rotation(first, second, between);
      rotate(columns, p * long, q * long, 1, long, cosine, sine);
      rotate(turns, p * short, q * short, 1, short, cosine, sine);
    }
  }
  return hasRotated;
}

/** The scalar product of two rows of `x`. */
function product(x: Float64Array, p: number, q: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += x[p * count + i]! * x[q * count + i]!;
  return sum;
}

/** Makes row `j` of `unit` a unit vector orthogonal to the rows before it. */
function addOrthogonal(unit: Float64Array, j: number, count: number): void {
  const added = row(unit, j, count);
  for (let axis = 0; axis < count; axis++) {
    added.fill(0);
    added[axis] = 1;
    if (makeOrthogonal(unit, j, count)) return;
  }
}

/**
 * Projects row `j` of `unit` off the rows before it, and normalizes it. Returns false if too little
 * is left.
 */
function makeOrthogonal(unit: Float64Array, j: number, count: number): boolean {
  const one = row(unit, j, count);
  // Twice is enough: L. Giraud, J. Langou, M. Rozložník, 2005.
  for (let time = 0; time < 2; time++) {
    for (let other = 0; other < j; other++) {
      const along = product(unit, other, j, count);
      for (let i = 0; i < count; i++) one[i] = one[i]! - along * unit[other * count + i]!;
    }
  }
  const length = lengthOf(one, 0, 1, count);
  // The axes' squared lengths sum to count - j, so one has at least their mean.
  if (length * length < (count - j) / (2 * count)) return false;
  for (let i = 0; i < count; i++) one[i] = one[i]! / length;
  return true;
}

function row(x: Float64Array, i: number, count: number): Float64Array {
  return x.subarray(i * count, (i + 1) * count);
}

/** -1 if the largest component, or the first of those equally large up to rounding, is negative. */
function signOfLargest(vector: Float64Array): number {
  let largest = 0;
  for (const x of vector) largest = Math.max(largest, Math.abs(x));
  const first = vector.find((x) => Math.abs(x) >= largest * (1 - 2 ** -20));
  return first !== undefined && first < 0 ? -1 : 1;
}

/** The identity matrix [n, n]. */
function identity(n: number): Float64Array {
  const rows = new Float64Array(n * n);
  for (let i = 0; i < n; i++) rows[i * n + i] = 1;
  return rows;
}
