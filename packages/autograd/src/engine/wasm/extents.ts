// Numbers of a kernel that its code takes as arguments: sizes of loops, and literals. Kernels that
// differ in these numbers only can share code (shared-modules.ts).
import type { Value, Variable } from "../kernel/language.ts";
import type { Code, Local } from "./encoder.ts";

export type Literal = Extract<Value, { kind: "literal" }>;

/** The numbers that are arguments, with their positions in the kernel's argument list. */
export type NumberArguments = ReadonlyMap<Variable | Literal, number>;

/** If all numbers are known when the code is written. */
export const noArguments: NumberArguments = new Map<Variable | Literal, number>();

/**
 * Sizes that are arguments are at least this, and equal modulo this to the one for which the code
 * was written: what remains after whole vectors, or tiles, is known then.
 */
export const sizeClass = 4;

/** A number of values of a variable, or a word of the argument list less a known number. */
export type Extent = number | { readonly local: Local; readonly less: number };

/** Leaves it on the stack. */
export function addExtent(code: Code, extent: Extent): Code {
  if (typeof extent === "number") return code.i32(extent);
  code.get(extent.local);
  return extent.less === 0 ? code : code.i32(extent.less).add("i32.sub");
}

/** Whether it is known that one step goes all the way. */
export function isSingleStep(from: Extent, to: Extent, step: number): boolean {
  if (typeof from === "number") return typeof to === "number" && from + step >= to;
  return typeof to === "object" && from.local === to.local && step >= from.less - to.less;
}
