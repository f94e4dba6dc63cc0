// Systems of equations that a triangular matrix stands for, solved by substitution.
// G. H. Golub, C. F. Van Loan, "Matrix Computations", 4th edition, 2013, section 3.1.
import type { Matrix } from "./matrix.ts";

/** Which triangle of a matrix is meant, and how. */
export interface Triangle {
  /** Below the diagonal, or above; the other one is not read. */
  readonly lower: boolean;
  /** The triangle's transpose is meant. */
  readonly transpose: boolean;
  /** The diagonal is 1, and not read. */
  readonly unitDiagonal: boolean;
}

/** x with `triangle x = b`, by substitution; where the diagonal is 0, what dividing by 0 gives. */
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

/** Takes `factor` times the row at `from` off the row at `to`. */
export function subtractRow(
  x: Float64Array,
  to: number,
  factor: number,
  from: number,
  count: number,
): void {
  for (let c = 0; c < count; c++) x[to + c] = x[to + c]! - factor * x[from + c]!;
}
