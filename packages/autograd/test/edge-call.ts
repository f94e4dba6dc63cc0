// One public call, with what it may be given.
import * as nabla from "@nabla/autograd";
import fc from "fast-check";

export type Function = (...args: readonly unknown[]) => unknown;
export type Arguments = fc.Arbitrary<readonly unknown[]>;

export interface EdgeCall {
  readonly name: string;
  readonly f: Function;
  readonly args: Arguments;
  /**
   * "graph": makes tensors of tensors, so all that holds of graphs holds of it. "elements": and each
   * element is right by itself. "exact": and both back ends have the same bits. "call": only what it
   * throws and reads is looked at.
   */
  readonly kind: "graph" | "elements" | "exact" | "call";
  /** Whether the first argument is what a method is called on, and so a tensor. */
  readonly isMethod?: boolean;
}

export const functions: Readonly<Record<string, Function>> = nabla as never;
export const list = (...arbitraries: readonly fc.Arbitrary<unknown>[]): Arguments =>
  fc.tuple(...arbitraries);

export function graph(name: string, args: Arguments, f: Function = functions[name]!): EdgeCall {
  return { name, f, args, kind: "graph" };
}
export function exact(name: string, args: Arguments, f: Function = functions[name]!): EdgeCall {
  return { name, f, args, kind: "exact" };
}
export function call(name: string, args: Arguments, f: Function = functions[name]!): EdgeCall {
  return { name, f, args, kind: "call" };
}
/** A method that is no function as well. */
export function method(
  name: string,
  args: Arguments,
  f: Function = (one, ...rest) => (one as Record<string, Function>)[name]!(...rest),
): EdgeCall {
  return { ...call(name, args, f), isMethod: true };
}
