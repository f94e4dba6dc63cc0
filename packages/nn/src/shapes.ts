// Layers as shape functions: the shape after one layer and after a sequence, and the messages for an
// input, or a next layer, that does not fit. Types only.
import type {
  Apply,
  FormatDimension,
  IsAny,
  KeepShape,
  SameDimension,
  Shape,
  ShapeFunction,
  ShapeOf,
  Tensor,
} from "@nabla/autograd";
import type { FeatureShape, Last } from "./shapes/layers.ts";

declare const shapeFunction: unique symbol;

/** For layers whose output's shape the compiler shall know. There is nothing to it at run time. */
export interface Shaped<F extends ShapeFunction> {
  readonly [shapeFunction]?: F | undefined;
}

/** A function that gives back the shape it is given, such as `sigmoid`. */
export type KeepsShape = <S extends Shape>(x: Tensor<S>) => Tensor<S>;

/**
 * A layer's shape function: the one it names, `KeepShape` for functions that keep every shape, or else
 * its result's type, for any input.
 */
export type ShapeFunctionOf<Layer> =
  Named<Layer> extends infer F extends ShapeFunction
    ? F
    : Layer extends (x: never) => infer Result
      ? IsAny<Result> extends true // before the next test, which `any` would pass
        ? Always<Shape>
        : Layer extends KeepsShape
          ? KeepShape
          : Always<ShapeOf<Result>>
      : Layer extends { forward(x: never): infer Result }
        ? Always<ShapeOf<Result>>
        : Always<Shape>;

type Named<Layer> = Layer extends { readonly [shapeFunction]?: infer F }
  ? Exclude<F, undefined>
  : false;

interface Always<S> extends ShapeFunction {
  readonly output: S;
}

// One layer

/** The output's shape of one layer; `never` if the input does not fit. */
export type Output<F extends ShapeFunction, S extends Shape> =
  Apply<F, S> extends infer Result extends Shape ? Result : never;

/** The message if no input shape fits, else `Fits`. */
export type OutputCheck<F extends ShapeFunction, S extends Shape, Fits> = [Output<F, S>] extends [
  never,
]
  ? Apply<F, S>
  : Fits;

/** `[..., In]` becomes `[..., Out]`. */
export type DenseShape<In extends number, Out extends number> = FeatureShape<"dense", In, Out>;

// A sequence

/** The shape after all layers; the first message if one of them does not fit. */
export type Through<Layers extends readonly unknown[], S> = S extends Shape
  ? number extends Layers["length"]
    ? Shape
    : Layers extends readonly [infer First, ...infer Rest]
      ? Through<Rest, Apply<ShapeFunctionOf<First>, S>>
      : S
  : S;

/** The shape function of a sequence of layers. */
export interface SequentialShape<Layers extends readonly unknown[]> extends ShapeFunction {
  readonly output: Through<Layers, this["input"]>;
}

/** Features (the last axis) that a layer takes; `number` if it takes any. */
type FeaturesInto<Layer> = Layer extends { readonly inputFeatures: infer N extends number }
  ? N
  : number;

/** The layers; in place of the first that does not fit the previous one, the message. */
type Chain<
  Layers extends readonly unknown[],
  Given extends Shape = Shape,
  Done extends unknown[] = [],
> = number extends Layers["length"]
  ? Layers
  : Layers extends readonly [infer First, ...infer Rest]
    ? SameDimension<Last<Given>, FeaturesInto<First>> extends true
      ? Apply<ShapeFunctionOf<First>, Given> extends infer Next
        ? Next extends Shape
          ? Chain<Rest, Next, [...Done, First]>
          : Next extends string
            ? [...Done, `sequential: layer ${Done["length"]}: ${Next}`, ...Rest]
            : Chain<Rest, Shape, [...Done, First]>
        : never
      : [...Done, ChainMessage<First, Last<Given>, Done>, ...Rest]
    : Done;

type ChainMessage<
  Layer,
  Given,
  Before extends readonly unknown[],
> = `sequential: layer ${Before["length"]} expects ${FormatDimension<
  FeaturesInto<Layer>
>} features, layer ${Before extends readonly [unknown, ...infer Others]
  ? Others["length"]
  : 0} gives ${FormatDimension<Given>}`;

/** Intersected with the layer at `Position`, so that the error is reported there. */
export type ChainAt<
  Layers extends readonly unknown[],
  Position,
> = Position extends keyof Chain<Layers> ? Chain<Layers>[Position] : unknown;
