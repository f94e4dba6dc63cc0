// How a product is divided into tiles: rows and vectors of columns whose totals are in registers at
// once, chosen so that few instructions are needed and none waits for the one before.
import type { Machine } from "../processor.ts";

/** A tile's rows, and its vectors of columns. */
export interface Tile {
  readonly rows: number;
  readonly vectors: number;
}

/** Cycles until a multiply-add has its result; and multiply-adds, or loads, a cycle. */
const latency = 4;
const perCycle = 2;

/** The columns of a product. */
export interface Columns {
  readonly vectors: number;
  /** What a tile's vectors have to be a multiple of. */
  readonly together: number;
  /** How many loads a vector takes. */
  readonly loads: number;
}

/** The rows of the tiles that take the least time for this many rows and vectors of columns. */
export function bestHeight(rows: number, columns: Columns, machine: Machine): number {
  let best = { height: 1, cycles: Infinity };
  for (let height = 1; height <= rows && fits({ rows: height, vectors: 1 }, machine); height++) {
    const rest = rows % height;
    const cycles =
      Math.floor(rows / height) * bestWidth(height, columns, machine).cycles +
      (rest > 0 ? bestWidth(rest, columns, machine).cycles : 0);
    if (cycles < best.cycles) best = { height, cycles };
  }
  return best.height;
}

/** The vectors of columns of tiles of so many rows, and the cycles of a step for all columns. */
export function bestWidth(
  rows: number,
  { vectors, together, loads }: Columns,
  machine: Machine,
): { readonly width: number; readonly cycles: number } {
  let best = { width: together, cycles: Infinity };
  const widths = Math.floor(vectors / together);
  for (let i = 1; i <= widths && fits({ rows, vectors: i * together }, machine); i++) {
    const width = i * together;
    const rest = vectors % width;
    const cycles =
      Math.floor(vectors / width) * cyclesOf({ rows, vectors: width }, loads) +
      (rest > 0 ? cyclesOf({ rows, vectors: rest }, loads) : 0);
    if (cycles < best.cycles) best = { width, cycles };
  }
  return best;
}

/**
 * Cycles that a step of the inner loop takes: arithmetic, loads, or waiting for the last step; and
 * what columns cost that are in no register, and often not in the first cache.
 */
function cyclesOf({ rows, vectors }: Tile, loads: number): number {
  const loaded = rows + vectors * loads;
  const busy = Math.max((rows * vectors) / perCycle, loaded / perCycle, latency);
  return busy + vectors / 4;
}

/** Whether totals, a row's vectors of columns and an element fit into registers. */
export function fits({ rows, vectors }: Tile, { registers }: Machine): boolean {
  // With one row, vectors of columns are operands in memory.
  const others = rows === 1 ? 1 : vectors + 1;
  return rows * vectors + others <= registers;
}
