// A run's table in memory, which its caller fills: where everything is, what each kernel is given, and
// how a run has failed.
import { manyTotals } from "../kernel/reduction.ts";
import type { Code, FunctionBody, Local } from "./encoder.ts";

/** The table's first words, by what they are for. */
export const tableWords = {
  /** The number of the failed check + 1; 0: none has. */
  failedCheck: 0,
  /** The index that failed it. */
  failedIndex: 1,
  /** From here on the address of each buffer. */
  buffers: 2,
} as const;

/** Bytes of the running totals of a reduction that are not in registers. */
export const runningBytes: number = 8 * manyTotals;

/** Vectors of running totals that registers may hold at once (multiply.ts). */
const mostVectors = 8;

/**
 * Bytes of totals in memory: behind running totals those that take what running totals come to in
 * each block (blocks.ts), in float64.
 */
const totalsBytes = runningBytes + 2 * 16 * mostVectors;

/** At most so many threads take part in a run; each has totals of its own. */
export const mostThreads = 16;

/** Where in the table the address of a buffer is. */
export function addressOffset(buffer: number): number {
  return 4 * (tableWords.buffers + buffer);
}

/** Where lists of what kernels are given begin, behind the addresses of so many buffers. */
export function listsOffset(buffers: number): number {
  return addressOffset(buffers);
}

/** Where the totals begin, behind lists of so many words. */
export function totalsOffset(buffers: number, listed: number): number {
  return Math.ceil((listsOffset(buffers) + 4 * listed) / 8) * 8;
}

/** Bytes of the table for a plan of so many buffers, and lists of so many words. */
export function tableBytes(buffers: number, listed: number): number {
  return totalsOffset(buffers, listed) + totalsBytes * mostThreads;
}

/** A function of the table's address, the thread's number, the part that it does, and of how many. */
export const runParameters = ["i32", "i32", "i32", "i32"] as const;

/**
 * A kernel's function has one more, where in the table the list is of what it is given: numbers as
 * they are, and of buffers where in the table their addresses are.
 */
export const kernelParameters: readonly "i32"[] = [...runParameters, "i32"];

/** The last parameter of a kernel's function. */
export function listOf({ parameters }: FunctionBody): Local {
  return parameters[runParameters.length]!;
}

/** The parameters of both. */
export function parametersOf({ parameters }: FunctionBody): {
  readonly table: Local;
  readonly thread: Local;
  readonly part: Local;
  readonly parts: Local;
} {
  const [table, thread, part, parts] = parameters as readonly [Local, Local, Local, Local];
  return { table, thread, part, parts };
}

/** Adds the address of this thread's totals, but for `totalsOffset`. */
export function addTotalsOfThread(code: Code, body: FunctionBody): void {
  const { table, thread } = parametersOf(body);
  code.get(table).get(thread).i32(totalsBytes).add("i32.mul").add("i32.add");
}
