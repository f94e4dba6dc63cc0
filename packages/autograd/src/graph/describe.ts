// How messages describe a value that was not expected.
import { printable, quoted } from "./printable.ts";

/** Of a text no more is shown. */
const mostShownOfText = 60;

/**
 * What messages call a value that was not expected: `"text"`, `3`, `null`, `an array`, `a function`,
 * `an object`, `a Map`, `a tensor of shape [2, 3]`, `a promise (await it first)`. One line; a long text
 * is cut.
 *
 * @example
 * import { describe } from "@nabla/autograd/checks";
 *
 * describe(new Map()); // => "a Map"
 * describe(zeros([2, 3])); // => "a tensor of shape [2, 3]"
 */
export function describe(x: unknown): string {
  if (typeof x === "string") {
    const start = quoted(x.slice(0, mostShownOfText));
    return x.length > mostShownOfText ? `${start.slice(0, -1)}…"` : start;
  }
  if (typeof x === "bigint") return `${x}n`;
  if (typeof x === "function") return "a function";
  if (typeof x !== "object" || x === null) return String(x);
  if (Array.isArray(x)) return "an array";
  if (typeof (x as PromiseLike<unknown>).then === "function") return "a promise (await it first)";
  if (isPlainObject(x)) return "an object";
  if ("dtype" in x && "shape" in x) {
    const { shape } = x;
    const isShape = Array.isArray(shape) && shape.every(Number.isSafeInteger);
    return isShape ? `a tensor of shape [${shape.join(", ")}]` : "a tensor";
  }
  const name: unknown = x.constructor?.name;
  if (typeof name !== "string" || name === "") return "an object";
  return `${/^([AEIO]|HTML)/.test(name) ? "an" : "a"} ${printable(name)}`;
}

/** Like `describe`, but shows what is in lists, up to three deep: `[2, "a", [null, an array]]`. */
export function describeList(x: unknown, depth = 3): string {
  if (!Array.isArray(x) || depth === 0) return describe(x);
  const parts = Array.from(x.slice(0, mostShown), (one) => describeList(one, depth - 1));
  if (x.length > mostShown) parts.push("…");
  return `[${parts.join(", ")}]`;
}

/** Longer lists are cut here. */
const mostShown = 16;

/**
 * Whether `x` is an object literal of any realm or has no prototype; lists and instances of classes are
 * not.
 *
 * @example
 * import { isPlainObject } from "@nabla/autograd/checks";
 *
 * isPlainObject({ bias: true }); // => true
 * isPlainObject([1]); // => false
 */
export function isPlainObject(x: unknown): x is Readonly<Record<string, unknown>> {
  if (typeof x !== "object" || x === null) return false;
  const prototype: unknown = Object.getPrototypeOf(x);
  if (prototype === null || prototype === Object.prototype) return true;
  const isRoot = Object.getPrototypeOf(prototype) === null;
  return (
    isRoot && Object.hasOwn(prototype as object, "hasOwnProperty") && !(Symbol.toStringTag in x)
  );
}
