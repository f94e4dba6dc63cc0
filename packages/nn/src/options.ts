// Options held against what they may be: one table a function, for callers without a compiler.
import { NablaError, Tensor } from "@nabla/autograd";
import { isCount, kindOf } from "./checks.ts";

/** What an option may be: whether it is that, and what errors call it. */
export type Kind = readonly [fits: (value: unknown) => boolean, expected: string];

const isNumber = (x: unknown): x is number => typeof x === "number";

export const flag: Kind = [(x) => typeof x === "boolean", "true or false"];
export const callable: Kind = [(x) => typeof x === "function", "a function"];
export const text: Kind = [(x) => typeof x === "string", "a string"];
export const tensor: Kind = [(x) => x instanceof Tensor, "a tensor"];
export const anything: Kind = [() => true, "anything"];
export const finite: Kind = [Number.isFinite, "a finite number"];
export const integer: Kind = [Number.isSafeInteger, "an integer"];
export const count: Kind = [isCount, "a positive integer"];
export const positive: Kind = [(x) => isNumber(x) && x > 0, "a positive number"];
export const notNegative: Kind = [
  (x) => isNumber(x) && x >= 0 && x < Number.POSITIVE_INFINITY,
  "0 or more",
];
export const fraction: Kind = [(x) => isNumber(x) && x >= 0 && x < 1, "0 up to 1"];
export const plain: Kind = [isPlain, "a plain object"];

export const signalled: Kind = [
  (x) => typeof (x as AbortSignal | null)?.aborted === "boolean",
  "an AbortSignal",
];
export const plainList: Kind = [
  (x) => Array.isArray(x) && Array.from(x).every(Number.isFinite),
  "a list of numbers",
];

/** One of some texts. */
export function oneOf(...names: readonly string[]): Kind {
  const fits = (x: unknown) => names.includes(x as string);
  return [fits, names.map((name) => `"${name}"`).join(" or ")];
}

/** The dtypes that weights may have. */
export const weightDType: Kind = oneOf("float32", "float64", "float16", "bfloat16");

/** What layers with weights take. */
export const ofWeights: Readonly<Record<string, Kind>> = {
  initializer: callable,
  dtype: weightDType,
};

/** `{ … }`, of any realm: no class's, whose state is elsewhere, and no list. */
export function isPlain(x: unknown): x is Readonly<Record<string, unknown>> {
  if (typeof x !== "object" || x === null) return false;
  const prototype: unknown = Object.getPrototypeOf(x);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * Throws `NablaError` unless they are a plain object, what is there of `kinds` is of that kind, and
 * what is `required` is there.
 */
export function checkOptions(
  operation: string,
  options: unknown,
  kinds: Readonly<Record<string, Kind>>,
  ...required: readonly string[]
): void {
  if (!isPlain(options)) {
    const names = Object.keys(kinds).join(", ");
    throw new NablaError(
      `${operation}: options are ${kindOf(options)}, expected an object of ${names}`,
    );
  }
  for (const [name, kind] of Object.entries(kinds)) {
    const value = options[name];
    if (value !== undefined || required.includes(name)) checkKind(operation, name, value, kind);
  }
}

/** Throws `NablaError` unless `value` is of that kind. */
export function checkKind(
  operation: string,
  name: string,
  value: unknown,
  [fits, expected]: Kind,
): void {
  if (fits(value)) return;
  throw new NablaError(`${operation}: ${name} is ${kindOf(value)}, expected ${expected}`);
}
