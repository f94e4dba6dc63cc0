// Parts of axes as types: slice, at, pad, gather, oneHot.
import type { Add, Difference, IsLess } from "./arithmetic.ts";
import type { Axis, ReplaceAt } from "./axes.ts";
import type { FormatShape, IsKnown, RankUnknown, Shape } from "./dimension.ts";

/** `A` replaced by the shape of the indices, as in NumPy's `take`. */
export type Gather<S extends Shape, A extends number, Indices extends Shape> = true extends
  | RankUnknown<S>
  | RankUnknown<Indices>
  ? Shape
  : number extends Axis<S, A>
    ? Shape
    : ReplaceAt<S, Axis<S, A>, Indices>;

/** With an axis for the classes at the end. */
export type OneHot<S extends Shape, Depth extends number> =
  RankUnknown<S> extends true ? Shape : [...S, Depth];

// slice

/** A bound counted from the front, within 0 and the size; `number` if not known. */
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

type SliceLength<Size extends number, From extends number, To> = To extends undefined
  ? Between<Position<Size, From>, Size>
  : To extends number
    ? Between<Position<Size, From>, Position<Size, To>>
    : never;

/** From `From` to `To` (left out: the end) along `A`; bounds as in `Array.slice`. */
export type Slice<S extends Shape, A extends number, From extends number, To> =
  RankUnknown<S> extends true
    ? Shape
    : number extends Axis<S, A>
      ? Shape
      : ReplaceAt<S, Axis<S, A>, [SliceLength<S[Axis<S, A>], From, To>]>;

// at

/** Without the first axis; `never` for a scalar. */
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

/** Each axis with its padding added. */
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
