// Worker threads that take part in runs. They start when there is work for them and are unref'd, so
// they never keep the process alive; without workers, or once one has ended, everything runs on the
// calling thread.

import { MemoryError } from "../device.ts";
import { type Control, divide, load, type RunStretch, store, tellNews } from "./division.ts";
import type { Heap } from "./heap.ts";
import { controlBytes, controlWords } from "./thread-mailbox.ts";
import { workerSource } from "./worker.ts";
import { startWorker, type WorkerLike } from "./workers.ts";

/** The number of plans that workers can have loaded at a time. */
const slots = 64;
/** Changes of the number of threads, in a loop that never yields, for which there is a mailbox. */
const spareMailboxes = 16;

/**
 * After a run has waited for a thread that hung, the next runs use one thread, for this many times
 * as long: so waiting never takes more than a twentieth of the time.
 */
const pauseFactor = 20;

/** Milliseconds for which a run without room waits for workers to finish loading. */
const longestLoad = 2000;

/** A plan's slot among those that workers have loaded. */
export interface Loaded {
  readonly slot: number;
}

/** What the runner needs to know about the pool. */
export interface Shared {
  readonly control: number;
  readonly threads: number;
}

/** The result of a run: "done"; "busy", and nothing was done; or "lost": it has to be repeated. */
export type Division = "done" | "busy" | "lost";

/** Workers, and what they have loaded. */
export class Pool {
  readonly #heap: Heap;
  /** The address of the mailbox of these workers. */
  #address = 0;
  /** Mailboxes of workers that have ended. */
  readonly #spare: number[];
  readonly #loaded: (Loaded | undefined)[] = [];
  #workers: readonly WorkerLike[] = [];
  /** Runs that used several threads. */
  runs = 0;
  #nextSlot = 0;
  /** Bytes that workers are loading from. */
  #loading = 0;
  /** Until when all runs use one thread. */
  #pauseEnd = 0;
  /** Whether others may be at work; after a run only if an uncaught error has left it so. */
  #isDividing = false;
  /** Whether only one thread is used from now on. */
  hasFailed = false;

  constructor(heap: Heap) {
    this.#heap = heap;
    // At once, so that memory it never frees is at the bottom.
    this.#spare = Array.from({ length: spareMailboxes }, () => this.#allocate());
  }

  /** Makes `threads` take part in what is loaded from now on, if that many can be had. */
  resize(threads: number): void {
    const count = threads - 1;
    if (this.hasFailed || count === this.#workers.length || !this.isIdle()) return;
    this.#end();
    // The old ones may still be read for a while.
    this.#address = this.#spare.pop() ?? this.#allocate();
    this.#heap.bytes.fill(0, this.#address, this.#address + controlBytes);
    const workers: WorkerLike[] = [];
    this.#workers = workers;
    try {
      while (workers.length < count) workers.push(this.#start(workers.length + 1));
    } catch {
      this.fail();
    }
  }

  #allocate(): number {
    const address = this.#heap.allocate(controlBytes);
    if (address !== undefined) return address;
    throw new MemoryError("threads: there is no memory for what threads tell each other", true);
  }

  /** Makes workers load a module, while others continue. Undefined: not now. */
  load(module: Uint8Array): Loaded | undefined {
    if (this.#workers.length === 0 || !this.#isReady() || !this.isIdle()) return undefined;
    const address = this.#heap.allocate(module.length);
    if (address === undefined) return undefined;
    this.#loading = address;
    this.#heap.bytes.set(module, this.#loading);
    const loaded: Loaded = { slot: this.#nextSlot };
    this.#loaded[loaded.slot] = loaded;
    this.#nextSlot = (this.#nextSlot + 1) % slots;
    const control = this.#control();
    store(control, controlWords.loadSlot, loaded.slot);
    store(control, controlWords.address, this.#loading);
    store(control, controlWords.bytes, module.length);
    store(control, controlWords.loaded, 0);
    store(control, controlWords.loads, load(control, controlWords.loads) + 1);
    tellNews(control);
    return loaded;
  }

  /** Waits until workers have started and loaded everything; for tests. */
  settle(): void {
    while (!this.hasFailed && (!this.#isReady() || !this.isIdle()));
    this.#pauseEnd = 0;
  }

  /** Whether the workers still have what they have loaded. */
  has(loaded: Loaded): boolean {
    return this.#loaded[loaded.slot] === loaded;
  }

  /** Runs what is loaded, in this thread and others. */
  run({ slot }: Loaded, table: number, stretches: readonly RunStretch[]): Division {
    if (this.#isDividing) return "lost";
    if (this.#isPausing() || !this.isIdle()) return "busy";
    const control = this.#control();
    store(control, controlWords.slot, slot);
    store(control, controlWords.table, table);
    store(control, controlWords.running, 1);
    try {
      if (!this.#runStretches(control, table, stretches)) return "lost";
    } finally {
      store(control, controlWords.running, 0);
    }
    this.runs++;
    return load(control, controlWords.failed) === 0 ? "done" : "lost";
  }

  /**
   * The mailbox by which workers take parts of a run of the runner, and how many threads
   * take part; undefined: not now.
   */
  share({ slot }: Loaded, table: number): Shared | undefined {
    if (this.#isDividing || this.#isPausing() || !this.isIdle()) return undefined;
    const control = this.#control();
    store(control, controlWords.slot, slot);
    store(control, controlWords.table, table);
    return { control: this.#address, threads: this.#workers.length + 1 };
  }

  /**
   * Ends a run of the runner that lost `lost` milliseconds by waiting; returns whether all parts
   * were done without an error.
   */
  endShared(lost: number): boolean {
    const control = this.#control();
    store(control, controlWords.running, 0);
    if (lost > 0) this.#pauseEnd = performance.now() + pauseFactor * lost;
    this.runs++;
    return load(control, controlWords.failed) === 0;
  }

  /** Returns whether no thread was lost. */
  #runStretches(control: Control, table: number, stretches: readonly RunStretch[]): boolean {
    const threads = this.#workers.length + 1;
    let isAlone = false;
    for (const stretch of stretches) {
      if (isAlone || stretch.parts === 1) {
        stretch.run(table, 0, 0, 1);
        continue;
      }
      this.#isDividing = true;
      const { isDone, lost, error } = divide(control, stretch, { table, threads });
      if (!isDone) return false;
      this.#isDividing = false;
      if (error) throw error;
      if (lost === 0) continue;
      isAlone = true;
      this.#pauseEnd = performance.now() + pauseFactor * lost;
    }
    return true;
  }

  #control(): Control {
    return { words: this.#heap.words, base: this.#address / 4 };
  }

  #isReady(): boolean {
    return load(this.#control(), controlWords.ready) === this.#workers.length;
  }

  /**
   * Waits a while for workers to finish loading, to free memory; returns whether that has
   * succeeded.
   */
  finishLoading(): boolean {
    if (this.#loading === 0) return false;
    const end = performance.now() + longestLoad;
    while (!this.isIdle()) if (this.hasFailed || performance.now() > end) return false;
    return true;
  }

  /** Whether all workers have loaded everything. */
  isIdle(): boolean {
    if (this.#loading === 0) return true;
    if (load(this.#control(), controlWords.loaded) < this.#workers.length) return false;
    this.#heap.free(this.#loading);
    this.#loading = 0;
    return true;
  }

  #isPausing(): boolean {
    if (this.#pauseEnd === 0) return false;
    if (performance.now() < this.#pauseEnd) return true;
    this.#pauseEnd = 0;
    return false;
  }

  #start(thread: number): WorkerLike {
    const data = { memory: this.#heap.memory, control: this.#address, thread };
    const worker: WorkerLike = startWorker(workerSource, data, {
      onEnd: () => this.#failWith(worker),
    });
    return worker;
  }

  #end(): void {
    const ended = this.#workers.map((worker) => worker.terminate());
    const address = this.#address;
    // Pages do not report when a worker has ended.
    if (ended.length > 0 && ended.every((end) => end instanceof Promise)) {
      void Promise.all(ended).then(() => this.#spare.push(address));
    }
    this.#workers = [];
    this.#loaded.length = 0;
  }

  #failWith(worker: WorkerLike): void {
    // Workers that this pool has ended are not among them.
    if (this.#workers.includes(worker)) this.fail();
  }

  /** Uses only one thread from now on. */
  fail(): void {
    this.hasFailed = true;
    this.#end();
  }
}
