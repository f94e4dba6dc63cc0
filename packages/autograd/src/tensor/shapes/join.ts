// Joining and splitting tensors, as types: concat, stack, split, tile, repeat.
import type { Add, Divide, IsLess, Multiply } from "./arithmetic.ts";
import type { Axis, InsertAt, InsertAtCheck, ReplaceAt, SizeAt } from "./axes.ts";
import type {
  FormatDimension,
  FormatShape,
  IsKnown,
  Known,
  RankUnknown,
  SameDimension,
  SameShape,
  Shape,
  SizesCheck,
} from "./dimension.ts";
import type { Product } from "./reshape.ts";

type Shapes = readonly Shape[];

// concat

/** Two shapes joined at `Index`; `false` if they differ elsewhere. */
type ConcatTwo<
  A extends Shape,
  B extends Shape,
  Index extends number,
> = A["length"] extends B["length"]
  ? Joined<A, B, Index> extends infer Result extends Shape
    ? Result
    : false
  : false;

/** Axis by axis; `"differs"` where the sizes differ. */
type Joined<A extends Shape, B extends Shape, Index extends number> = {
  [I in keyof A]: I extends keyof B
    ? I extends `${Index}`
      ? Add<A[I], B[I] & number>
      : SameDimension<A[I], B[I]> extends true
        ? Known<A[I], B[I] & number>
        : "differs"
    : "differs";
};

/** The joined shape, or the message. */
type ConcatAll<
  List extends Shapes,
  A extends number,
  First extends Shape,
  Done extends Shape,
> = List extends readonly [infer Next extends Shape, ...infer Rest extends Shapes]
  ? RankUnknown<Next> extends true
    ? Shape
    : Axis<First, A> extends infer Index extends number
      ? number extends Index
        ? Shape
        : ConcatTwo<Done, Next, Index> extends infer Result extends Shape
          ? ConcatAll<Rest, A, First, Result>
          : `concat: ${FormatShape<First>} and ${FormatShape<Next>} differ outside axis ${A}`
      : never
  : Done;

type ConcatOrMessage<List extends Shapes, A extends number> = number extends List["length"]
  ? Shape
  : List extends readonly [infer First extends Shape, ...infer Rest extends Shapes]
    ? RankUnknown<First> extends true
      ? Shape
      : [Axis<First, A>] extends [never]
        ? `concat: axis ${A} is out of range for ${FormatShape<First>}`
        : ConcatAll<Rest, A, First, [...First]>
    : "concat: expects at least 1 tensor, got none";

/** Adds the sizes along `A`; `never` if others differ. */
export type Concat<List extends Shapes, A extends number> =
  ConcatOrMessage<List, A> extends infer Result extends Shape ? Result : never;

/** Intersected with the list's type: `unknown`, or the message. */
export type ConcatCheck<List extends Shapes, A extends number> =
  ConcatOrMessage<List, A> extends infer Message extends string ? Message : unknown;

// stack

type StackOrMessage<List extends Shapes, A extends number> = number extends List["length"]
  ? Shape
  : List extends readonly [infer First extends Shape, ...infer Rest extends Shapes]
    ? RankUnknown<First> extends true
      ? Shape
      : InsertAtCheck<"stack", First, A, 0> extends infer Message extends string
        ? Message
        : StackAll<Rest, First> extends infer Known extends Shape
          ? InsertAt<[...Known], A, List["length"]>
          : StackAll<Rest, First>
    : "stack: expects at least 1 tensor, got none";

/** The common shape, or the message. */
type StackAll<List extends Shapes, First extends Shape> = List extends readonly [
  infer Next extends Shape,
  ...infer Rest extends Shapes,
]
  ? SameShape<First, Next> extends true
    ? StackAll<Rest, First>
    : `stack: ${FormatShape<First>} and ${FormatShape<Next>} differ`
  : First;

/** Adds an axis for the number of shapes, which must be equal, at `A` of the result. */
export type Stack<List extends Shapes, A extends number> =
  StackOrMessage<List, A> extends infer Result extends Shape ? Result : never;

/** Intersected with the list's type: `unknown`, or the message. */
export type StackCheck<List extends Shapes, A extends number> =
  StackOrMessage<List, A> extends infer Message extends string ? Message : unknown;

// split

/** A number of equal parts, or the sizes of the parts. */
export type Parts = number | readonly number[];

type TupleOf<N extends number, Item, Done extends Item[] = []> = Done["length"] extends N
  ? Done
  : TupleOf<N, Item, [...Done, Item]>;

/** The parts' sizes: a tuple if `P` is literal and small enough. */
type PartSizes<Size extends number, P extends Parts> = P extends readonly number[]
  ? { -readonly [I in keyof P]: P[I] }
  : P extends number
    ? IsKnown<P> extends true
      ? IsLess<P, 1000> extends true
        ? TupleOf<P, PartSize<Size, P>>
        : PartSize<Size, P>[]
      : number[]
    : never;

type PartSize<Size extends number, P extends number> =
  IsKnown<Size> extends true ? Divide<Size, P> : number;

/** The shapes of the parts, in order. */
export type Split<S extends Shape, P extends Parts, A extends number> =
  RankUnknown<S> extends true
    ? PartSizes<number, P> extends infer Sizes extends number[]
      ? { [I in keyof Sizes]: Shape }
      : never
    : PartSizes<SizeAt<S, A>, P> extends infer Sizes extends number[]
      ? {
          [I in keyof Sizes]: number extends Axis<S, A>
            ? Shape
            : ReplaceAt<S, Axis<S, A>, [Sizes[I]]>;
        }
      : never;

type Sum<Sizes extends Shape, Done extends number = 0> = Sizes extends readonly [
  infer First extends number,
  ...infer Rest extends Shape,
]
  ? Sum<Rest, Add<Done, First>>
  : Done;

/** `split: axis 0 of [5, 2] has size 5, not a multiple of 2` */
export type SplitCheck<S extends Shape, P extends Parts, A extends number, Fits> =
  RankUnknown<S> extends true
    ? Fits
    : [Axis<S, A>] extends [never]
      ? Fits
      : P extends readonly number[]
        ? RankUnknown<P> extends true
          ? Fits
          : SameDimension<Sum<P>, SizeAt<S, A>> extends true
            ? Fits
            : `split: ${GivenAxis<S, A>}, the parts ${FormatShape<P>} add up to ${Sum<P>}`
        : P extends number
          ? IsKnown<P> extends true
            ? P extends 0
              ? "split: 0 parts, expected a positive integer"
              : [PartSize<SizeAt<S, A>, P>] extends [never]
                ? `split: ${GivenAxis<S, A>}, not a multiple of ${P}`
                : Fits
            : Fits
          : Fits;

type GivenAxis<
  S extends Shape,
  A extends number,
> = `axis ${A} of ${FormatShape<S>} has size ${FormatDimension<SizeAt<S, A>>}`;

// tile and repeat

/** Like NumPy's `tile`: aligned at the last axis, the shorter list is extended by 1 in front. */
export type Tile<
  S extends Shape,
  Times extends number | Shape,
  Done extends number[] = [],
> = Times extends number
  ? Tile<S, [Times]>
  : Times extends Shape
    ? TileEach<S, Times, Done>
    : never;

type TileEach<S extends Shape, Times extends Shape, Done extends number[] = []> = true extends
  | RankUnknown<S>
  | RankUnknown<Times>
  ? Shape
  : S extends readonly [...infer RestS extends Shape, infer LastS extends number]
    ? Times extends readonly [...infer RestTimes extends Shape, infer LastTimes extends number]
      ? TileEach<RestS, RestTimes, [Multiply<LastS, LastTimes>, ...Done]>
      : [...S, ...Done]
    : [...Times, ...Done];

/** Repeats each element `Times` times along `A`; without an axis all of them, in one axis. */
export type Repeat<
  S extends Shape,
  Times extends number,
  A extends number | undefined = undefined,
> = A extends number
  ? RankUnknown<S> extends true
    ? Shape
    : number extends Axis<S, A>
      ? Shape
      : ReplaceAt<S, Axis<S, A>, [Multiply<SizeAt<S, A>, Times>]>
  : [Multiply<Product<S>, Times>];

/** `repeat: dimension 0 of [-1] is -1, expected a non-negative integer` */
export type TimesCheck<Operation extends string, Times, Fits> = Times extends number
  ? SizesCheck<Operation, [Times], Fits>
  : Times extends Shape
    ? SizesCheck<Operation, Times, Fits>
    : Fits;
