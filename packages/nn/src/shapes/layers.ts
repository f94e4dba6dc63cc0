// What each kind of layer does to a shape, and what is said of an input that does not fit: in the
// words of checks.ts. Types only.
import type {
  Apply,
  Convolution,
  Flatten,
  FormatDimension,
  FormatShape,
  KernelCheck,
  PerAxis,
  PoolCheck,
  Pooled,
  RankUnknown,
  SameDimension,
  SameShape,
  Shape,
  ShapeFunction,
  Split,
  WindowPadding,
} from "@nabla/autograd";

// Features: the last axis

/** `[..., In]` becomes `[..., Out]`. */
export interface FeatureShape<Operation extends string, In extends number, Out extends number>
  extends ShapeFunction {
  readonly output: FeatureOutput<Operation, this["input"], In, Out>;
}

type FeatureOutput<
  Operation extends string,
  S,
  In extends number,
  Out extends number,
> = S extends Shape
  ? RankUnknown<S> extends true
    ? SameDimension<Last<S>, In> extends true
      ? [...number[], Out]
      : Expects<Operation, In, "features", S>
    : S extends readonly [...infer Front extends Shape, infer Features extends number]
      ? SameDimension<Features, In> extends true
        ? [...Front, Out]
        : Expects<Operation, In, "features", S>
      : Expects<Operation, In, "features", S>
  : never;

/** `[..., 2 N]` becomes `[..., N]`. */
export interface HalfShape<Operation extends string> extends ShapeFunction {
  readonly output: HalfOutput<Operation, this["input"]>;
}

type HalfOutput<Operation extends string, S> = S extends Shape
  ? [Half<Last<S>>] extends [never]
    ? HalfMessage<Operation, S>
    : RankUnknown<S> extends true
      ? [...number[], Half<Last<S>>]
      : S extends readonly [...infer Front extends Shape, number]
        ? [...Front, Half<Last<S>>]
        : HalfMessage<Operation, S>
  : never;

/** `never` of an odd number. */
type Half<N extends number> = Split<[N], 2, 0>[0] extends readonly [infer Size extends number]
  ? Size
  : never;

type HalfMessage<
  Operation extends string,
  S extends Shape,
> = `${Operation}: expects an even number of features, got ${FormatShape<S>}`;

/** The last size, also where the others are not known. */
export type Last<S> = S extends readonly [...unknown[], infer Size extends number] ? Size : number;

type Expects<
  Operation extends string,
  Size extends number,
  Named extends string,
  S extends Shape,
> = `${Operation}: expects ${FormatDimension<Size>} ${Named}, got ${FormatShape<S>}`;

/** Indices of any shape become `[..., Features]`. */
export interface EmbeddingShape<Features extends number> extends ShapeFunction {
  readonly output: this["input"] extends infer S extends Shape ? [...S, Features] : never;
}

// Channels: the second axis

/** Any shape whose second axis has `C` channels; it stays as it is. */
export interface ChannelShape<Operation extends string, C extends number> extends ShapeFunction {
  readonly output: ChannelOutput<Operation, this["input"], C>;
}

type ChannelOutput<Operation extends string, S, C extends number> = S extends Shape
  ? RankUnknown<S> extends true
    ? S
    : S extends readonly [unknown, infer Channels extends number, ...unknown[]]
      ? SameDimension<Channels, C> extends true
        ? S
        : Expects<Operation, C, "channels", S>
      : Expects<Operation, C, "channels", S>
  : never;

/** `[examples, In, height, width]` becomes `[examples, Out, ...places]`. */
export interface ConvolutionShape<
  In extends number,
  Out extends number,
  Window extends PerAxis = PerAxis,
  Stride extends PerAxis = PerAxis,
  Padding extends WindowPadding = WindowPadding,
  Dilation extends PerAxis = PerAxis,
> extends ShapeFunction {
  readonly output: ConvolutionOutput<
    this["input"],
    In,
    Out,
    readonly [Out, In, ...OnImages<Window>],
    Stride,
    Padding,
    Dilation
  >;
}

/** A window's size on the two axes of images. */
type OnImages<Window extends PerAxis> = [Window] extends [number]
  ? [Window, Window]
  : Window extends readonly [infer Height extends number, infer Width extends number]
    ? [Height, Width]
    : [number, number];

type ConvolutionOutput<
  S,
  In extends number,
  Out extends number,
  Kernel extends Shape,
  Stride,
  Padding,
  Dilation,
> = S extends Shape
  ? RankUnknown<S> extends true
    ? [number, Out, number, number]
    : S extends readonly [number, infer C extends number, number, number]
      ? SameDimension<C, In> extends true
        ? [Convolution<S, Kernel, 2, Stride, Padding, Dilation>] extends [never]
          ? KernelCheck<"conv2d", S, Kernel, 2, Stride, Padding, Dilation, 1, never>
          : Convolution<S, Kernel, 2, Stride, Padding, Dilation>
        : ImageMessage<"convolution2d", FormatDimension<In>, S>
      : ImageMessage<"convolution2d", FormatDimension<In>, S>
  : never;

type ImageMessage<
  Operation extends string,
  Channels extends string,
  S extends Shape,
> = `${Operation}: expects [examples, ${Channels}, height, width], got ${FormatShape<S>}`;

/** `[examples, channels, height, width]` becomes `[examples, channels, ...places]`. */
export interface PoolingShape<
  Operation extends string,
  Window extends PerAxis = PerAxis,
  Stride extends PerAxis = PerAxis,
  Padding extends WindowPadding = WindowPadding,
  Dilation extends PerAxis = PerAxis,
> extends ShapeFunction {
  readonly output: PoolingOutput<Operation, this["input"], Window, Stride, Padding, Dilation>;
}

type PoolingOutput<
  Operation extends string,
  S,
  Window extends PerAxis,
  Stride extends PerAxis,
  Padding extends WindowPadding,
  Dilation extends PerAxis,
> = S extends Shape
  ? RankUnknown<S> extends true
    ? [number, number, number, number]
    : S extends readonly [number, number, number, number]
      ? PoolCheck<
          Pools[Operation & keyof Pools],
          S,
          Window,
          Stride,
          Padding,
          Dilation,
          Pooled<S, Window, Stride, Padding, Dilation>
        >
      : ImageMessage<Operation, "channels", S>
  : never;

/** What runs, and says where a window does not fit. */
interface Pools {
  readonly maxPooling2d: "maxPool";
  readonly averagePooling2d: "averagePool";
}

/** All axes from `Start` on become one. */
export interface FlattenShape<Start extends number> extends ShapeFunction {
  readonly output: this["input"] extends infer S extends Shape ? Flatten<S, Start> : never;
}

// Sequences

/**
 * `[examples, time, In]` becomes `[examples, time, Out]`, or `[examples, Out]` of the last step.
 */
export interface SequenceShape<
  Operation extends string,
  In extends number,
  Out extends number,
  Returns extends "all" | "last",
> extends ShapeFunction {
  readonly output: SequenceOutput<Operation, this["input"], In, Out, Returns>;
}

type SequenceOutput<
  Operation extends string,
  S,
  In extends number,
  Out extends number,
  Returns extends "all" | "last",
> = S extends Shape
  ? RankUnknown<S> extends true
    ? Returned<number, number, Out, Returns>
    : S extends readonly [infer Examples extends number, infer Time extends number, infer F]
      ? SameDimension<F, In> extends true
        ? Returned<Examples, Time, Out, Returns>
        : SequenceMessage<Operation, In, S>
      : SequenceMessage<Operation, In, S>
  : never;

type Returned<
  Examples extends number,
  Time extends number,
  Out extends number,
  Returns extends "all" | "last",
> = Returns extends "all" ? [Examples, Time, Out] : [Examples, Out];

type SequenceMessage<
  Operation extends string,
  In extends number,
  S extends Shape,
> = `${Operation}: expects [examples, time, ${FormatDimension<In>}], got ${FormatShape<S>}`;

/** The shape stays as it is, and must come out of `F` as it went in. */
export interface ResidualShape<F extends ShapeFunction> extends ShapeFunction {
  readonly output: this["input"] extends infer S extends Shape
    ? ResidualOutput<S, Apply<F, S>>
    : never;
}

type ResidualOutput<S extends Shape, Inner> = Inner extends Shape
  ? SameShape<S, Inner> extends true
    ? S
    : `residual: ${FormatShape<S>} goes in, ${FormatShape<Inner>} comes out`
  : Inner;
