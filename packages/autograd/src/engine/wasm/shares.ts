// Divides the iterations of a loop into parts as equal as possible.
import type { Code, Local } from "./encoder.ts";

/** A part of a loop, of `parts`, or the one `later` parts after it. */
export interface Share {
  readonly part: Local;
  readonly parts: Local;
  readonly later: 0 | 1;
}

/**
 * Leaves the first iteration that is not in an earlier part on the stack: turns * part / parts,
 * rounded down. The product needs 64 bits.
 */
export function addFirstTurn(code: Code, turns: number, { part, parts, later }: Share): void {
  code.get(part).i32(later).add("i32.add").add("i64.extend_i32_u");
  code.i64(BigInt(turns)).add("i64.mul");
  code.get(parts).add("i64.extend_i32_u").add("i64.div_u").add("i32.wrap_i64");
}
