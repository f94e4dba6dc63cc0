// Broadcasting as types: the result's shape, and the message if two shapes do not fit.
import type { Common, FormatDimension, FormatShape, RankUnknown, Shape } from "./dimension.ts";

/** The common size of one axis, boxed so that a user's type parameter counts as valid; or false. */
export type BroadcastDimension<A extends number, B extends number> = { a: A; b: B } extends
  | { a: B; b: A }
  | { b: 1 }
  ? [A]
  : A extends 1
    ? [B]
    : number extends B
      ? [A]
      : number extends A
        ? [B]
        : [Common<A, B>] extends [never]
          ? false
          : [Common<A, B>];

/** Broadcasts shapes of known ranks, aligned at the last axis. */
export type BroadcastKnown<
  A extends Shape,
  B extends Shape,
  Done extends number[] = [],
> = A extends readonly [...infer RestA extends Shape, infer LastA extends number]
  ? B extends readonly [...infer RestB extends Shape, infer LastB extends number]
    ? BroadcastDimension<LastA, LastB> extends [infer Size extends number]
      ? BroadcastKnown<RestA, RestB, [Size, ...Done]>
      : never
    : [...A, ...Done]
  : [...B, ...Done];

/** Equal shapes, or a scalar on the right: decided even for a user's generic shape. */
type KeepsFirst<A extends Shape, B extends Shape> = { a: A; b: B } extends
  | { a: B; b: A }
  | { b: readonly [] }
  ? true
  : false;

/** The common shape of two operands; `never` if they do not fit. */
export type Broadcast<A extends Shape, B extends Shape> =
  KeepsFirst<A, B> extends true
    ? A
    : true extends RankUnknown<A> | RankUnknown<B>
      ? Shape
      : BroadcastKnown<A, B>;

/** `add: [32, 10] and [128] do not broadcast: 10 and 128 differ` */
export type BroadcastCheck<Operation extends string, A extends Shape, B extends Shape, Fits> =
  KeepsFirst<A, B> extends true
    ? Fits
    : [Broadcast<A, B>] extends [never]
      ? `${Operation}: ${FormatShape<A>} and ${FormatShape<B>} do not broadcast: ${Misfit<A, B>}`
      : Fits;

/** The rightmost two sizes that do not broadcast. */
type Misfit<A extends Shape, B extends Shape> = A extends readonly [
  ...infer RestA extends Shape,
  infer LastA extends number,
]
  ? B extends readonly [...infer RestB extends Shape, infer LastB extends number]
    ? BroadcastDimension<LastA, LastB> extends [number]
      ? Misfit<RestA, RestB>
      : `${FormatDimension<LastA>} and ${FormatDimension<LastB>} differ`
    : never
  : never;

/** Whether `from` stretches to `to`: axes may be added in front, those of size 1 widened. */
type Stretches<From extends Shape, To extends Shape> = From extends readonly [
  ...infer RestFrom extends Shape,
  infer LastFrom extends number,
]
  ? To extends readonly [...infer RestTo extends Shape, infer LastTo extends number]
    ? BroadcastDimension<LastTo, LastFrom> extends [infer Size extends number]
      ? Size extends LastTo
        ? Stretches<RestFrom, RestTo>
        : false
      : false
    : false
  : true;

/** `broadcastTo: [3] cannot be broadcast to [4]` */
export type BroadcastToCheck<From extends Shape, To extends Shape, Fits> = true extends
  | RankUnknown<From>
  | RankUnknown<To>
  ? Fits
  : true extends Stretches<From, To>
    ? Fits
    : `broadcastTo: ${FormatShape<From>} cannot be broadcast to ${FormatShape<To>}`;
