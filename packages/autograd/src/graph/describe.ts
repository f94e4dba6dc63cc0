// How messages describe a value that was not expected.
import { quoted } from "./printable.ts";

/**
 * `"text"`, `3`, `null`, `an array`, `a function`, `an object (Map)`, `a promise (await it first)`.
 */
export function describe(x: unknown): string {
  if (typeof x === "string") return quoted(x);
  if (typeof x === "bigint") return `${x}n`;
  if (typeof x === "function") return "a function";
  if (typeof x !== "object" || x === null) return String(x);
  if (Array.isArray(x) || ArrayBuffer.isView(x)) return "an array";
  if (x instanceof Promise) return "a promise (await it first)";
  if ("dtype" in x && "shape" in x) return "a tensor";
  return `an object (${(x.constructor ?? Object).name})`;
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
 * Whether `x` is an object literal of any realm or has no prototype; instances of classes are not.
 */
export function isPlainObject(x: unknown): x is object {
  if (typeof x !== "object" || x === null) return false;
  const prototype: unknown = Object.getPrototypeOf(x);
  if (prototype === null || prototype === Object.prototype) return true;
  const isRoot = Object.getPrototypeOf(prototype) === null;
  return (
    isRoot && Object.hasOwn(prototype as object, "hasOwnProperty") && !(Symbol.toStringTag in x)
  );
}
