// How each kind of layer changes a shape, and the messages for an input that does not fit: the same as
// in checks.ts. Types only.
import type {
  Apply,
  Flatten,
  FormatDimension,
  FormatShape,
  RankUnknown,
  SameDimension,
  SameShape,
  Shape,
  ShapeFunction,
  Split,
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
  ? [Quotient<Last<S>, 2>] extends [never]
    ? HalfMessage<Operation, S>
    : RankUnknown<S> extends true
      ? [...number[], Quotient<Last<S>, 2>]
      : S extends readonly [...infer Front extends Shape, number]
        ? [...Front, Quotient<Last<S>, 2>]
        : HalfMessage<Operation, S>
  : never;

/** `never` if it leaves a remainder. */
export type Quotient<N extends number, Divisor extends number> =
  Split<[N], Divisor, 0> extends readonly (infer Part)[]
    ? Part extends readonly [infer Size extends number]
      ? Size
      : number
    : number;

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
