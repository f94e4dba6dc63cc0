// Shape functions: what a layer of a network does to a shape, as a type that can be passed on and
// applied later. TypeScript has no type parameter that takes arguments itself; an interface
// whose `output` is written in terms of `this["input"]` stands for one.
import type { Shape } from "./dimension.ts";

/**
 * To make one, extend it and say what comes out: a shape, or a message if the input does not fit.
 * `interface Doubled extends ShapeFunction { readonly output: DoubledShape<this["input"]> }`
 */
export interface ShapeFunction {
  /** A shape. Not declared as one: the compiler would go on with `Shape & [2, 3]` for `[2, 3]`. */
  readonly input: unknown;
  readonly output: unknown;
}

/** What a shape function gives for a shape: another one, or a message. */
export type Apply<F extends ShapeFunction, S extends Shape> = (F & {
  readonly input: S;
})["output"];

/** For layers that leave the shape as it is, such as activations. */
export interface KeepShape extends ShapeFunction {
  readonly output: this["input"];
}
