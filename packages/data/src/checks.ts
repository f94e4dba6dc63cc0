// What functions ask of their options and of what they are given.
import { NablaError, printable, Tensor } from "@nabla/autograd";

/** What an option may be: whether it is that, and what errors call it. */
export type Kind = readonly [fits: (value: unknown) => boolean, expected: string];

export const anything: Kind = [() => true, "anything"];
export const flag: Kind = [(x) => typeof x === "boolean", "true or false"];
export const callable: Kind = [(x) => typeof x === "function", "a function"];
export const text: Kind = [(x) => typeof x === "string", "a string"];
export const count: Kind = [isCount, "a positive integer"];
export const natural: Kind = [
  (x) => Number.isSafeInteger(x) && (x as number) >= 0,
  "an integer from 0",
];
export const plain: Kind = [isPlain, "a plain object"];
export const texts: Kind = [
  (x) => Array.isArray(x) && x.every((one) => typeof one === "string"),
  "a list of strings",
];

/** One of some texts. */
export function oneOf(...names: readonly string[]): Kind {
  return [(x) => names.includes(x as string), names.map((name) => `"${name}"`).join(" or ")];
}

/** Whether it is a positive integer. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

/** Throws `NablaError` unless `value` is a positive integer. */
export function checkCount(
  operation: string,
  name: string,
  value: unknown,
): asserts value is number {
  checkKind(operation, name, value, count);
}

/** `{ … }`, of any realm: no class's, whose state is elsewhere, and no list. */
export function isPlain(x: unknown): x is Readonly<Record<string, unknown>> {
  if (typeof x !== "object" || x === null) return false;
  const prototype: unknown = Object.getPrototypeOf(x);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * Throws `NablaError` unless they are a plain object with none but these names, and what is there is of
 * its kind.
 */
export function checkOptions(
  operation: string,
  options: unknown,
  kinds: Readonly<Record<string, Kind>>,
): void {
  const names = Object.keys(kinds).join(", ");
  if (!isPlain(options)) {
    const given = kindOf(options);
    throw new NablaError(`${operation}: options are ${given}, expected an object of ${names}`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(kinds, name)) {
      throw new NablaError(`${operation}: there is no option ${quoted(name)}, expected ${names}`);
    }
    if (value !== undefined) checkKind(operation, name, value, kinds[name]!);
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

/** Of a text no more is shown. */
const mostShown = 60;

/** A text from elsewhere as errors write it: in quotes, on one line, and not longer than a line. */
export function quoted(given: string): string {
  const start = printable(JSON.stringify(given.slice(0, mostShown)));
  return given.length > mostShown ? `${start.slice(0, -1)}…"` : start;
}

/** What errors call what was given instead: `3`, `"a"`, `an Array`, `a Promise; await it`. */
export function kindOf(x: unknown): string {
  if (typeof x === "string") return quoted(x);
  if (typeof x === "bigint") return `${x}n`;
  if (typeof x === "function") return "a function";
  if (typeof x !== "object" || x === null) return String(x);
  if (x instanceof Tensor) return "a tensor";
  const name = (x.constructor as { readonly name?: string } | undefined)?.name ?? "Object";
  const kind = /^[AEIO]/.test(name) ? `an ${name}` : `a ${name}`;
  return typeof (x as PromiseLike<unknown>).then === "function" ? `${kind}; await it` : kind;
}

/** What an error of another library or the host says, as one of ours. */
export function wrapped(subject: string, error: unknown, what = ""): NablaError {
  if (error instanceof NablaError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const line = printable(message.replaceAll(/\s+/g, " ").slice(0, 200));
  return new NablaError(`${subject}: ${what}${line}`, { cause: error });
}
