// The derivative of cofactors by their matrix, of any rank: by singular values, of which only
// products are taken. With A = U S Vᵀ the determinant is det(U) det(V) times that of S + Uᵀ dA V,
// whose terms of second order are M[i][i] M[j][j] - M[i][j] M[j][i] times all other singular
// values.
import { factorSingular } from "./jacobi.ts";
import { determinantLu, factorLu } from "./lu.ts";
import type { Matrix } from "./matrix.ts";

/** The gradient of <g, C> by `a`, where C are the cofactors of `a`. It is linear in g. */
export function cofactorsGradient({ data: output }: Matrix, a: Matrix, g: Matrix): void {
  const n = a.rows;
  const all: Matrix = { rows: 2 * n + 1, columns: n, data: new Float64Array((2 * n + 1) * n) };
  factorSingular(all, a);
  const u = all.data.subarray(0, n * n);
  const values = all.data.subarray(n * n, n * n + n);
  const v = all.data.subarray(n * n + n);
  const sign = determinantOf(u, n) * determinantOf(v, n);
  const along = product(transposed(u, n), product(g.data, v, n), n);
  const inner = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (i === j) continue;
      const others = sign * productWithout(values, i, j);
      inner[j * n + j] = inner[j * n + j]! + others * along[i * n + i]!;
      inner[j * n + i] = -others * along[i * n + j]!;
    }
  }
  output.set(product(u, product(inner, transposed(v, n), n), n));
}

/** The product of all values except two. */
function productWithout(values: Float64Array, i: number, j: number): number {
  let result = 1;
  for (let k = 0; k < values.length; k++) if (k !== i && k !== j) result *= values[k]!;
  return result;
}

function determinantOf(x: Float64Array, n: number): number {
  const factors: Matrix = { rows: n + 1, columns: n, data: new Float64Array((n + 1) * n) };
  factorLu(factors, { rows: n, columns: n, data: x.slice() });
  const result: Matrix = { rows: 1, columns: 1, data: new Float64Array(1) };
  determinantLu(result, factors);
  return result.data[0]!;
}

function product(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      for (let j = 0; j < n; j++) {
        result[i * n + j] = result[i * n + j]! + a[i * n + k]! * b[k * n + j]!;
      }
    }
  }
  return result;
}

function transposed(x: Float64Array, n: number): Float64Array {
  return Float64Array.from(x, (_, i) => x[(i % n) * n + Math.floor(i / n)]!);
}
