// Axes as types: normalization, and the shapes of operations that remove, move or add axes. An axis
// is a literal (negative: from the end), or `number`, which leaves the result's rank unknown.
import type {
  FormatDimension,
  FormatShape,
  IsAny,
  IsKnown,
  RankUnknown,
  SameDimension,
  Shape,
} from "./dimension.ts";

export type { Axes } from "../../graph/shape.ts";

/** `[2, 1, 0]` for three axes: entry i is axis -1 - i, counted from the front. */
type IndicesFromEnd<
  S extends Shape,
  Seen extends unknown[] = [],
  Done extends number[] = [],
> = S extends readonly [unknown, ...infer Rest extends Shape]
  ? IndicesFromEnd<Rest, [...Seen, 0], [Seen["length"] & number, ...Done]>
  : Done;

/** The axis counted from the front; `never` if out of range, `number` if not known. */
export type Axis<S extends Shape, A extends number> = number extends A
  ? number
  : `${A}` extends `-${infer FromEnd extends number}`
    ? [never, ...IndicesFromEnd<S>][FromEnd] extends infer Index extends number
      ? Index
      : never
    : `${A}` extends keyof S
      ? A
      : never;

/** The size of an axis; `number` if it is not known which one. */
export type SizeAt<S extends Shape, A extends number> =
  Axis<S, A> extends infer Index extends number
    ? number extends Index
      ? number
      : S[Index]
    : never;

/** Replaces every axis whose index is in `Index` by the sizes `With`. */
export type ReplaceAt<
  S extends Shape,
  Index extends number,
  With extends Shape,
  Seen extends unknown[] = [],
  Done extends number[] = [],
> = S extends readonly [infer First extends number, ...infer Rest extends Shape]
  ? ReplaceAt<
      Rest,
      Index,
      With,
      [...Seen, 0],
      Seen["length"] extends Index ? [...Done, ...With] : [...Done, First]
    >
  : Done;

type Indices<S extends Shape, A> = A extends number
  ? Axis<S, A>
  : A extends readonly number[]
    ? { [I in keyof A]: Axis<S, A[I] & number> }[number]
    : never;

/** `undefined` reduces all axes, to a scalar or (`keepDims`) to size 1 each. */
export type Reduce<S extends Shape, A, KeepDims extends boolean> =
  IsAny<A> extends true
    ? Shape
    : A extends undefined
      ? KeepDims extends true
        ? RankUnknown<S> extends true
          ? Shape
          : { -readonly [I in keyof S]: 1 }
        : []
      : RankUnknown<S> extends true
        ? Shape
        : number extends Indices<S, A> | (A extends readonly unknown[] ? A["length"] : never)
          ? Shape
          : ReplaceAt<S, Indices<S, A>, KeepDims extends true ? [1] : []>;

// Checks

/** Axes that the shape does not have. */
type OutOfRange<S extends Shape, A> = A extends number
  ? [Axis<S, A>] extends [never]
    ? A
    : never
  : A extends readonly number[]
    ? { [I in keyof A]: [Axis<S, A[I] & number>] extends [never] ? A[I] : never }[number]
    : never;

/** The first axis of a list that was named before. */
type Repeated<S extends Shape, A, Seen = never> = A extends readonly [
  infer First extends number,
  ...infer Rest,
]
  ? number extends First
    ? Repeated<S, Rest, Seen>
    : Axis<S, First> extends Seen
      ? First
      : Repeated<S, Rest, Seen | Axis<S, First>>
  : never;

/** `sum: axis -3 is out of range for [100, 784]`, `sum: axis -1 is repeated in [1, -1]` */
export type AxesCheck<Operation extends string, S extends Shape, A, Fits> =
  RankUnknown<S> extends true
    ? Fits
    : [OutOfRange<S, A>] extends [never]
      ? A extends Shape
        ? [Repeated<S, A>] extends [never]
          ? Fits
          : `${Operation}: axis ${Repeated<S, A>} is repeated in ${FormatShape<A>}`
        : Fits
      : OutOfRangeMessage<Operation, S, OutOfRange<S, A>>;

type OutOfRangeMessage<
  Operation extends string,
  S extends Shape,
  A,
> = `${Operation}: axis ${A & number} is out of range for ${FormatShape<S>}`;

/**
 * For reductions without a start value: `max: axis 1 of [2, 0] has size 0, expected at least 1`.
 * An empty result is always fine.
 */
export type NonEmptyAxesCheck<Operation extends string, S extends Shape, A, Fits> =
  AxesCheck<Operation, S, A, true> extends infer Checked extends string
    ? Checked
    : RankUnknown<S> extends true
      ? Fits
      : 0 extends S[number]
        ? FirstEmpty<S, A extends undefined ? number : Indices<S, A>> extends infer Empty extends
            number
          ? [0] extends [Reduce<S, A, false>[number]]
            ? Fits
            : `${Operation}: axis ${Empty} of ${FormatShape<S>} has size 0, expected at least 1`
          : Fits
        : Fits;

type FirstEmpty<
  S extends Shape,
  Index extends number,
  Seen extends unknown[] = [],
> = S extends readonly [infer First, ...infer Rest extends Shape]
  ? [First, Seen["length"]] extends [0, Index]
    ? Seen["length"]
    : FirstEmpty<Rest, Index, [...Seen, 0]>
  : false;

// Moving axes

type SwapLastTwo<S extends Shape> = S extends readonly [
  ...infer Front extends Shape,
  infer Rows extends number,
  infer Columns extends number,
]
  ? [...Front, Columns, Rows]
  : never;

/** Permutes the axes; without an order swaps the last two, `never` if there are fewer. */
export type Transpose<S extends Shape, Order extends Shape = never> = [Order] extends [never]
  ? RankUnknown<S> extends true
    ? Shape
    : SwapLastTwo<S>
  : Permute<S, Order>;

/** For methods, whose error can only be shown at the tensor itself. */
export type TransposeCheck<S extends Shape, Fits, Order extends Shape = never> = [
  Transpose<S, Order>,
] extends [never]
  ? `transpose: expects at least 2 axes, got ${FormatShape<S>}`
  : Fits;

/** Axis i of the result is axis `Order[i]`. */
export type Permute<S extends Shape, Order extends Shape> =
  true extends RankUnknown<Order>
    ? Shape
    : RankUnknown<S> extends true
      ? { -readonly [I in keyof Order]: number }
      : {
          -readonly [I in keyof Order]: Axis<S, Order[I]> extends infer Index extends number
            ? number extends Index
              ? number
              : S[Index] & number
            : never;
        };

export type PermuteCheck<
  S extends Shape,
  Order extends Shape,
  Fits,
  Operation extends string = "permute",
> = true extends RankUnknown<S> | RankUnknown<Order>
  ? Fits
  : AxesCheck<Operation, S, Order, true> extends infer Message extends string
    ? Message
    : S["length"] extends Order["length"]
      ? Fits
      : `${Operation}: ${FormatShape<Order>} does not name every axis of ${FormatShape<S>}`;

// Axes of size 1

/** Inserts an axis of size `Size` at `A` of the result. `never` if out of range. */
export type InsertAt<S extends Shape, A extends number, Size extends number> =
  RankUnknown<S> extends true
    ? Shape
    : Axis<[...S, Size], A> extends infer Index extends number
      ? number extends Index
        ? Shape
        : InsertAtIndex<S, Index, Size>
      : never;

type InsertAtIndex<
  S extends Shape,
  Index extends number,
  Size extends number,
  Before extends number[] = [],
> = Before["length"] extends Index
  ? [...Before, Size, ...S]
  : S extends readonly [infer First extends number, ...infer Rest extends Shape]
    ? InsertAtIndex<Rest, Index, Size, [...Before, First]>
    : never;

export type InsertAtCheck<Operation extends string, S extends Shape, A extends number, Fits> = [
  InsertAt<S, A, 1>,
] extends [never]
  ? OutOfRangeMessage<Operation, S, A>
  : Fits;

/** Removes the named axes; if none is named, all of size 1, for which all sizes must be known. */
export type Squeeze<S extends Shape, A> =
  IsAny<A> extends true
    ? Shape
    : A extends undefined
      ? RankUnknown<S> extends true
        ? Shape
        : DropOnes<S>
      : Reduce<S, A, false>;

type DropOnes<S extends Shape, Done extends number[] = []> = S extends readonly [
  infer First extends number,
  ...infer Rest extends Shape,
]
  ? First extends 1
    ? DropOnes<Rest, Done>
    : IsKnown<First> extends true
      ? DropOnes<Rest, [...Done, First]>
      : Shape
  : Done;

/** `squeeze: axis 1 of [2, 3] has size 3, expected 1` */
export type SqueezeCheck<S extends Shape, A, Fits> =
  AxesCheck<"squeeze", S, A, true> extends infer Checked extends string
    ? Checked
    : RankUnknown<S> extends true
      ? Fits
      : WideAxis<S, A extends number ? [A] : A> extends infer Wide extends number
        ? `squeeze: axis ${Wide} of ${FormatShape<S>} has size ${FormatDimension<SizeAt<S, Wide>>}, expected 1`
        : Fits;

/** The first named axis whose size cannot be 1. */
type WideAxis<S extends Shape, A> = A extends readonly [infer First extends number, ...infer Rest]
  ? number extends First
    ? WideAxis<S, Rest>
    : SameDimension<S[Axis<S, First>], 1> extends true
      ? WideAxis<S, Rest>
      : First
  : false;
