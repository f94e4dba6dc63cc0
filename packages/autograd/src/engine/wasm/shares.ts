// Divides the iterations of a loop into parts as equal as possible.
import type { Code, Local } from "./encoder.ts";
import { addExtent, type Extent } from "./extents.ts";

/** A loop from one number to another, in steps. */
interface Turns {
  readonly from: Extent;
  readonly to: Extent;
  readonly step: number;
}

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
export function addFirstTurn(code: Code, turns: Turns, { part, parts, later }: Share): void {
  code.get(part).i32(later).add("i32.add").add("i64.extend_i32_u");
  addCount(code, turns);
  code.add("i64.mul");
  code.get(parts).add("i64.extend_i32_u").add("i64.div_u").add("i32.wrap_i64");
}

/** Leaves the number of turns on the stack. */
function addCount(code: Code, { from, to, step }: Turns): void {
  if (typeof from === "number" && typeof to === "number") {
    code.i64(BigInt(Math.ceil((to - from) / step)));
    return;
  }
  addExtent(addExtent(code, to), from).add("i32.sub");
  code
    .i32(step - 1)
    .add("i32.add")
    .i32(step)
    .add("i32.div_u")
    .add("i64.extend_i32_u");
}
