// The run table: memory that the caller fills for a run, with all addresses and the kernels' argument
// lists; how the run has failed; and the threads' totals.
import { manyTotals } from "../kernel/reduction.ts";
import type { Code, FunctionBody, Local } from "./encoder.ts";

/** Bytes of a reduction's accumulators in memory. */
export const runningBytes: number = 8 * manyTotals;

/** The most vectors of accumulators in registers (multiply.ts). */
const mostVectors = 8;

/** Bytes of totals in memory: accumulators, then the float64 totals of blocks (blocks.ts). */
const totalsBytes = runningBytes + 2 * 16 * mostVectors;

/** The most threads that take part in a run; each has its own totals. */
export const mostThreads = 16;

/** Offset of the totals: the same in all tables, so that plans can share functions. */
export const totalsOffset = 8;

/** The table's words, by purpose. */
interface TableWords {
  /** The number of the failed check + 1; 0: none has. */
  readonly failedCheck: number;
  /** The index that failed it. */
  readonly failedIndex: number;
  /** From here on the threads' totals. */
  readonly totals: number;
  /** From here on the address of each buffer. */
  readonly buffers: number;
}

export const tableWords: TableWords = {
  failedCheck: 0,
  failedIndex: 1,
  totals: totalsOffset / 4,
  buffers: (totalsOffset + totalsBytes * mostThreads) / 4,
};

/** Offset of a buffer's address in the table. */
export function addressOffset(buffer: number): number {
  return 4 * (tableWords.buffers + buffer);
}

/** Offset of the argument lists, after the addresses of the buffers. */
export function listsOffset(buffers: number): number {
  return addressOffset(buffers);
}

/** Bytes of the table for a plan with this many buffers, and lists of this many words. */
export function tableBytes(buffers: number, listed: number): number {
  return listsOffset(buffers) + 4 * listed;
}

/**
 * A function of the table's address, the thread's number, the part to run, and the number of parts.
 */
export const runParameters = ["i32", "i32", "i32", "i32"] as const;

/**
 * A kernel's function has one more, the offset of its argument list in the table: numbers, and for
 * buffers the offsets of their addresses.
 */
export const kernelParameters: readonly "i32"[] = [...runParameters, "i32"];

/** The last parameter of a kernel's function. */
export function listOf({ parameters }: FunctionBody): Local {
  return parameters[runParameters.length]!;
}

/** The parameters that both have. */
export function parametersOf({ parameters }: FunctionBody): {
  readonly table: Local;
  readonly thread: Local;
  readonly part: Local;
  readonly parts: Local;
} {
  const [table, thread, part, parts] = parameters as readonly [Local, Local, Local, Local];
  return { table, thread, part, parts };
}

/** Adds the address of this thread's totals, without `totalsOffset`. */
export function addTotalsOfThread(code: Code, body: FunctionBody): void {
  const { table, thread } = parametersOf(body);
  code.get(table).get(thread).i32(totalsBytes).add("i32.mul").add("i32.add");
}
