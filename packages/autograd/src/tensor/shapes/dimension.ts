// Sizes of single axes and whole shapes as types: what is known of them, whether two are equal, and
// how messages print them. A size is a literal type, or `number` if only known at run time.
//
// Conventions of this folder:
// - A shape that does not fit is `never`, so one mistake does not cause a second error further on.
//   The message appears only where a parameter's type asks for it: types called ...Check return the
//   argument's own type if it fits, and the message, a string literal type, if not.
// - `number` and shapes of unknown rank fit everything; the same check runs again on real shapes.
// - Tests between sizes are wrapped in objects (`{ is: A } extends { is: B }`): the compiler then
//   decides them for a user's own type parameter too, where `A extends B` would stay undecided.
import type { Shape } from "../../graph/shape.ts";

export type { Shape };

declare const dimensionName: unique symbol;

/**
 * A size that has a name instead of a value: equal names are the same size, different names and
 * literals are not, plain `number` fits all. `const n = images.length as Dimension<"batch">`.
 */
export type Dimension<Name extends string> = number & { readonly [dimensionName]: Name };

/** Only `any` is both above 0 and below 1. */
export type IsAny<T> = 0 extends 1 & T ? true : false;

export type IsUnion<T, All = T> = T extends unknown ? ([All] extends [T] ? false : true) : never;

/**
 * Whether the number of axes is unknown: `Shape`, `number[]`, `any`, a union of shapes of several
 * ranks, and `never`, the result of an operation whose operands did not fit.
 */
export type RankUnknown<S extends Shape> = [S] extends [never]
  ? true
  : number extends S["length"]
    ? true
    : IsUnion<S["length"]>;

/** Whether a size is one literal that counts something: not `number`, not -1, not 1.5. */
export type IsKnown<N extends number> = number extends N
  ? false
  : N extends { readonly [dimensionName]: string }
    ? false
    : `${N}` extends `${string}${"." | "-" | "e"}${string}`
      ? false
      : true;

export type FormatDimension<N> = N extends { readonly [dimensionName]: infer Name extends string }
  ? Name
  : N extends number
    ? number extends N
      ? "?"
      : `${N}`
    : "?";

/** As messages print it: `[2, 3]`; `?` for an unknown size, `[...]` for an unknown rank. */
export type FormatShape<S extends Shape, Printed extends string = ""> = number extends S["length"]
  ? "[...]"
  : S extends readonly [infer First, ...infer Rest extends Shape]
    ? FormatShape<
        Rest,
        Printed extends "" ? FormatDimension<First> : `${Printed}, ${FormatDimension<First>}`
      >
    : `[${Printed}]`;

/** The common part of two sizes, one or both of which may be unions. */
export type Common<A, B> = Extract<A, B> | Extract<B, A>;

/** Whether two sizes can be equal: the same, one of them not known, or overlapping unions. */
export type SameDimension<A, B> = { is: A; or: number } extends
  | { is: B; or: unknown }
  | { is: unknown; or: A | B }
  ? true
  : [Common<A, B>] extends [never]
    ? false
    : true;

/** The more specific of two equal sizes. */
export type Known<A extends number, B extends number> = number extends A ? B : A;

/** Whether two shapes can be equal, axis by axis. */
export type SameShape<A extends Shape, B extends Shape> = { a: A; b: B } extends { a: B; b: A }
  ? true
  : true extends RankUnknown<A> | RankUnknown<B>
    ? true
    : A["length"] extends B["length"]
      ? false extends {
          [Axis in keyof A]: Axis extends keyof B ? SameDimension<A[Axis], B[Axis]> : true;
        }[number]
        ? false
        : true
      : false;

/** For operations that take equal shapes only: `quadraticCost: [32, 10] and [32, 1] differ`. */
export type SameShapeCheck<Operation extends string, A extends Shape, B extends Shape, Fits> =
  SameShape<A, B> extends false
    ? `${Operation}: ${FormatShape<A>} and ${FormatShape<B>} differ`
    : Fits;

/** For new shapes: a literal size must be a non-negative integer. */
export type SizesCheck<Operation extends string, S extends Shape, Fits> =
  RankUnknown<S> extends true
    ? Fits
    : true extends { [Axis in keyof S]: IsNotSize<S[Axis]> }[number]
      ? NotSizeMessage<Operation, S, "a non-negative integer">
      : Fits;

export type IsNotSize<N> = `${N & number}` extends `${string}${"." | "-"}${string}` ? true : false;

/** Names the first axis whose size is invalid. */
export type NotSizeMessage<
  Operation extends string,
  S extends Shape,
  Expected extends string,
  Allowed = never,
  Before extends unknown[] = [],
  Rest extends Shape = S,
> = Rest extends readonly [infer Size extends number, ...infer After extends Shape]
  ? [Size] extends [Allowed]
    ? NotSizeMessage<Operation, S, Expected, Allowed, [...Before, Size], After>
    : IsNotSize<Size> extends true
      ? `${Operation}: dimension ${Before["length"]} of ${FormatShape<S>} is ${Size}, expected ${Expected}`
      : NotSizeMessage<Operation, S, Expected, Allowed, [...Before, Size], After>
  : never;
