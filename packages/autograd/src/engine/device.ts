// What runs plans. A device has memory, and makes programs of plans; all else that a back end needs
// is the same for all devices (planned/). docs/devices.md walks through one.
import { NablaError } from "../graph/errors.ts";
import type { Data, DType } from "../scalar/dtype.ts";
import type { Elsewhere } from "./background.ts";
import type { Buffer } from "./kernel/language.ts";
import type { Plan } from "./plan/plan.ts";
import type { Target } from "./target.ts";

/** A place in a device's memory: whatever number the device calls it by, but not 0. */
export type Address = number;

/** A kind of machine that computes. */
export interface Device {
  /** As errors call it. */
  readonly name: string;
  /** What plans have to know of it. */
  readonly target: Target;
  /**
   * Whether what it reads are promises. Then values have to be awaited, as `await x.data()` does, and
   * `x.dataSync()` and the like throw. Promises give what lay there when they were made, whatever is
   * written or run after.
   */
  readonly answersLater?: boolean;
  readonly memory: DeviceMemory;
  /** A plan made ready to run any number of times. */
  load(plan: Plan): Program;
}

/** A device's memory. What lies in a block stays until it is freed. */
export interface DeviceMemory {
  /** Bytes of all blocks. */
  readonly used: number;
  /** Bytes that there can be at most. */
  limit: number;
  /** Bytes of the largest place so far for what a run computes on its way. */
  readonly arena: number;
  /** A block of at least `bytes`; undefined where there is no room. */
  allocate(bytes: number): Address | undefined;
  free(address: Address): void;
  /** A copy of so many elements at an address. */
  read(address: Address, dtype: DType, size: number): Data | Promise<Data>;
  write(address: Address, data: Data): void;
}

/** How a segment was run: by several threads, or by one, or it was not, and all is to be run again. */
export type Outcome = "together" | "alone" | "again";

/** A check of an index from the data that has failed. */
export interface Failure {
  readonly check: number;
  readonly index: number;
}

/** A segment that another thread runs. */
export interface Started extends Elsewhere {
  /**
   * Once it is over: how it was run, and how many milliseconds that took; undefined if the thread has
   * not begun with it, and never will.
   */
  end(): { readonly outcome: Outcome; readonly milliseconds: number } | undefined;
}

/**
 * A plan on a device. For a run it is placed, what lies in blocks is bound, inputs are written, its
 * segments are run, in order, and results are read.
 */
export interface Program {
  /** About how much it takes, to limit how many are kept. */
  readonly bytes: number;
  /**
   * Finds places for all buffers that only this run needs: all but inputs, and of inputs `given`.
   * They are good until the next run of any program. Returns for how many bytes there is no room;
   * 0: all is placed.
   */
  place(given: readonly Buffer[]): number;
  /** The buffer of an input or a result is the block at an address, in this run. */
  bind(buffer: Buffer, address: Address): void;
  write(buffer: Buffer, data: Data): void;
  /** A copy of a buffer's elements. */
  read(buffer: Buffer): Data | Promise<Data>;
  /** Whether several threads could take part in a run now. */
  isForThreads(): boolean;
  /** Runs a segment of kernels, by its number in the plan; several threads together if they are wanted. */
  run(segment: number, isTogether: boolean): Outcome;
  /** About how many milliseconds one thread takes, where another one may do it all: `start`. */
  readonly milliseconds?: number;
  /** Has another thread run a segment, as `run` would, while this one goes on; undefined: none can. */
  start?(segment: number, isTogether: boolean): Started | undefined;
  /** The check that has failed in this run, and the index that did. */
  failure(): Failure | undefined | Promise<Failure | undefined>;
  /** Gives back what it has in memory. The next run makes it ready again. */
  unload(): void;
}

/** There is no more memory, and nothing to give up. */
export class MemoryError extends NablaError {
  /** Whether it would not help if nothing else were in memory. */
  readonly isHopeless: boolean;

  constructor(message: string, isHopeless: boolean) {
    super(message);
    this.isHopeless = isHopeless;
  }
}
