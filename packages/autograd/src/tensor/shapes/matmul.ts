// The shape of a matrix product as a type: [...batch, m, k] x [...batch, k, n] is [...batch, m, n].
// A vector is a row on the left and a column on the right, and its axis is dropped from the result.
import type { BroadcastKnown } from "./broadcast.ts";
import type {
  FormatDimension,
  FormatShape,
  RankUnknown,
  SameDimension,
  Shape,
} from "./dimension.ts";

/** The product's shape; `never` if the operands do not fit. */
export type Matmul<A extends Shape, B extends Shape> = true extends RankUnknown<A> | RankUnknown<B>
  ? Shape
  : A extends readonly [infer K]
    ? VectorTimes<K, B>
    : A extends readonly [...infer BatchA extends Shape, infer Rows extends number, infer K]
      ? B extends readonly [infer K2]
        ? SameDimension<K, K2> extends true
          ? [...BatchA, Rows]
          : never
        : B extends readonly [...infer BatchB extends Shape, infer K2, infer Columns extends number]
          ? SameDimension<K, K2> extends true
            ? WithBatch<BroadcastKnown<BatchA, BatchB>, Rows, Columns>
            : never
          : never
      : never;

type VectorTimes<K, B extends Shape> = B extends readonly [infer K2]
  ? SameDimension<K, K2> extends true
    ? []
    : never
  : B extends readonly [...infer Batch extends Shape, infer K2, infer Columns extends number]
    ? SameDimension<K, K2> extends true
      ? [...Batch, Columns]
      : never
    : never;

type WithBatch<Batch extends Shape, Rows extends number, Columns extends number> = [Batch] extends [
  never,
]
  ? never
  : [...Batch, Rows, Columns];

/** `matmul: [100, 784] x [128, 10]: inner dimensions 784 and 128 differ` */
export type MatmulCheck<
  A extends Shape,
  B extends Shape,
  Fits,
  Operation extends string = "matmul",
> = [Matmul<A, B>] extends [never]
  ? `${Operation}: ${FormatShape<A>} x ${FormatShape<B>}: ${Reason<A, B>}`
  : Fits;

type Reason<A extends Shape, B extends Shape> = [] extends A | B
  ? "both operands need at least 1 axis"
  : SameDimension<InnerOfLeft<A>, InnerOfRight<B>> extends true
    ? `batch dimensions ${FormatShape<Batch<A>>} and ${FormatShape<Batch<B>>} do not broadcast`
    : `inner dimensions ${FormatDimension<InnerOfLeft<A>>} and ${FormatDimension<InnerOfRight<B>>} differ`;

/** The size that a product sums over, in its left operand. */
export type InnerOfLeft<A extends Shape> = A extends readonly [...unknown[], infer K] ? K : never;

/** The same in the right operand: the second-to-last axis, or the only one. */
export type InnerOfRight<B extends Shape> = B extends readonly [infer K]
  ? K
  : B extends readonly [...unknown[], infer K, unknown]
    ? K
    : never;

type Batch<S extends Shape> = S extends readonly [...infer Front extends Shape, unknown, unknown]
  ? Front
  : [];
