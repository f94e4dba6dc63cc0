// Threads that take part in runs. They start when there is something for them, never stand in the way of
// the process's end, and where none can be had all runs are done by one.
import { commands, controlBytes, controlWords } from "./control.ts";
import type { Heap } from "./heap.ts";
import { mostThreads } from "./table.ts";
import { workerSource } from "./worker.ts";

/** A module may be loaded in so many plans at a time. */
const slots = 64;

/** One thread's part of a run. */
export type PartFunction = (table: number, part: number, parts: number, control: number) => void;

/** A plan's place among those that workers have loaded. */
export interface Loaded {
  readonly slot: number;
}

/** What is used of the workers of Node and of pages. */
interface WorkerLike {
  terminate(): unknown;
}

interface Host {
  readonly process?: {
    getBuiltinModule?(name: string): unknown;
  };
  readonly Worker?: new (url: string) => WorkerLike & { postMessage(message: unknown): void };
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly Blob?: new (parts: readonly string[], options: { readonly type: string }) => object;
  readonly URL?: { createObjectURL(blob: object): string };
}

/** How many threads the machine can run at once. */
export function availableThreads(): number {
  const { process, navigator } = globalThis as unknown as Host;
  const os = process?.getBuiltinModule?.("node:os") as
    | { availableParallelism(): number }
    | undefined;
  return os?.availableParallelism() ?? navigator?.hardwareConcurrency ?? 1;
}

/** Workers, and what they have loaded. */
export class Pool {
  readonly #heap: Heap;
  /** The address of the words by which these workers are told what to do. */
  #control = 0;
  readonly #loaded: (Loaded | undefined)[] = [];
  #workers: readonly WorkerLike[] = [];
  /** Runs that several threads have done together. */
  runs = 0;
  #nextSlot = 0;
  /** Workers that were told the last command. */
  #told = 0;
  /** Bytes that workers are loading from. */
  #loading = 0;
  #hasFailed = false;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** Sees to it that `threads` take part in what is loaded from now on, if so many can be had. */
  resize(threads: number): void {
    const count = Math.min(threads, mostThreads) - 1;
    if (this.#hasFailed || count === this.#workers.length || !this.#isIdle()) return;
    this.#end();
    // New words: the old ones may be looked at a little longer.
    this.#control = this.#heap.allocate(controlBytes);
    this.#heap.bytes.fill(0, this.#control, this.#control + controlBytes);
    const workers: WorkerLike[] = [];
    this.#workers = workers;
    try {
      while (workers.length < count) workers.push(this.#start(workers.length + 1));
    } catch {
      this.#fail();
    }
  }

  /** Has workers load a module, while others go on. Undefined: not now. */
  load(module: Uint8Array): Loaded | undefined {
    if (this.#workers.length === 0 || !this.#isReady() || !this.#isIdle()) return undefined;
    this.#loading = this.#heap.allocate(module.length);
    this.#heap.bytes.set(module, this.#loading);
    const loaded: Loaded = { slot: this.#nextSlot };
    this.#loaded[loaded.slot] = loaded;
    this.#nextSlot = (this.#nextSlot + 1) % slots;
    this.#set(controlWords.slot, loaded.slot);
    this.#set(controlWords.address, this.#loading);
    this.#set(controlWords.bytes, module.length);
    this.#tell(commands.load);
    return loaded;
  }

  /** Waits until workers have started, and done what they were told; for tests. */
  settle(): void {
    while (!this.#isReady() || !this.#isIdle());
  }

  /** Whether the workers still have what they have loaded. */
  has(loaded: Loaded): boolean {
    return this.#loaded[loaded.slot] === loaded;
  }

  /** Runs what is loaded, together with `part` in this thread; false if the workers are busy. */
  run({ slot }: Loaded, table: number, part: PartFunction): boolean {
    if (!this.#isIdle()) return false;
    const parts = this.#workers.length + 1;
    this.#set(controlWords.slot, slot);
    this.#set(controlWords.table, table);
    this.#set(controlWords.parts, parts);
    this.#set(controlWords.arrived, 0);
    this.#set(controlWords.failed, 0);
    this.#tell(commands.run);
    try {
      part(table, 0, parts, this.#control);
    } catch (error) {
      // Nobody waits for this thread at a barrier any more.
      this.#set(controlWords.failed, 1);
      throw error;
    }
    this.runs++;
    if (this.#get(controlWords.failed) === 0) return true;
    this.#fail();
    throw new Error("unreachable: a thread has failed in the middle of a run");
  }

  #tell(command: number): void {
    const { words } = this.#heap;
    this.#set(controlWords.kind, command);
    this.#set(controlWords.done, 0);
    this.#told = this.#workers.length;
    const at = this.#control / 4 + controlWords.command;
    Atomics.add(words, at, 1);
    Atomics.notify(words, at);
  }

  #set(word: number, value: number): void {
    Atomics.store(this.#heap.words, this.#control / 4 + word, value);
  }

  #get(word: number): number {
    return Atomics.load(this.#heap.words, this.#control / 4 + word);
  }

  #isReady(): boolean {
    return this.#get(controlWords.ready) === this.#workers.length;
  }

  /** Whether the last command is done. */
  #isIdle(): boolean {
    if (this.#told > 0 && this.#get(controlWords.done) < this.#told) return false;
    if (this.#loading !== 0) this.#heap.free(this.#loading);
    this.#loading = 0;
    return true;
  }

  #start(part: number): WorkerLike {
    const { process, Worker, Blob, URL } = globalThis as unknown as Host;
    const data = { memory: this.#heap.memory, control: this.#control, part };
    const threads = process?.getBuiltinModule?.("node:worker_threads") as
      | { readonly Worker: NodeWorker }
      | undefined;
    if (threads) {
      const worker = new threads.Worker(workerSource.node, {
        eval: true,
        workerData: data,
        // The process's own flags are not for it.
        execArgv: [],
      });
      worker.unref();
      worker.on("error", () => this.#fail());
      return worker;
    }
    const source = new Blob!([workerSource.page], { type: "text/javascript" });
    const worker = new Worker!(URL!.createObjectURL(source));
    // A worker's postMessage takes no origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    worker.postMessage(data);
    return worker;
  }

  #end(): void {
    for (const worker of this.#workers) void worker.terminate();
    this.#workers = [];
    this.#loaded.length = 0;
    this.#told = 0;
  }

  /** One thread has to do from now on. */
  #fail(): void {
    this.#hasFailed = true;
    this.#end();
  }
}

type NodeWorker = new (
  source: string,
  options: {
    readonly eval: true;
    readonly workerData: unknown;
    readonly execArgv: readonly string[];
  },
) => WorkerLike & { unref(): void; on(event: "error", listener: () => void): void };
