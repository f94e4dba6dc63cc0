// The run table: memory that the caller fills for a run, with all addresses, the kernels' argument
// lists, and how the run has failed.
import { manyTotals } from "../kernel/reduction.ts";
import type { Code, FunctionBody, Local } from "./encoder.ts";

/** The table's first words, by purpose. */
export const tableWords = {
  /** The number of the failed check + 1; 0: none has. */
  failedCheck: 0,
  /** The index that failed it. */
  failedIndex: 1,
  /** From here on the address of each buffer. */
  buffers: 2,
} as const;

/** Bytes of a reduction's accumulators in memory. */
export const runningBytes: number = 8 * manyTotals;

/** The most vectors of accumulators in registers (multiply.ts). */
const mostVectors = 8;

/** Bytes of totals in memory: accumulators, then the float64 totals of blocks (blocks.ts). */
const totalsBytes = runningBytes + 2 * 16 * mostVectors;

/** The most threads that take part in a run; each has its own totals. */
export const mostThreads = 16;

/** Offset of a buffer's address in the table. */
export function addressOffset(buffer: number): number {
  return 4 * (tableWords.buffers + buffer);
}

/** Offset of the argument lists, after the addresses of the buffers. */
export function listsOffset(buffers: number): number {
  return addressOffset(buffers);
}

/** Offset of the totals, after the lists of `listed` words. */
export function totalsOffset(buffers: number, listed: number): number {
  return Math.ceil((listsOffset(buffers) + 4 * listed) / 8) * 8;
}

/** Bytes of the table for a plan with this many buffers, and lists of this many words. */
export function tableBytes(buffers: number, listed: number): number {
  return totalsOffset(buffers, listed) + totalsBytes * mostThreads;
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
