// Householder reflections: a matrix as one with orthonormal columns times an upper triangle.
// G. H. Golub, C. F. Van Loan, "Matrix Computations", 4th edition, 2013, section 5.2. Signs follow
// LAPACK's dgeqrf: a reflection turns its column against the sign of its first element.
import { lengthOf, type Matrix } from "./matrix.ts";

/**
 * Factors `a` [m, n] with k = min(m, n): Q [m, k], and in k rows below it R [k, n]. Where a row of
 * Q is shorter than one of R, the rest is 0. All NaN if an element of `a` is not finite.
 */
export function factorQr({ data: output }: Matrix, { data: a, rows: m, columns: n }: Matrix): void {
  if (!a.every(Number.isFinite)) {
    output.fill(Number.NaN);
    return;
  }
  const k = Math.min(m, n);
  const factors = Float64Array.from({ length: k }, (_, i) => reflectColumn(a, m, n, i));
  const r = output.subarray(m * n);
  for (let i = 0; i < k; i++) r.set(a.subarray(i * n + i, (i + 1) * n), i * n + i);
  // Q: all reflections, applied to the first columns of the identity.
  for (let i = 0; i < k; i++) output[i * n + i] = 1;
  for (let i = k - 1; i >= 0; i--) reflect(output, a, m, n, i, factors[i]!, i);
}

/**
 * Reflects column `k` onto its first element, and the columns after it too: I - t v vᵀ with v = 1
 * in row k and, below it, what is left in `a`. Returns t.
 */
function reflectColumn(a: Float64Array, m: number, n: number, k: number): number {
  const first = a[k * n + k]!;
  const below = lengthOf(a, (k + 1) * n + k, n, m - k - 1);
  if (below === 0) return 0;
  const target = -Math.sign(first || 1) * lengthOf(Float64Array.of(first, below), 0, 1, 2);
  for (let i = k + 1; i < m; i++) a[i * n + k] = a[i * n + k]! / (first - target);
  a[k * n + k] = target;
  const factor = (target - first) / target;
  reflect(a, a, m, n, k, factor, k + 1);
  return factor;
}

/** Applies the reflection that column `k` of `a` holds to the columns of `x` from `from` on. */
function reflect(
  x: Float64Array,
  a: Float64Array,
  m: number,
  n: number,
  k: number,
  factor: number,
  from: number,
): void {
  if (factor === 0) return;
  // vᵀ x, and then x - factor v vᵀ x; by rows, as they lie in memory.
  const products = x.slice(k * n, (k + 1) * n);
  for (let i = k + 1; i < m; i++) {
    const v = a[i * n + k]!;
    for (let c = from; c < n; c++) products[c] = products[c]! + v * x[i * n + c]!;
  }
  for (let i = k; i < m; i++) {
    const v = factor * (i === k ? 1 : a[i * n + k]!);
    for (let c = from; c < n; c++) x[i * n + c] = x[i * n + c]! - v * products[c]!;
  }
}
