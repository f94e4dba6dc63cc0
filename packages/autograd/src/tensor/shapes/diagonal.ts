// Diagonals of matrices as types: diagonal, diag, trace, tril, triu.
import type { Add, IsLess, Subtract } from "./arithmetic.ts";
import type { Axis, Reduce } from "./axes.ts";
import type { FormatShape, IsKnown, RankUnknown, Shape } from "./dimension.ts";

/** Two axes, which are those of the matrices. */
export type AxisPair = readonly [rows: number, columns: number];

/** The length of a diagonal. */
type DiagonalLength<
  Rows extends number,
  Columns extends number,
  Offset extends number,
> = number extends Offset
  ? number
  : `${Offset}` extends `-${infer Below extends number}`
    ? Least<Subtract<Rows, Below>, Columns>
    : Least<Rows, Subtract<Columns, Offset>>;

/** The smaller of two sizes. */
export type Least<A extends number, B extends number> = { is: A } extends { is: B }
  ? A
  : IsKnown<A> extends true
    ? IsKnown<B> extends true
      ? IsLess<A, B> extends true
        ? A
        : B
      : number
    : number;

/** Without both axes, and with the diagonal as the last axis. */
export type Diagonal<S extends Shape, Offset extends number, A extends AxisPair> =
  RankUnknown<S> extends true
    ? Shape
    : number extends Axis<S, A[0]> | Axis<S, A[1]>
      ? Shape
      : Reduce<S, A, false> extends infer Rest extends Shape
        ? [...Rest, DiagonalLength<S[Axis<S, A[0]>], S[Axis<S, A[1]>], Offset>]
        : never;

/** The sums of the diagonals. */
export type Trace<S extends Shape, A extends AxisPair> =
  RankUnknown<S> extends true ? Shape : Reduce<S, A, false>;

/** A matrix for a vector, a vector for a matrix; else `never`. */
export type Diag<S extends Shape, Offset extends number> =
  RankUnknown<S> extends true
    ? Shape
    : S extends readonly [infer Size extends number]
      ? [Widened<Size, Offset>, Widened<Size, Offset>]
      : S extends readonly [infer Rows extends number, infer Columns extends number]
        ? [DiagonalLength<Rows, Columns, Offset>]
        : never;

type Widened<Size extends number, Offset extends number> = number extends Offset
  ? number
  : `${Offset}` extends `-${infer Below extends number}`
    ? Add<Size, Below>
    : Add<Size, Offset>;

/** `diag: expects 1 or 2 axes, got [2, 3, 4]` */
export type DiagCheck<S extends Shape, Fits> = [Diag<S, 0>] extends [never]
  ? `diag: expects 1 or 2 axes, got ${FormatShape<S>}`
  : Fits;

/** `tril: expects at least 2 axes, got [3]` */
export type MatrixCheck<Operation extends string, S extends Shape, Fits> =
  RankUnknown<S> extends true
    ? Fits
    : S extends readonly [unknown, unknown, ...unknown[]]
      ? Fits
      : `${Operation}: expects at least 2 axes, got ${FormatShape<S>}`;
