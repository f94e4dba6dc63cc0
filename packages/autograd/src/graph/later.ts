// The error for a value that is needed at once on a device that answers later.
import { NablaError } from "./errors.ts";

const cures: ReadonlyMap<string, string> = new Map([
  ["dataSync", "await data()"],
  ["arraySync", "await array()"],
  ["itemSync", "await item()"],
  ["realize", "await realizeAsync(x), or x.data()"],
  ["compile", "await f.async(x) in place of f(x)"],
]);

/** The error for a call that would have to block on a device that answers later. */
export function laterError(operation: string): NablaError {
  const cure = cures.get(operation) ?? "await realizeAsync(x), or x.data(), before";
  return new NablaError(
    `${operation}: the device answers later, and nobody can wait here; ${cure}`,
  );
}
