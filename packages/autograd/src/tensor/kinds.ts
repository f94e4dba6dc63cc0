// What arguments and options may be, as tables hold them: a test of the value, and its name in errors.
import { isPlainObject } from "../graph/describe.ts";

/** What a value may be: whether it is that, and what errors call it. */
export type Kind = readonly [fits: (value: unknown) => boolean, expected: string];

const isNumber = (x: unknown): x is number => typeof x === "number";
const isOneNumber = (x: unknown): x is number => Number.isFinite(x);

/** For options that are checked elsewhere. */
export const anything: Kind = [() => true, "anything"];
/** A boolean. */
export const flag: Kind = [(x) => typeof x === "boolean", "true or false"];
/** A function. */
export const callable: Kind = [(x) => typeof x === "function", "a function"];
/** A string. */
export const text: Kind = [(x) => typeof x === "string", "a string"];
/** An object literal; no list, and no instance of a class. */
export const plain: Kind = [isPlainObject, "a plain object"];
/** A number that is neither NaN nor infinite. */
export const finite: Kind = [isOneNumber, "a finite number"];
/** Above 0, and finite. */
export const positive: Kind = [(x) => isOneNumber(x) && x > 0, "a positive finite number"];
/** 0 or more, and finite. */
export const notNegative: Kind = [(x) => isOneNumber(x) && x >= 0, "a finite number, 0 or more"];
/** 0 or more, infinity included. */
export const fromZero: Kind = [(x) => isNumber(x) && x >= 0, "a number from 0"];
/** From 0 up to 1, 1 itself excluded. */
export const fraction: Kind = [(x) => isNumber(x) && x >= 0 && x < 1, "0 up to 1"];
/** From 0 to 1, both included. */
export const probability: Kind = [(x) => isNumber(x) && x >= 0 && x <= 1, "0 to 1"];
/** …, -1, 0, 1, … */
export const integer: Kind = [(x) => Number.isSafeInteger(x), "an integer"];
/** 1, 2, … */
export const count: Kind = /* @__PURE__ */ integerFrom(1);
/** 0, 1, … */
export const natural: Kind = /* @__PURE__ */ integerFrom(0);

/**
 * An integer from `least` on, `most` at most.
 *
 * @example
 * import { checkKind, integerFrom } from "@nabla/autograd/checks";
 *
 * checkKind("topK", "k", 5, integerFrom(1, 3));
 * // => throws topK: k is 5, expected an integer from 1 to 3
 */
export function integerFrom(least: number, most: number = Number.MAX_SAFE_INTEGER): Kind {
  const fits = (x: unknown) => Number.isSafeInteger(x) && Number(x) >= least && Number(x) <= most;
  if (most < Number.MAX_SAFE_INTEGER) return [fits, `an integer from ${least} to ${most}`];
  const usual = ["a non-negative integer", "a positive integer"][least];
  return [fits, usual ?? `an integer of at least ${least}`];
}

/**
 * One of some texts.
 *
 * @example
 * import { checkKind, oneOf } from "@nabla/autograd/checks";
 *
 * checkKind("upsampling2d", "method", "cubic", oneOf("nearest", "linear"));
 * // => throws upsampling2d: method is "cubic", expected "nearest" or "linear"
 */
export function oneOf(...names: readonly string[]): Kind {
  const fits = (x: unknown) => names.includes(x as string);
  return [fits, names.map((name) => `"${name}"`).join(" or ")];
}
