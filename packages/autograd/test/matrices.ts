// What tests of linear algebra compare with: matrices as plain numbers, and loops over them.
import { type DType, random, type Tensor, tensor } from "@nabla/autograd";
import fc from "fast-check";

/** Row by row. */
export type Rows = readonly (readonly number[])[];

/** The matrices of a tensor, one after the other. */
export function matricesOf(x: Tensor): readonly Rows[] {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const data = [...x.dataSync()];
  const count = x.shape.slice(0, -2).reduce((product, size) => product * size, 1);
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: rows }, (_, r) => {
      const from = (i * rows + r) * columns;
      return data.slice(from, from + columns);
    }),
  );
}

export function times(a: Rows, b: Rows): Rows {
  const columns = b[0]?.length ?? 0;
  return a.map((row) =>
    Array.from({ length: columns }, (_, c) =>
      row.reduce((sum, x, k) => sum + x * (b[k]?.[c] ?? 0), 0),
    ),
  );
}

export function turned(a: Rows, columns: number = a[0]?.length ?? 0): Rows {
  return Array.from({ length: columns }, (_, c) => a.map((row) => row[c]!));
}

export function identityOf(n: number): Rows {
  return Array.from({ length: n }, (_, r) => Array.from({ length: n }, (_, c) => +(r === c)));
}

/** The square root of the sum of squares. */
export function normOf(a: Rows): number {
  return Math.hypot(...a.flat());
}

/** Of a - b, element by element. NaN if their sizes differ. */
export function distance(a: Rows, b: Rows): number {
  if (a.length !== b.length || a.some((row, r) => row.length !== b[r]!.length)) return Number.NaN;
  return normOf(a.map((row, r) => row.map((x, c) => x - b[r]![c]!)));
}

/** The distance between 1 and the next number. */
export const spacingOf = (dtype: DType): number => (dtype === "float32" ? 2 ** -23 : 2 ** -52);

export interface Drawn {
  readonly batch: readonly number[];
  readonly m: number;
  readonly n: number;
  readonly dtype: "float32" | "float64";
  /** Of the rows, from the first to the last: they get smaller by this power of 10. */
  readonly decay: number;
  readonly seed: number;
}

/** What matrices to draw, empty and ill-conditioned ones among them. */
export const drawn: fc.Arbitrary<Drawn> = fc.record({
  batch: fc.constantFrom([], [2], [0], [2, 1]),
  m: fc.integer({ min: 0, max: 9 }),
  n: fc.integer({ min: 0, max: 9 }),
  dtype: fc.constantFrom("float64", "float32"),
  decay: fc.constantFrom(0, 0, 3, 12),
  seed: fc.nat(1000),
});

/** Normal numbers, in rows that get smaller. */
export function matrices({ batch, m, n, dtype, decay, seed }: Drawn): Tensor {
  const scales = Array.from({ length: m }, (_, r) => [10 ** ((-decay * r) / Math.max(1, m - 1))]);
  const scale = tensor(Float64Array.from(scales.flat()), { shape: [m, 1] });
  return random
    .normal([...batch, m, n], { seed, dtype: "float64" })
    .mul(scale as never)
    .cast(dtype)
    .realize();
}
