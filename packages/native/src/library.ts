// Compiled segments, loaded and called.
import type { Outcome, Started, WasmDevice } from "@nabla/autograd/backend";
import koffi from "koffi";

type Heap = WasmDevice["memory"];

/** A segment's function. */
export interface SegmentFunction {
  /** Runs it on memory, with the run table at that address. */
  call(memory: Uint8Array, table: number, threads: Threads): Outcome;
  /** The same on another thread, which sets the word at `over` to 1 more than what it returns. */
  start(heap: Heap, table: number, over: number, threads: Threads): Started | undefined;
}

/** How many threads run a segment, and the address of the team that they are of. */
export interface Threads {
  readonly count: number;
  readonly team: number;
}

/** Only the calling one. */
export const oneThread: Threads = { count: 1, team: 0 };

interface Foreign {
  /** Returns 1 if several threads took part, and 2 more if a number was beyond what C computes. */
  (memory: number, table: number, over: number, threads: number, team: number): number;
  async(
    memory: number,
    table: number,
    over: number,
    threads: number,
    team: number,
    settle: () => void,
  ): void;
}

/** The functions of an object, by the segments' numbers. Throws if the system refuses it. */
export function loadSegments(
  path: string,
  names: readonly (string | undefined)[],
): readonly (SegmentFunction | undefined)[] {
  const library = koffi.load(path);
  return names.map((name): SegmentFunction | undefined => {
    if (name === undefined) return undefined;
    const declared = `uint32_t ${name}(uint64_t memory, uint32_t table, uint32_t over, uint32_t threads, uint64_t team)`;
    const run = library.func(declared) as unknown as Foreign;
    return {
      call: (memory, table, { count, team }) =>
        outcomeOf(run(addressOf(memory), table, 0, count, team)),
      start: (heap, table, over, threads) =>
        over === 0 ? undefined : started(run, heap, table, over, threads),
    };
  });
}

/** What a function of that name, without arguments, returns: an address. */
export function loadAddress(path: string, name: string): number {
  const address = koffi.load(path).func(`uint64_t ${name}()`)() as number | bigint;
  return Number(address);
}

let lastMemory: Uint8Array | undefined;
let lastAddress = 0;

/** Where a memory begins. (Converting an array takes as long as the rest of a call.) */
function addressOf(memory: Uint8Array): number {
  if (memory !== lastMemory) {
    lastMemory = memory;
    lastAddress = Number(koffi.address(memory));
  }
  return lastAddress;
}

function outcomeOf(result: number): Outcome {
  if (result >= 2) return "again";
  return result === 0 ? "alone" : "together";
}

/** Milliseconds for which a thread that cannot go on looks, before it sleeps. */
const longestLook = 0.2;

function started(
  run: Foreign,
  { bytes, words }: Heap,
  table: number,
  word: number,
  { count, team }: Threads,
): Started {
  Atomics.store(words, word / 4, 0);
  const start = performance.now();
  let ended: { readonly outcome: Outcome; readonly milliseconds: number } | undefined;
  const note = () => {
    const outcome = outcomeOf(Atomics.load(words, word / 4) - 1);
    ended ??= { outcome, milliseconds: performance.now() - start };
  };
  const over = new Promise<void>((resolve) => {
    run.async(addressOf(bytes), table, word, count, team, () => {
      note();
      resolve();
    });
  });
  const wait = () => {
    const looks = performance.now() + longestLook;
    while (Atomics.load(words, word / 4) === 0) {
      if (performance.now() > looks) Atomics.wait(words, word / 4, 0, 1);
    }
    note();
  };
  const end = () => ended;
  // Only memory that is shared can be waited for.
  return words.buffer instanceof SharedArrayBuffer ? { over, wait, end } : { over, end };
}
