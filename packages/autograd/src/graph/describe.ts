// What messages call a value that was not expected.
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
