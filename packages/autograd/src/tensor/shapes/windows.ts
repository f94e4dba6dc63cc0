// Sizes of convolutions and pooling, as types: places of a window along each of the last axes.
import type { PerAxis, WindowPadding } from "../../graph/shape.ts";
import type { Add, Divide, DivideUp, IsLess, Multiply, Subtract } from "./arithmetic.ts";
import type { FormatShape, IsKnown, RankUnknown, SameDimension, Shape } from "./dimension.ts";

/** How many axes a window can have, after those of examples and channels. */
export type WindowAxes = 1 | 2 | 3;

type AxisNames = ["", "width", "height, width", "depth, height, width"];
type Ranks = [2, 3, 4, 5];
type UnknownShapes = [
  never,
  [number, number, number],
  [number, number, number, number],
  [number, number, number, number, number],
];

/** A shape with this many axes after the first two, as far as it is known. */
type Ranked<S extends Shape, Axes extends WindowAxes> =
  RankUnknown<S> extends true ? UnknownShapes[Axes] : S;

/** An option for one axis; `number` if not known. */
type Along<Option, I extends number> = [Option] extends [number]
  ? Option
  : Option extends readonly unknown[]
    ? Option[I] extends infer Entry extends number
      ? Entry
      : number
    : number;

/** Padding before and after, likewise. */
type PairAlong<Padding, I extends number> = [Padding] extends ["valid"]
  ? [0, 0]
  : [Padding] extends [number]
    ? [Padding, Padding]
    : Padding extends readonly unknown[]
      ? Padding[I] extends infer Entry extends number
        ? [Entry, Entry]
        : Padding[I] extends readonly [infer Before extends number, infer After extends number]
          ? [Before, After]
          : [number, number]
      : [number, number];

/** From the first element in the window to the last, both included. */
type Extent<Window extends number, Dilation extends number> = Dilation extends 1
  ? Window
  : Add<Multiply<Dilation, Subtract<Window, 1>>, 1>;

/** floor(a / b) + 1, of a = size - extent; `never` if the window does not fit. */
type PlacesIn<Size extends number, Extent extends number, Stride extends number> =
  IsKnown<Size> extends true
    ? IsKnown<Extent> extends true
      ? Extent extends 0
        ? never
        : IsLess<Size, Extent> extends true
          ? never
          : Quotient<Add<Subtract<Size, Extent>, 1>, Stride>
      : number
    : number;

/** Rounded up; a stride of 0 is checked at run time. */
type Quotient<A extends number, Stride extends number> = Stride extends 0
  ? number
  : DivideUp<A, Stride>;

type Place<Size extends number, Window extends number, Stride extends number, Padding, Dilation> = [
  Padding,
] extends ["same"]
  ? Quotient<Size, Stride>
  : Padding extends readonly [infer Before extends number, infer After extends number]
    ? PlacesIn<
        Add<Size, Add<Before, After>>,
        Extent<Window, Dilation extends number ? Dilation : number>,
        Stride
      >
    : never;

/** For each axis; `never` if the window does not fit into one. */
type Places<
  Sizes extends Shape,
  Window extends Shape,
  Stride,
  Padding,
  Dilation,
  Done extends number[] = [],
> = Sizes extends readonly [infer Size extends number, ...infer Others extends Shape]
  ? Window extends readonly [infer First extends number, ...infer Rest extends Shape]
    ? Place<
        Size,
        First,
        Along<Stride, Done["length"]>,
        [Padding] extends ["same"] ? "same" : PairAlong<Padding, Done["length"]>,
        Along<Dilation, Done["length"]>
      > extends infer Count extends number
      ? [Count] extends [never]
        ? never
        : Places<Others, Rest, Stride, Padding, Dilation, [...Done, Count]>
      : never
    : Done
  : Done;

/** `[n, c, ...size]` under a kernel of `[m, c / groups, ...window]`: `[n, m, ...places]`. */
export type Convolution<
  X extends Shape,
  K extends Shape,
  Axes extends WindowAxes,
  Stride,
  Padding,
  Dilation,
> =
  Ranked<X, Axes> extends readonly [infer N extends number, unknown, ...infer Sizes extends Shape]
    ? Ranked<K, Axes> extends readonly [
        infer M extends number,
        unknown,
        ...infer Window extends Shape,
      ]
      ? Places<Sizes, Window, Stride, Padding, Dilation> extends infer Found extends Shape
        ? [Found] extends [never]
          ? never
          : [N, M, ...Found]
        : never
      : never
    : never;

/** `[n, c, ...size]` spread by a kernel of `[c, m / groups, ...window]`: `[n, m, ...sizes]`. */
export type TransposedConvolution<
  X extends Shape,
  K extends Shape,
  Axes extends WindowAxes,
  Stride,
  Padding,
  Dilation,
  OutputPadding,
  Groups extends number,
> =
  Ranked<X, Axes> extends readonly [infer N extends number, unknown, ...infer Sizes extends Shape]
    ? Ranked<K, Axes> extends readonly [
        unknown,
        infer M extends number,
        ...infer Window extends Shape,
      ]
      ? [N, Multiply<M, Groups>, ...Spread<Sizes, Window, Stride, Padding, Dilation, OutputPadding>]
      : never
    : never;

type Spread<
  Places extends Shape,
  Window extends Shape,
  Stride,
  Padding,
  Dilation,
  More,
  Done extends number[] = [],
> = Places extends readonly [infer Count extends number, ...infer Others extends Shape]
  ? Window extends readonly [infer First extends number, ...infer Rest extends Shape]
    ? Spread<
        Others,
        Rest,
        Stride,
        Padding,
        Dilation,
        More,
        [
          ...Done,
          Widened<
            Count,
            Extent<First, Along<Dilation, Done["length"]>>,
            Along<Stride, Done["length"]>,
            PairAlong<Padding, Done["length"]>,
            Along<More, Done["length"]>
          >,
        ]
      >
    : Done
  : Done;

type Widened<
  Places extends number,
  Extent extends number,
  Stride extends number,
  Padding extends [number, number],
  More extends number,
> = Places extends 0
  ? number
  : Subtract<
      Add<Add<Multiply<Subtract<Places, 1>, Stride>, Extent>, More>,
      Add<Padding[0], Padding[1]>
    >;

/** `conv2d: [2, 3] has 2 axes, expected 4: examples, channels, height, width` */
export type WindowedCheck<
  Operation extends string,
  S extends Shape,
  Axes extends WindowAxes,
  Fits,
  Name extends string = "",
  Front extends string = "examples, channels",
> =
  RankUnknown<S> extends true
    ? Fits
    : S["length"] extends Ranks[Axes]
      ? Fits
      : `${Operation}: ${Name}${FormatShape<S>} has ${S["length"]} axes, expected ${Ranks[Axes]}: ${Front}, ${AxisNames[Axes]}`;

/** Checks the kernel: its rank, its channels, and whether it fits. */
export type KernelCheck<
  Operation extends string,
  X extends Shape,
  K extends Shape,
  Axes extends WindowAxes,
  Stride,
  Padding,
  Dilation,
  Groups extends number,
  Fits,
> =
  KernelRankCheck<Operation, K, Axes> extends infer Message extends string
    ? Message
    : WindowedCheck<Operation, X, Axes, true> extends true
      ? ChannelsCheck<Operation, X, K, K[1], Groups> extends infer Message extends string
        ? Message
        : [Convolution<X, K, Axes, Stride, Padding, Dilation>] extends [never]
          ? MisfitOf<Operation, X, Tail<K>, Padding, Dilation>
          : Fits
      : Fits;

/** Checks the kernel of a transposed convolution, which fits everywhere. */
export type TransposedKernelCheck<
  Operation extends string,
  X extends Shape,
  K extends Shape,
  Axes extends WindowAxes,
  Groups extends number,
  Fits,
> =
  KernelRankCheck<Operation, K, Axes> extends infer Message extends string
    ? Message
    : WindowedCheck<Operation, X, Axes, true> extends true
      ? ChannelsCheck<Operation, X, K, K[0], 1, Groups> extends infer Message extends string
        ? Message
        : Fits
      : Fits;

type KernelRankCheck<
  Operation extends string,
  K extends Shape,
  Axes extends WindowAxes,
> = WindowedCheck<Operation, K, Axes, true, "the kernel ", "channels out, channels in">;

/** `conv2d: [1, 3, 8, 8] with kernel [4, 2, 3, 3]: 3 channels, the kernel has 2` */
type ChannelsCheck<
  Operation extends string,
  X extends Shape,
  K extends Shape,
  Channels extends number,
  Groups extends number,
  AllGroups extends number = Groups,
> = true extends RankUnknown<X> | RankUnknown<K>
  ? true
  : SameDimension<X[1], Multiply<Channels, Groups>> extends false
    ? `${Operation}: ${FormatShape<X>} with kernel ${FormatShape<K>}${InGroups<AllGroups>}: ${X[1]} channels, the kernel has ${Multiply<Channels, Groups>}`
    : AllGroups extends 0
      ? true
      : [Divide<K[0], AllGroups>] extends [never]
        ? `${Operation}: ${FormatShape<X>} with kernel ${FormatShape<K>}${InGroups<AllGroups>}: ${K[0]} channels are not divisible`
        : true;

type InGroups<Groups extends number> = Groups extends 1 ? "" : ` in ${Groups} groups`;

type Tail<S extends Shape> = S extends readonly [unknown, unknown, ...infer Rest extends Shape]
  ? Rest
  : Shape;

/** `maxPool: a window of [5] (dilation [1]) does not fit into [1, 1, 4] with padding [[0,0]]` */
type MisfitOf<
  Operation extends string,
  X extends Shape,
  Window extends Shape,
  Padding,
  Dilation,
> = `${Operation}: a window of ${FormatShape<Window>} (dilation ${FormatShape<AllAlong<Dilation, Window>>}) does not fit into ${FormatShape<X>} with padding [${FormatPairs<Padding, Window>}]`;

/** One option for each axis of the window. */
type AllAlong<Option, Window extends Shape, Done extends number[] = []> = Window extends readonly [
  unknown,
  ...infer Rest extends Shape,
]
  ? AllAlong<Option, Rest, [...Done, Along<Option, Done["length"]>]>
  : Done;

type FormatPairs<
  Padding,
  Window extends Shape,
  Done extends unknown[] = [],
  Text extends string = "",
> = Window extends readonly [unknown, ...infer Rest extends Shape]
  ? PairAlong<Padding, Done["length"]> extends [
      infer Before extends number,
      infer After extends number,
    ]
    ? FormatPairs<
        Padding,
        Rest,
        [...Done, 0],
        `${Text}${Text extends "" ? "" : ","}[${Before},${After}]`
      >
    : Text
  : Text;

/** The window of pooling, one entry for each axis after the first two. */
type PoolWindow<S extends Shape, Window extends PerAxis> = Window extends readonly number[]
  ? Window
  : AllAlong<Window, Tail<S>>;

/** `[n, c, ...size]` gives `[n, c, ...places]`. */
export type Pooled<S extends Shape, Window extends PerAxis, Stride, Padding, Dilation> =
  RankUnknown<S> extends true
    ? Shape
    : S extends readonly [
          infer N extends number,
          infer C extends number,
          ...infer Sizes extends Shape,
        ]
      ? Places<Sizes, PoolWindow<S, Window>, Stride, Padding, Dilation> extends infer Found extends
          Shape
        ? [Found] extends [never]
          ? never
          : [N, C, ...Found]
        : never
      : never;

/** Checks the window: whether there is an axis for each of its sizes, and whether it fits. */
export type PoolCheck<
  Operation extends string,
  S extends Shape,
  Window extends PerAxis,
  Stride,
  Padding extends WindowPadding,
  Dilation,
  Fits,
> =
  RankUnknown<S> extends true
    ? Fits
    : number extends PoolWindow<S, Window>["length"]
      ? Fits
      : S extends readonly [unknown, unknown, unknown, ...unknown[]]
        ? PoolWindow<S, Window>["length"] extends Tail<S>["length"]
          ? [Pooled<S, Window, Stride, Padding, Dilation>] extends [never]
            ? MisfitOf<Operation, S, PoolWindow<S, Window>, Padding, Dilation>
            : Fits
          : PoolMisfit<Operation, S, Window>
        : PoolMisfit<Operation, S, Window>;

type PoolMisfit<
  Operation extends string,
  S extends Shape,
  Window extends PerAxis,
> = `${Operation}: ${FormatShape<S>} with a window of ${FormatWindow<Window>}: expected examples, channels, and one axis for each of the window's`;

type FormatWindow<Window extends PerAxis> = Window extends readonly number[]
  ? `[${JoinNumbers<Window>}]`
  : Window extends number
    ? `${Window}`
    : "?";

type JoinNumbers<List extends readonly number[], Text extends string = ""> = List extends readonly [
  infer First extends number,
  ...infer Rest extends readonly number[],
]
  ? JoinNumbers<Rest, `${Text}${Text extends "" ? "" : ", "}${First}`>
  : Text;
