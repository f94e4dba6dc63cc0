// Linear algebra as types: square matrices, systems of equations, factors.
import type { QrMode } from "../../ops/qr.ts";
import type { Least, MatrixCheck } from "./diagonal.ts";
import type { FormatShape, RankUnknown, SameDimension, Shape } from "./dimension.ts";
import type { MatmulCheck } from "./matmul.ts";

/** `inverse: expects square matrices, got [2, 3]` */
export type SquareCheck<Operation extends string, S extends Shape, Fits> =
  RankUnknown<S> extends true
    ? Fits
    : S extends readonly [...unknown[], infer Rows, infer Columns]
      ? SameDimension<Rows, Columns> extends true
        ? Fits
        : `${Operation}: expects square matrices, got ${FormatShape<S>}`
      : MatrixCheck<Operation, S, Fits>;

/** For `b` in `a x = b`: `solve: [3, 3] x [2, 1]: inner dimensions 3 and 2 differ`. */
export type SolveCheck<Operation extends string, A extends Shape, B extends Shape, Fits> =
  SquareCheck<Operation, A, true> extends true ? MatmulCheck<A, B, Fits, Operation> : Fits;

/** Replaces each matrix `[m, n]` by these sizes; k is the smaller of both. */
type Replaced<S extends Shape, Sizes extends readonly FactorSize[]> =
  RankUnknown<S> extends true
    ? Shape
    : S extends readonly [
          ...infer Front extends Shape,
          infer M extends number,
          infer N extends number,
        ]
      ? [...Front, ...{ [I in keyof Sizes]: FactorSizes<M, N>[Sizes[I]] }]
      : never;

/** Removes the axes of the matrices: one number for each. */
export type Batch<S extends Shape> = Replaced<S, []>;

/** Replaces `m` and `n` in each matrix `[m, n]`. */
export type Factor<S extends Shape, Rows extends FactorSize, Columns extends FactorSize> = Replaced<
  S,
  [Rows, Columns]
>;

/** `k`, or `n`, numbers for each matrix `[m, n]`. */
export type Spectrum<S extends Shape, Size extends FactorSize> = Replaced<S, [Size]>;

export type { QrMode };

/** [m, k], or [m, m] in mode "complete". */
export type QrQ<S extends Shape, Mode extends QrMode> = Factor<
  S,
  "m",
  Mode extends "reduced" ? "k" : "m"
>;

/** [k, n], or [m, n] in mode "complete". */
export type QrR<S extends Shape, Mode extends QrMode> = Factor<
  S,
  Mode extends "reduced" ? "k" : "m",
  "n"
>;

/** [m, k], or [m, m] of full matrices. */
export type SvdU<S extends Shape, Full extends boolean> = Factor<
  S,
  "m",
  Full extends false ? "k" : "m"
>;

/** [k, n], or [n, n] of full matrices. */
export type SvdVh<S extends Shape, Full extends boolean> = Factor<
  S,
  Full extends false ? "k" : "n",
  "n"
>;

type FactorSize = "m" | "n" | "k";

interface FactorSizes<M extends number, N extends number> {
  m: M;
  n: N;
  k: Least<M, N>;
}
