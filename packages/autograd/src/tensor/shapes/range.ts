// Parts of axes as types: slice, at, pad, gather, oneHot.
import type { Range } from "../../graph/shape.ts";
import type { Add, Difference, DivideUp, IsLess } from "./arithmetic.ts";
import type { AxesCheck, Axis, ReplaceAt } from "./axes.ts";
import type { FormatShape, IsKnown, IsUnion, RankUnknown, Shape } from "./dimension.ts";

/** Replaces `A` by the shape of the indices, as in NumPy's `take`. */
export type Gather<S extends Shape, A extends number, Indices extends Shape> = true extends
  | RankUnknown<S>
  | RankUnknown<Indices>
  ? Shape
  : number extends Axis<S, A>
    ? Shape
    : ReplaceAt<S, Axis<S, A>, Indices>;

/** Adds a last axis for the classes. */
export type OneHot<S extends Shape, Depth extends number> =
  RankUnknown<S> extends true ? Shape : [...S, Depth];

// slice

/** A bound counted from the front, clamped to 0 and the size; `number` if not known. */
type Position<Size extends number, Bound extends number> = number extends Bound
  ? number
  : Bound extends 0
    ? 0
    : IsKnown<Size> extends true
      ? `${Bound}` extends `-${infer FromEnd extends number}`
        ? Difference<Size, FromEnd>
        : IsKnown<Bound> extends true
          ? IsLess<Size, Bound> extends true
            ? Size
            : Bound
          : number
      : number;

type Between<Start extends number, End extends number> = Start extends 0
  ? End
  : IsKnown<Start> extends true
    ? IsKnown<End> extends true
      ? Difference<End, Start>
      : number
    : number;

/** The same for a backward slice: one more than the position, 0 before the first element. */
type PositionBack<Size extends number, Bound extends number> = number extends Bound
  ? number
  : IsKnown<Size> extends true
    ? `${Bound}` extends `-${infer FromEnd extends number}`
      ? Difference<Add<Size, 1>, FromEnd>
      : IsKnown<Bound> extends true
        ? IsLess<Bound, Size> extends true
          ? Add<Bound, 1>
          : Size
        : number
    : number;

type Or<Bound, Whole extends number> = Bound extends number ? Bound : Whole;

type SliceLength<Size extends number, From, To, Step> = Step extends undefined | 1
  ? Between<Position<Size, Or<From, 0>>, To extends number ? Position<Size, To> : Size>
  : Step extends number
    ? number extends Step
      ? number
      : `${Step}` extends `-${infer Back extends number}`
        ? DivideUp<
            Between<
              To extends number ? PositionBack<Size, To> : 0,
              From extends number ? PositionBack<Size, From> : Size
            >,
            Back
          >
        : DivideUp<SliceLength<Size, From, To, 1>, Step>
    : never;

/** `[from, to, step]` of one axis; what is left out is all of it. */
export type { Range } from "../../graph/shape.ts";

/**
 * `From` to `To` along the axis `A`, or (a list) a range of each of the first axes, as in NumPy.
 */
export type Slice<
  S extends Shape,
  A extends number | readonly Range[],
  From = undefined,
  To = undefined,
  Step = undefined,
> =
  RankUnknown<S> extends true
    ? Shape
    : A extends readonly Range[]
      ? { -readonly [I in keyof S]: I extends keyof A ? RangeLength<S[I], A[I]> : S[I] }
      : A extends number
        ? number extends Axis<S, A>
          ? Shape
          : ReplaceAt<S, Axis<S, A>, [SliceLength<S[Axis<S, A>], From, To, Step>]>
        : never;

type RangeLength<Size extends number, R> = R extends Range
  ? IsUnion<R["length"]> extends true
    ? number
    : SliceLength<Size, R[0], R[1], R[2]>
  : Size;

/** `slice: axis 2 is out of range for [2, 3]`, `slice: 3 ranges for the 2 axes of [2, 3]` */
export type SliceCheck<S extends Shape, A, Fits> = A extends readonly unknown[]
  ? true extends RankUnknown<S> | RankUnknown<{ [I in keyof A]: number }>
    ? Fits
    : HasAxes<S, A> extends true
      ? Fits
      : `slice: ${A["length"]} ranges for the ${S["length"]} axes of ${FormatShape<S>}`
  : AxesCheck<"slice", S, A, Fits>;

/** Whether the list is no longer than the shape. */
type HasAxes<S extends Shape, A extends readonly unknown[]> = A extends readonly [
  unknown,
  ...infer Rest,
]
  ? S extends readonly [unknown, ...infer RestS extends Shape]
    ? HasAxes<RestS, Rest>
    : false
  : true;

/** `slice: step 0 of axis 1, expected an integer other than 0` */
export type StepCheck<A, Step> = Step extends 0
  ? `slice: step 0 of axis ${A & number}, expected an integer other than 0`
  : Step;

// at

/** Removes the first axis; `never` for a scalar. */
export type At<S extends Shape> =
  RankUnknown<S> extends true
    ? Shape
    : S extends readonly [unknown, ...infer Rest extends Shape]
      ? [...Rest]
      : never;

/** `at: index 3 is out of range for axis 0 of [3, 4]` */
export type AtCheck<S extends Shape, Index extends number, Fits> = S extends readonly []
  ? `at: axis 0 is out of range for []`
  : S extends readonly [infer Size extends number, ...unknown[]]
    ? HasIndex<Size, Index> extends true
      ? Fits
      : `at: index ${Index} is out of range for axis 0 of ${FormatShape<S>}`
    : Fits;

type HasIndex<Size extends number, Index extends number> = number extends Index
  ? true
  : IsKnown<Size> extends true
    ? `${Index}` extends `-${infer FromEnd extends number}`
      ? IsLess<Size, FromEnd> extends true
        ? false
        : true
      : IsKnown<Index> extends true
        ? IsLess<Index, Size>
        : true
    : true;

// pad

export type Padding = readonly (readonly [before: number, after: number])[];

/** Adds its padding to each axis. */
export type Pad<S extends Shape, P extends Padding> =
  RankUnknown<S> extends true
    ? Shape
    : number extends P["length"]
      ? { -readonly [I in keyof S]: number }
      : {
          -readonly [I in keyof S]: I extends keyof P
            ? P[I] extends readonly [infer Before extends number, infer After extends number]
              ? Add<Add<Before, S[I]>, After>
              : number
            : number;
        };

/** `pad: expects a pair [before, after] for each axis of [2, 3], got 1` */
export type PadCheck<S extends Shape, P extends Padding, Fits> =
  RankUnknown<S> extends true
    ? Fits
    : number extends P["length"]
      ? Fits
      : S["length"] extends P["length"]
        ? Fits
        : `pad: expects a pair [before, after] for each axis of ${FormatShape<S>}, got ${P["length"]}`;
