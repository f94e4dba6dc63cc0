// What the engine has in WebAssembly memory, and what it gives up when that is short.
import { NablaError } from "../../graph/errors.ts";
import type { Value } from "../../graph/node.ts";
import { ConstantCache } from "./constants.ts";
import { Heap } from "./heap.ts";
import { Pool } from "./pool.ts";
import { Residents } from "./residents.ts";
import { firstMemory } from "./usable.ts";

/** Bytes of constants that come back and are kept. */
const cachedBytes = 2 ** 29;

/** Bytes of WebAssembly memory by what they are for. */
export interface WasmMemory {
  readonly arena: number;
  readonly parameters: number;
  readonly cache: number;
}

/** Made when the first graph runs. */
export class Engine {
  readonly heap: Heap = new Heap(firstMemory());
  readonly residents: Residents = new Residents(this.heap);
  readonly constants: ConstantCache = new ConstantCache(this.heap, cachedBytes);
  readonly #threads: () => number;
  readonly #unload: () => void;
  /** Bytes of the largest arena so far. */
  #arena = 0;
  readonly #pool: Pool | undefined;

  /** `threads`: how many run plans; `unload` frees what is made again when it is needed. */
  constructor(threads: () => number, unload: () => void) {
    this.#threads = threads;
    this.#unload = unload;
    this.heap.giveUp = (bytes) =>
      this.constants.drop(bytes) > 0 || this.residents.moveOut(bytes) > 0;
    this.heap.describeUse = () =>
      ` (${this.residents.bytes} by parameters, ${this.constants.bytes} by constants)`;
    // Now, so that what it never gives back lies at the bottom.
    this.#pool = this.heap.isShared ? new Pool(this.heap) : undefined;
  }

  get memory(): WasmMemory {
    return {
      arena: Math.min(this.#arena, this.heap.bytesBeyond),
      parameters: this.residents.bytes,
      cache: this.constants.bytes,
    };
  }

  /** Threads that run plans; undefined where one has to do. */
  get pool(): Pool | undefined {
    const threads = this.#threads();
    if (!this.#pool || threads === 1) return undefined;
    this.#pool.resize(threads);
    return this.#pool.hasFailed ? undefined : this.#pool;
  }

  /** Whether threads could not be had, or one has ended. */
  get hasLostThreads(): boolean {
    return this.#pool?.hasFailed ?? false;
  }

  /** Goes on with one thread, in a memory that a lost one does not have. */
  leaveThreads(): void {
    this.#pool?.fail();
    try {
      this.heap.move();
    } catch (error) {
      throw new NablaError(
        "threads: a thread ended or stood still in the middle of a run, and there is no memory to go on " +
          `without it (${String(error)}); what was to be computed is not, and all else is as before`,
        { cause: error },
      );
    }
  }

  /** A run begins that is given `values`. */
  begin(values: readonly Value[]): void {
    this.constants.begin();
    this.residents.begin(values);
  }

  /** The address of an arena of so many bytes, for all intermediate results until the next block. */
  arenaOf(bytes: number): number {
    const address = this.heap.beyond(bytes);
    this.#arena = Math.max(this.#arena, bytes);
    return address;
  }

  /** Empties the memory, the run under way included, which has to find room anew. */
  empty(): void {
    this.begin([]);
    this.constants.drop(Infinity);
    this.residents.moveOut(Infinity);
    this.#unload();
  }
}
