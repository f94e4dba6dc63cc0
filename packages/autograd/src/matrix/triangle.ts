// Triangular systems of equations, solved by substitution.
// G. H. Golub, C. F. Van Loan, "Matrix Computations", 4th edition, 2013, section 3.1.
import type { Matrix } from "./matrix.ts";

/** A triangle of a matrix. */
export interface Triangle {
  /** Below the diagonal, or above; the other half is not read. */
  readonly lower: boolean;
  /** Whether to transpose the triangle. */
  readonly transpose: boolean;
  /** Whether the diagonal is 1, and not read. */
  readonly unitDiagonal: boolean;
}

/** Solves `triangle x = b` by substitution; a 0 on the diagonal gives what dividing by 0 does. */
export function solveTriangle(
  { lower, transpose, unitDiagonal }: Triangle,
  { data: x, columns }: Matrix,
  { data: triangle, rows: n }: Matrix,
  { data: b }: Matrix,
): void {
  const [rowStep, columnStep] = transpose ? [1, n] : [n, 1];
  const isForward = lower !== transpose;
  x.set(b);
  for (let step = 0; step < n; step++) {
    const i = isForward ? step : n - 1 - step;
    const [from, to] = isForward ? [0, i] : [i + 1, n];
    for (let j = from; j < to; j++) {
      const factor = triangle[i * rowStep + j * columnStep]!;
      subtractRow(x, i * columns, factor, j * columns, columns);
    }
    if (unitDiagonal) continue;
    const pivot = triangle[i * n + i]!;
    for (let c = i * columns; c < (i + 1) * columns; c++) x[c] = x[c]! / pivot;
  }
}

/** Subtracts `factor` times row `from` from row `to`. */
export function subtractRow(
  x: Float64Array,
  to: number,
  factor: number,
  from: number,
  count: number,
): void {
  for (let c = 0; c < count; c++) x[to + c] = x[to + c]! - factor * x[from + c]!;
}
