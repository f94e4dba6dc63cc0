// Products over numbered axes, as types: dot, outer, tensordot.
import type { PairedAxes } from "../../graph/shape.ts";
import type { AxesCheck, Reduce, SizeAt } from "./axes.ts";
import type {
  FormatDimension,
  FormatShape,
  RankUnknown,
  SameDimension,
  Shape,
} from "./dimension.ts";
import type { InnerOfLeft, InnerOfRight } from "./matmul.ts";
import type { Product } from "./reshape.ts";

export type { PairedAxes };

/** Both numbers of elements. */
export type Outer<A extends Shape, B extends Shape> = [Product<A>, Product<B>];

/** Without the last axis of `A` and the second-to-last (or only) one of `B`; scalars multiply. */
export type Dot<A extends Shape, B extends Shape> = true extends RankUnknown<A> | RankUnknown<B>
  ? Shape
  : A extends readonly []
    ? B
    : B extends readonly []
      ? A
      : A extends readonly [...infer FrontA extends Shape, infer K]
        ? B extends readonly [infer K2]
          ? SameDimension<K, K2> extends true
            ? FrontA
            : never
          : B extends readonly [...infer FrontB extends Shape, infer K2, infer N extends number]
            ? SameDimension<K, K2> extends true
              ? [...FrontA, ...FrontB, N]
              : never
            : never
        : never;

/** `dot: [2, 3] x [2]: inner dimensions 3 and 2 differ` */
export type DotCheck<A extends Shape, B extends Shape, Fits> = [Dot<A, B>] extends [never]
  ? `dot: ${FormatShape<A>} x ${FormatShape<B>}: inner dimensions ${FormatDimension<InnerOfLeft<A>>} and ${FormatDimension<InnerOfRight<B>>} differ`
  : Fits;

// tensordot

type AsList<A> = A extends number ? [A] : A;

/** The first `N` axes, and the others; `false` if there are too few. */
type Cut<S extends Shape, N extends number, Taken extends number[] = []> = Taken["length"] extends N
  ? [Taken, S]
  : S extends readonly [infer First extends number, ...infer Rest extends Shape]
    ? Cut<Rest, N, [...Taken, First]>
    : false;

/** The last `N` axes, and the others. */
type CutEnd<
  S extends Shape,
  N extends number,
  Taken extends number[] = [],
> = Taken["length"] extends N
  ? [Taken, S]
  : S extends readonly [...infer Rest extends Shape, infer Last extends number]
    ? CutEnd<Rest, N, [Last, ...Taken]>
    : false;

/** Whether all sizes are equal, pair by pair. */
type Paired<A extends Shape, B extends Shape> = false extends {
  [I in keyof A]: I extends keyof B ? SameDimension<A[I], B[I]> : false;
}[number]
  ? false
  : true;

type NoSuchAxes<
  A extends Shape,
  B extends Shape,
  N extends number,
> = `tensordot: ${FormatShape<A>} and ${FormatShape<B>} have no ${N} axes to sum over`;

/** The shape, or the message. */
type TensordotOrMessage<A extends Shape, B extends Shape, By extends PairedAxes> = true extends
  | RankUnknown<A>
  | RankUnknown<B>
  ? Shape
  : By extends number
    ? number extends By
      ? Shape
      : CutEnd<A, By> extends [infer EndA extends Shape, infer RestA extends Shape]
        ? Cut<B, By> extends [infer StartB extends Shape, infer RestB extends Shape]
          ? Paired<EndA, StartB> extends true
            ? [...RestA, ...RestB]
            : `tensordot: ${FormatShape<A>} and ${FormatShape<B>} differ in the axes that are summed over`
          : NoSuchAxes<A, B, By>
        : NoSuchAxes<A, B, By>
    : By extends readonly [infer ByA, infer ByB]
      ? AxesCheck<"tensordot", A, AsList<ByA>, true> extends infer Message extends string
        ? Message
        : AxesCheck<"tensordot", B, AsList<ByB>, true> extends infer Message extends string
          ? Message
          : Reduce<A, AsList<ByA>, false> extends infer RestA extends Shape
            ? Reduce<B, AsList<ByB>, false> extends infer RestB extends Shape
              ? true extends RankUnknown<RestA> | RankUnknown<RestB>
                ? Shape
                : Paired<SizesAt<A, AsList<ByA>>, SizesAt<B, AsList<ByB>>> extends true
                  ? [...RestA, ...RestB]
                  : `tensordot: ${FormatShape<A>} and ${FormatShape<B>} differ in the axes that are summed over`
              : never
            : never
      : Shape;

type SizesAt<S extends Shape, A> = A extends Shape
  ? { [I in keyof A]: SizeAt<S, A[I] & number> }
  : never;

/** The axes of both that are not summed over. */
export type Tensordot<A extends Shape, B extends Shape, By extends PairedAxes> =
  TensordotOrMessage<A, B, By> extends infer Result extends Shape ? Result : never;

/** `tensordot: axis 2 is out of range for [2, 3]` */
export type TensordotCheck<A extends Shape, B extends Shape, By extends PairedAxes, Fits> =
  TensordotOrMessage<A, B, By> extends infer Message extends string ? Message : Fits;
