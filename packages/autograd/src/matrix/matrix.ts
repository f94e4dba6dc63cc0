// Dense matrices of numbers, for sequential algorithms. These compute in float64, whatever the
// tensor's dtype.

/** Elements in row-major order. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** Fills `output`, which is zeros, from the inputs, which are copies that it may overwrite. */
export type MatrixFunction = (output: Matrix, ...inputs: Matrix[]) => void;

/**
 * The Euclidean length of `count` elements, `step` apart from `start` on. Scaled by the largest:
 * squares of elements beyond 1e±154 overflow or underflow.
 */
export function lengthOf(data: Float64Array, start: number, step: number, count: number): number {
  let largest = 0;
  for (let i = 0; i < count; i++) largest = Math.max(largest, Math.abs(data[start + i * step]!));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += (data[start + i * step]! / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/**
 * A power of 2 that scales the largest element to [1, 2); 1 for zeros; NaN if one is not finite.
 */
export function scaleOf({ data }: Matrix): number {
  let largest = 0;
  for (const x of data) largest = Math.max(largest, Math.abs(x));
  if (largest === 0) return 1;
  if (!Number.isFinite(largest)) return Number.NaN;
  // 2^1023 is the largest power.
  return 2 ** Math.min(1023, -Math.floor(Math.log2(largest)));
}
