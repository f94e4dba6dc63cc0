// Types of operations on each line along an axis: takeAlongAxis, topK, cumSum.
import type { IsLess } from "./arithmetic.ts";
import type { AxesCheck, Axis, ReplaceAt } from "./axes.ts";
import type { Broadcast } from "./broadcast.ts";
import type {
  FormatDimension,
  FormatShape,
  IsAny,
  IsKnown,
  RankUnknown,
  Shape,
} from "./dimension.ts";
import type { Product } from "./reshape.ts";

/** `S` with size 1 at an axis, so that it broadcasts along it. */
type WithOneAt<S extends Shape, Index extends number> = ReplaceAt<S, Index, [1]>;

/**
 * The shapes broadcast except along `A`, where the size is that of the indices; `never` if they do
 * not.
 */
export type TakeAlong<S extends Shape, Indices extends Shape, A extends number> = true extends
  | RankUnknown<S>
  | RankUnknown<Indices>
  ? Shape
  : S["length"] extends Indices["length"]
    ? number extends Axis<S, A>
      ? Shape
      : Broadcast<
            WithOneAt<S, Axis<S, A>>,
            WithOneAt<Indices, Axis<S, A>>
          > extends infer Rest extends Shape
        ? ReplaceAt<Rest, Axis<S, A>, [Indices[Axis<S, A>]]>
        : never
    : never;

/** `takeAlongAxis: [2, 3] and indices [4, 1] do not broadcast outside axis 1` */
export type TakeAlongCheck<S extends Shape, Indices extends Shape, A extends number, Fits> =
  AxesCheck<"takeAlongAxis", S, A, true> extends infer Message extends string
    ? Message
    : [TakeAlong<S, Indices, A>] extends [never]
      ? `takeAlongAxis: ${FormatShape<S>} and indices ${FormatShape<Indices>}${S["length"] extends Indices["length"]
          ? ` do not broadcast outside axis ${Axis<S, A>}`
          : ", expected as many axes in both"}`
      : Fits;

/** With `K` elements along `A`. */
export type TopK<S extends Shape, K extends number, A extends number> =
  RankUnknown<S> extends true
    ? Shape
    : number extends Axis<S, A>
      ? Shape
      : ReplaceAt<S, Axis<S, A>, [K]>;

/** `topK: axis -1 of [2, 3] has size 3, 5 elements cannot be taken` */
export type TopKCheck<S extends Shape, K extends number, A extends number, Fits> =
  RankUnknown<S> extends true
    ? Fits
    : [Axis<S, A>] extends [never]
      ? Fits
      : number extends Axis<S, A> | K
        ? Fits
        : HasCount<S[Axis<S, A>], K> extends true
          ? Fits
          : `topK: axis ${A} of ${FormatShape<S>} has size ${FormatDimension<S[Axis<S, A>]>}, ${K} elements cannot be taken`;

type HasCount<Size extends number, K extends number> =
  IsKnown<K> extends true ? (IsKnown<Size> extends true ? Not<IsLess<Size, K>> : true) : false;

type Not<B> = B extends true ? false : true;

/** The shape itself; without an axis, one axis of all elements. */
export type Cumulative<S extends Shape, A> =
  IsAny<A> extends true ? Shape : A extends undefined ? [Product<S>] : S;
