// How convolutions, pooling and upsampling change a shape, and the messages for an input that does not
// fit. Types only.
import type {
  Convolution,
  FormatDimension,
  FormatShape,
  KernelCheck,
  PerAxis,
  PoolCheck,
  Pooled,
  RankUnknown,
  SameDimension,
  Shape,
  ShapeFunction,
  Tile,
  TransposedConvolution,
  WindowAxes,
  WindowPadding,
} from "@nabla/autograd";
import type { Quotient } from "./layers.ts";

/** The same number on each of a window's axes. */
export type EachAxis<N extends number, Axes extends WindowAxes> = {
  readonly 1: [N];
  readonly 2: [N, N];
  readonly 3: [N, N, N];
}[Axes];

/** A window's size on each of its axes. */
type OnAxes<Window extends PerAxis, Axes extends WindowAxes> = [Window] extends [number]
  ? EachAxis<Window, Axes>
  : Window extends Readonly<EachAxis<number, Axes>>
    ? [...Window]
    : EachAxis<number, Axes>;

interface AxisNames {
  readonly 1: "width";
  readonly 2: "height, width";
  readonly 3: "depth, height, width";
}

type PlacesMessage<
  Operation extends string,
  Channels extends string,
  Axes extends WindowAxes,
  S extends Shape,
> = `${Operation}: expects [examples, ${Channels}, ${AxisNames[Axes]}], got ${FormatShape<S>}`;

/** `[examples, In, ...size]` becomes `[examples, Out, ...places]`. */
export interface ConvolutionShape<
  In extends number,
  Out extends number,
  Window extends PerAxis = PerAxis,
  Stride extends PerAxis = PerAxis,
  Padding extends WindowPadding = WindowPadding,
  Dilation extends PerAxis = PerAxis,
  Axes extends WindowAxes = 2,
  Operation extends string = `convolution${Axes}d`,
> extends ShapeFunction {
  readonly output: ConvolutionOutput<
    this["input"],
    In,
    Out,
    readonly [Out, In, ...OnAxes<Window, Axes>],
    Stride,
    Padding,
    Dilation,
    Axes,
    Operation
  >;
}

type ConvolutionOutput<
  S,
  In extends number,
  Out extends number,
  Kernel extends Shape,
  Stride,
  Padding,
  Dilation,
  Axes extends WindowAxes,
  Operation extends string,
> = S extends Shape
  ? RankUnknown<S> extends true
    ? [number, Out, ...EachAxis<number, Axes>]
    : S extends readonly [number, infer C extends number, ...EachAxis<number, Axes>]
      ? SameDimension<C, In> extends true
        ? [Convolution<S, Kernel, Axes, Stride, Padding, Dilation>] extends [never]
          ? KernelCheck<`conv${Axes}d`, S, Kernel, Axes, Stride, Padding, Dilation, 1, never>
          : Convolution<S, Kernel, Axes, Stride, Padding, Dilation>
        : PlacesMessage<Operation, FormatDimension<In>, Axes, S>
      : PlacesMessage<Operation, FormatDimension<In>, Axes, S>
  : never;

/** `[examples, In, ...places]` becomes `[examples, Out, ...size]`, as wide as the windows reach. */
export interface TransposedShape<
  In extends number,
  Out extends number,
  Window extends PerAxis,
  Stride extends PerAxis,
  Padding extends WindowPadding,
  Dilation extends PerAxis,
  OutputPadding extends PerAxis,
  Axes extends WindowAxes,
> extends ShapeFunction {
  readonly output: TransposedOutput<
    this["input"],
    In,
    Out,
    TransposedConvolution<
      this["input"] extends Shape ? this["input"] : never,
      readonly [In, Out, ...OnAxes<Window, Axes>],
      Axes,
      Stride,
      Padding,
      Dilation,
      OutputPadding,
      1
    >,
    Axes
  >;
}

type TransposedOutput<
  S,
  In extends number,
  Out extends number,
  Found,
  Axes extends WindowAxes,
> = S extends Shape
  ? RankUnknown<S> extends true
    ? [number, Out, ...EachAxis<number, Axes>]
    : S extends readonly [number, infer C extends number, ...EachAxis<number, Axes>]
      ? SameDimension<C, In> extends true
        ? Found
        : PlacesMessage<`convolutionTranspose${Axes}d`, FormatDimension<In>, Axes, S>
      : PlacesMessage<`convolutionTranspose${Axes}d`, FormatDimension<In>, Axes, S>
  : never;

/** `[examples, channels, ...size]` becomes `[examples, channels, ...places]`. */
export interface PoolingShape<
  Operation extends `${"max" | "average"}Pooling${WindowAxes}d`,
  Window extends PerAxis = PerAxis,
  Stride extends PerAxis = PerAxis,
  Padding extends WindowPadding = WindowPadding,
  Dilation extends PerAxis = PerAxis,
> extends ShapeFunction {
  readonly output: Operation extends `${infer Kind extends "max" | "average"}Pooling${infer Axes extends WindowAxes}d`
    ? PoolingOutput<
        Operation,
        `${Kind}Pool`,
        Axes,
        this["input"],
        Window,
        Stride,
        Padding,
        Dilation
      >
    : never;
}

type PoolingOutput<
  Operation extends string,
  /** The shape, or the message if a window does not fit. */
  Pool extends string,
  Axes extends WindowAxes,
  S,
  Window extends PerAxis,
  Stride extends PerAxis,
  Padding extends WindowPadding,
  Dilation extends PerAxis,
> = S extends Shape
  ? RankUnknown<S> extends true
    ? [number, number, ...EachAxis<number, Axes>]
    : S extends readonly [number, number, ...EachAxis<number, Axes>]
      ? PoolCheck<
          Pool,
          S,
          Window,
          Stride,
          Padding,
          Dilation,
          Pooled<S, Window, Stride, Padding, Dilation>
        >
      : PlacesMessage<Operation, "channels", Axes, S>
  : never;

/** `[examples, channels, ...size]` becomes `[examples, channels, ...Sizes]`. */
export interface ResizedShape<
  Operation extends string,
  Sizes extends PerAxis,
  Axes extends WindowAxes,
> extends ShapeFunction {
  readonly output: OfPlaces<Operation, this["input"], Axes, OnAxes<Sizes, Axes>>;
}

type OfPlaces<
  Operation extends string,
  S,
  Axes extends WindowAxes,
  Sizes extends Shape,
> = S extends Shape
  ? RankUnknown<S> extends true
    ? [number, number, ...Sizes]
    : S extends readonly [infer N extends number, infer C extends number, ...EachAxis<number, Axes>]
      ? [N, C, ...Sizes]
      : PlacesMessage<Operation, "channels", Axes, S>
  : never;

/** `[examples, channels, ...size]` becomes `[examples, channels]`. */
export interface GlobalShape<Operation extends string> extends ShapeFunction {
  readonly output: this["input"] extends infer S extends Shape
    ? RankUnknown<S> extends true
      ? [number, number]
      : S extends readonly [infer N extends number, infer C extends number, number, ...number[]]
        ? [N, C]
        : `${Operation}: expects [examples, channels, ...places], got ${FormatShape<S>}`
    : never;
}

/** `[examples, channels, ...size]` becomes `[examples, channels, ...size * Scale]`. */
export interface UpsamplingShape<
  Operation extends string,
  Scale extends PerAxis,
  Axes extends WindowAxes,
> extends ShapeFunction {
  readonly output: this["input"] extends infer S extends Shape
    ? RankUnknown<S> extends true
      ? [number, number, ...EachAxis<number, Axes>]
      : S extends readonly [number, number, ...EachAxis<number, Axes>]
        ? Tile<S, [1, 1, ...OnAxes<Scale, Axes>]>
        : PlacesMessage<Operation, "channels", Axes, S>
    : never;
}

/** `[examples, C Factor², height, width]` becomes `[examples, C, height Factor, width Factor]`. */
export interface ShuffledShape<Factor extends number> extends ShapeFunction {
  readonly output: this["input"] extends infer S extends Shape
    ? RankUnknown<S> extends true
      ? [number, number, number, number]
      : S extends readonly [number, infer C extends number, number, number]
        ? [Quotient<Quotient<C, Factor>, Factor>] extends [never]
          ? `pixelShuffle: ${FormatShape<S>} has ${C} channels, expected a multiple of ${Factor}²`
          : S extends readonly [infer N extends number, number, ...infer Sizes extends Shape]
            ? Tile<[N, Quotient<Quotient<C, Factor>, Factor>, ...Sizes], [1, 1, Factor, Factor]>
            : never
        : PlacesMessage<"pixelShuffle", "channels", 2, S>
    : never;
}

/** `[examples, C, height, width]` becomes `[examples, C Factor², height / Factor, width / Factor]`. */
export interface UnshuffledShape<Factor extends number> extends ShapeFunction {
  readonly output: this["input"] extends infer S extends Shape
    ? RankUnknown<S> extends true
      ? [number, number, number, number]
      : S extends readonly [
            infer N extends number,
            infer C extends number,
            infer Height extends number,
            infer Width extends number,
          ]
        ? [Quotient<Height, Factor>] extends [never]
          ? UnshuffledMessage<S, Factor>
          : [Quotient<Width, Factor>] extends [never]
            ? UnshuffledMessage<S, Factor>
            : Tile<
                Tile<[N, C, Quotient<Height, Factor>, Quotient<Width, Factor>], [1, Factor, 1, 1]>,
                [1, Factor, 1, 1]
              >
        : PlacesMessage<"pixelUnshuffle", "channels", 2, S>
    : never;
}

type UnshuffledMessage<
  S extends Shape,
  Factor extends number,
> = `pixelUnshuffle: ${FormatShape<S>} has places that are not multiples of ${Factor}`;
