// WebAssembly as a target, with vectors of 128 bits, on the machines that it runs on.
import type { Rates } from "../kernel/estimate.ts";
import type { Target } from "../target.ts";

/** Four rows and two vectors of columns: they take eight of the 16 vector registers. */
export const tileRows = 4;

/** Buffers start at multiples of this many bytes. */
export const alignment = 64;

export const wasmTarget: Target = {
  tile: (dtype) => ({ rows: tileRows, columns: dtype === "float64" ? 4 : 8 }),
  caches: { line: 64, ways: 8, period: 4096, block: 2 ** 18, beyond: 2 ** 20 },
  // Longer code is compiled badly, and a function may have 50,000 registers.
  kernel: { nodes: 50, code: 500, buffers: Infinity, work: 400, loads: 64 },
  // A cache line, and four vectors; a vector may be read from the last element on.
  alignment,
  slack: 16,
  computes: ({ family }) => family !== "sort" && family !== "routine",
};

/** Rates of one thread, on the machines that were measured. */
export const wasmRates: Rates = { products: 25, operators: 2, bytes: 16 };

/**
 * Nanoseconds from which on a kernel is divided among threads; parts take at least half of that.
 */
let leastShared = 5000;

export function leastSharedTime(): number {
  return leastShared;
}

/** For tests, which divide everything that can be divided. */
export function setLeastShared(nanoseconds: number): void {
  leastShared = nanoseconds;
}
