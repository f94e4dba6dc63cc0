// Sums in blocks (kernel/reduction.ts): the loops, and the totals in float64 to which accumulators
// are added after each block.
import type { DType } from "../../scalar/dtype.ts";
import type { Variable } from "../kernel/language.ts";
import type { Blocks } from "../kernel/reduction.ts";
import type { Local } from "./encoder.ts";
import { addExtent, type Extent } from "./extents.ts";
import type { KernelWriter } from "./kernel-writer.ts";
import { addLiteral, type Lanes } from "./lanes.ts";
import { addTotalsOfThread, runningBytes, totalsOffset } from "./run-table.ts";
import type { Scopes } from "./scopes.ts";

/** The body of nested loops. */
export interface Turns {
  /** How many values of the last variable it processes at a time. */
  readonly step: number;
  readonly write: () => void;
  /** The body for the remaining values. */
  readonly writeRest?: () => void;
}

/** The loops over `variables`; `between` before each block, with or without the first. */
export function loopsInBlocks(
  variables: readonly Variable[],
  blocks: Blocks | undefined,
  { step, write, writeRest }: Turns,
  scopes: Scopes,
  between: () => void,
): void {
  const last = variables.at(-1);
  if (!last) {
    write();
    return;
  }
  const [whole, size] = [scopes.wholeOf(last, step), scopes.sizeOf(last)];
  const outside = variables.slice(0, blocks?.loop ?? -1);
  const within = () => {
    scopes.loop(last, 0, whole, step, write);
    writeRest?.();
  };
  scopes.loops(outside, () => {
    if (!blocks) {
      within();
      return;
    }
    if (outside.length > 0) between();
    const [variable, ...inside] = variables.slice(blocks.loop) as [Variable, ...Variable[]];
    if (inside.length > 0) {
      scopes.loopInBlocks(variable, scopes.sizeOf(variable), 1, blocks.size, between, () =>
        scopes.loops(inside.slice(0, -1), within),
      );
      return;
    }
    scopes.loopInBlocks(last, whole, step, blocks.size, between, write);
    if (typeof whole === "object" || typeof size === "object") {
      if (step > 1) scopes.when(isAtBlock(whole, size, blocks, scopes), between);
    } else if (whole < size && whole % blocks.size === 0) between();
    writeRest?.();
  });
}

/** Whether the last whole step ended a block, and something remains. */
function isAtBlock(whole: Extent, size: Extent, blocks: Blocks, { body, code }: Scopes): Local {
  const local = body.local("i32");
  addExtent(addExtent(code, whole), size).add("i32.lt_u");
  addExtent(code, whole).i32(blocks.size).add("i32.rem_u").add("i32.eqz");
  code.add("i32.and").set(local);
  return local;
}

/** The loops over `variables`, in which `totals`, each with `lanes` lanes, sum from 0. */
export function addInBlocks(
  totals: readonly Local[],
  dtype: DType,
  lanes: Lanes,
  variables: readonly Variable[],
  blocks: Blocks | undefined,
  turns: Turns,
  writer: KernelWriter,
): void {
  const wide = blocks && new WideTotals(totals.length, dtype, lanes, writer);
  loopsInBlocks(variables, blocks, turns, writer.scopes, () =>
    totals.forEach((total, i) => wide?.take(i, total)),
  );
  totals.forEach((total, i) => wide?.giveBack(i, total));
}

/**
 * Totals in float64 of the blocks' accumulators. They are in memory: V8 11 would keep them in
 * registers and spill the accumulators (a convolution took 1.4 times as long).
 */
export class WideTotals {
  readonly #scopes: Scopes;
  readonly #dtype: DType;
  readonly #lanes: Lanes;
  /** The local of the address, and a constant to add to it. */
  readonly #address: Local;
  readonly #offset: number;
  /** Lanes 0 and 1, and lanes 2 and 3 if there are four. */
  readonly #halves: readonly (0 | 1)[];

  /** `count` totals, initially 0. */
  constructor(count: number, dtype: DType, lanes: Lanes, { scopes }: KernelWriter) {
    this.#scopes = scopes;
    this.#dtype = dtype;
    this.#lanes = lanes;
    this.#offset = totalsOffset + runningBytes;
    this.#address = scopes.body.local("i32");
    this.#halves = lanes === 4 ? [0, 1] : [0];
    const { code } = scopes;
    addTotalsOfThread(code, scopes.body);
    code.set(this.#address);
    for (let i = 0; i < count; i++) {
      for (const half of this.#halves) {
        code.get(this.#address);
        addLiteral(code, 0, "float64", lanes);
        this.#addAccess("store", i, half);
      }
    }
  }

  /** Adds an accumulator to the total at `position`, and resets it. */
  take(position: number, total: Local): void {
    const { code } = this.#scopes;
    for (const half of this.#halves) {
      code.get(this.#address);
      this.#addSum(position, half, total);
      this.#addAccess("store", position, half);
    }
    addLiteral(code, 0, this.#dtype, this.#lanes);
    code.set(total);
  }

  /** Adds the total at `position` to an accumulator. */
  giveBack(position: number, total: Local): void {
    const { code } = this.#scopes;
    for (const half of this.#halves) {
      this.#addSum(position, half, total);
      if (this.#dtype !== "float32") continue;
      code.add(this.#lanes === 1 ? "f32.demote_f64" : "f32x4.demote_f64x2_zero");
    }
    if (this.#lanes === 4) code.add("i8x16.shuffle", ...bytesFrom(0), ...bytesFrom(16));
    code.set(total);
  }

  /** Leaves the sum of both, in float64, on the stack. */
  #addSum(position: number, half: 0 | 1, total: Local): void {
    const { code } = this.#scopes;
    code.get(this.#address);
    this.#addAccess("load", position, half);
    code.get(total);
    if (half === 1) code.get(total).add("i8x16.shuffle", ...bytesFrom(8), ...bytesFrom(8));
    const isSingle = this.#dtype === "float32";
    if (isSingle) code.add(this.#lanes === 1 ? "f64.promote_f32" : "f64x2.promote_low_f32x4");
    code.add(this.#lanes === 1 ? "f64.add" : "f64x2.add");
  }

  #addAccess(what: "load" | "store", position: number, half: 0 | 1): void {
    const [type, bytes] = this.#lanes === 1 ? (["f64", 8] as const) : (["v128", 16] as const);
    const index = position * this.#halves.length + half;
    this.#scopes.code.memory(`${type}.${what}`, this.#offset + index * bytes);
  }
}

/** The indices of 8 bytes from one on, for a shuffle. */
function bytesFrom(first: number): readonly number[] {
  return Array.from({ length: 8 }, (_, i) => first + i);
}
