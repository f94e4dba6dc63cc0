// Shape functions: what a network's layer does to a shape, as a type that can be passed on and
// applied later. TypeScript lacks type parameters that take arguments; an interface whose `output`
// is written in terms of `this["input"]` replaces one.
import type { Shape } from "./dimension.ts";

/**
 * Extend it with the result: a shape, or a message if the input does not fit.
 * `interface Doubled extends ShapeFunction { readonly output: DoubledShape<this["input"]> }`
 */
export interface ShapeFunction {
  /** A shape. Not declared as one: the compiler would infer `Shape & [2, 3]` for `[2, 3]`. */
  readonly input: unknown;
  readonly output: unknown;
}

/** Applies a shape function to a shape: returns another one, or a message. */
export type Apply<F extends ShapeFunction, S extends Shape> = (F & {
  readonly input: S;
})["output"];

/** For layers that keep the shape, such as activations. */
export interface KeepShape extends ShapeFunction {
  readonly output: this["input"];
}
