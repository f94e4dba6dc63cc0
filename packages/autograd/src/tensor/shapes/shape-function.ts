// Shape functions: what a layer of a network does to a shape, as a type that can be passed on and
// applied later. TypeScript has no type parameter that takes arguments itself; an interface
// whose `output` is written in terms of `this["input"]` stands for one.
import type { Shape } from "./dimension.ts";

/**
 * To make one, extend it and say what comes out: a shape, or a message if the input does not fit.
 * `interface Halve extends ShapeFunction { readonly output: HalveShape<this["input"]> }`
 */
export interface ShapeFunction {
  readonly input: Shape;
  readonly output: unknown;
}

/** What a shape function gives for a shape; any shape at all if it is not a shape function. */
export type Apply<Function, S extends Shape> = Function extends ShapeFunction
  ? (Function & { readonly input: S })["output"]
  : Shape;

/** For layers that leave the shape as it is, such as activations. */
export interface KeepShape extends ShapeFunction {
  readonly output: this["input"];
}
