// What functions of images do to shapes, as types.
import type { Shape, Tensor } from "@nabla/autograd";

/** A shape with other last two sizes. */
export type Resized<S extends Shape, H extends number, W extends number> = S extends readonly [
  ...infer Lead extends number[],
  number,
  number,
]
  ? [...Lead, H, W]
  : number[];

/** A shape with another number of channels, on the third axis from the end. */
export type WithChannels<S extends Shape, C extends number> = S extends readonly [
  ...infer Lead extends number[],
  number,
  infer H extends number,
  infer W extends number,
]
  ? [...Lead, C, H, W]
  : number[];

/** The one cast from a tensor whose shape the function's own checks have made sure of. */
export function ofShape<S extends Shape>(x: Tensor): Tensor<S> {
  return x as Tensor<S>;
}
