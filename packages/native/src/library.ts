// Compiled segments, loaded and called.
import type { Started, WasmDevice } from "@nabla/autograd/backend";
import koffi from "koffi";

type Heap = WasmDevice["memory"];

/** A segment's function. */
export interface SegmentFunction {
  /** Runs it on memory, with the run table at that address. */
  call(memory: Uint8Array, table: number): void;
  /** The same on another thread, which sets the word at `over` to 1. */
  start(heap: Heap, table: number, over: number): Started | undefined;
}

interface Foreign {
  (memory: Uint8Array, table: number, over: number): void;
  async(
    memory: Uint8Array,
    table: number,
    over: number,
    settle: (error: unknown, result: undefined) => void,
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
    const declared = `void ${name}(void *memory, uint32_t table, uint32_t over)`;
    const run = library.func(declared) as unknown as Foreign;
    return {
      call: (memory, table) => run(memory, table, 0),
      start: (heap, table, over) => (over === 0 ? undefined : started(run, heap, table, over)),
    };
  });
}

/** Milliseconds for which a thread that cannot go on looks, before it sleeps. */
const longestLook = 0.2;

function started(run: Foreign, { bytes, words }: Heap, table: number, word: number): Started {
  Atomics.store(words, word / 4, 0);
  const start = performance.now();
  let milliseconds: number | undefined;
  const note = () => {
    milliseconds ??= performance.now() - start;
  };
  const over = new Promise<void>((resolve) => {
    run.async(bytes, table, word, () => {
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
  const end = () => ({ outcome: "alone" as const, milliseconds: milliseconds! });
  // Only memory that is shared can be waited for.
  return words.buffer instanceof SharedArrayBuffer ? { over, wait, end } : { over, end };
}
