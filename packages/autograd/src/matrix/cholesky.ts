// Cholesky's factor. G. H. Golub, C. F. Van Loan, "Matrix Computations", 4th edition, 2013, section 4.2.
import type { Matrix } from "./matrix.ts";

/**
 * The lower triangle whose product with its transpose is `a`, row by row (Banachiewicz). Reads the lower
 * triangle of `a`. All NaN if `a` is not positive definite.
 */
export function cholesky({ data: l }: Matrix, { data: a, rows: n }: Matrix): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = a[i * n + j]!;
      for (let k = 0; k < j; k++) rest -= l[i * n + k]! * l[j * n + k]!;
      if (j < i) l[i * n + j] = rest / l[j * n + j]!;
      else if (rest > 0) l[i * n + i] = Math.sqrt(rest);
      else {
        l.fill(Number.NaN);
        return;
      }
    }
  }
}
