// The shape of nested arrays as a type, for `tensor([[1, 2], [3, 4]])`, and the message for ragged
// ones. Lengths are literal if the array is written in the call, `number` if it comes from
// elsewhere.
import type { Data } from "../../scalar/dtype.ts";
import type { FormatShape, IsUnion, SameShape, Shape } from "./dimension.ts";

/** A number or boolean, or arrays of these to any depth, of which the innermost may be typed. */
export type Nested = number | boolean | Data | readonly Nested[];

/** What every typed array has and a plain one lacks. */
interface TypedArrayLike extends ArrayLike<number> {
  readonly BYTES_PER_ELEMENT: number;
}

/**
 * The shape, or `"ragged"`. All elements of an array are checked in one step, as a union, so that a
 * thousand rows cost as much as one: an array with rows of two lengths has a union of shapes.
 */
type ShapeOrRagged<Values> = [Nested] extends [Values] // any, or `Nested`, which has no bottom
  ? Shape
  : [Values] extends [number | boolean]
    ? []
    : Values extends TypedArrayLike
      ? [number]
      : Values extends readonly (infer Element)[]
        ? Outer<Values["length"], [Element] extends [never] ? [] : ShapeOrRagged<Element>>
        : Values extends number | boolean
          ? []
          : Shape;

type Outer<Length extends number, Inner> =
  true extends IsUnion<Inner> ? "ragged" : Inner extends Shape ? [Length, ...Inner] : "ragged";

/** The shape of nested arrays; `never` if they are ragged. */
export type NestedShape<Values> =
  ShapeOrRagged<Values> extends infer Result extends Shape ? Result : never;

/** `tensor: ragged nested array: element [1] has shape [1], element [0] has [2]` */
export type NestedCheck<Values, Fits> = [NestedShape<Values>] extends [never]
  ? `tensor: ragged nested array: ${Ragged<Values>}`
  : Fits;

/** The first element, depth first, whose shape differs from that of its array's first. */
type Ragged<
  Values,
  Path extends number[] = [],
  Seen extends unknown[] = [],
> = Values extends readonly [infer Next, ...infer Rest]
  ? [NestedShape<Next>] extends [never]
    ? Ragged<Next, [...Path, Seen["length"]]>
    : Seen extends [infer First, ...unknown[]]
      ? SameShape<NestedShape<First>, NestedShape<Next>> extends true
        ? Ragged<Rest, Path, [...Seen, Next]>
        : `element ${FormatShape<[...Path, Seen["length"]]>} has shape ${FormatShape<
            NestedShape<Next>
          >}, element ${FormatShape<[...Path, 0]>} has ${FormatShape<NestedShape<First>>}`
      : Ragged<Rest, Path, [Next]>
  : string;
