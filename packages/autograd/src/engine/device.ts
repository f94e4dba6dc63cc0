// Devices, which run plans. A device has memory, and turns plans into programs; everything else
// that a back end needs is the same for all devices (planned/). docs/devices.md walks through one.
import { NablaError } from "../graph/errors.ts";
import type { Data, DType } from "../scalar/dtype.ts";
import type { Elsewhere } from "./background.ts";
import type { Buffer } from "./kernel/language.ts";
import type { Plan } from "./plan/steps.ts";
import type { Target } from "./target.ts";

/** An address in a device's memory: any number but 0. */
export type Address = number;

/** A kind of machine that computes. */
export interface Device {
  /** Its name in errors. */
  readonly name: string;
  /** What plans need to know about it. */
  readonly target: Target;
  /**
   * Whether what it reads are promises. Then values have to be awaited, as `await x.data()` does,
   * and `x.dataSync()` and the like throw. Promises give what lay there when they were made,
   * whatever is written or run after.
   */
  readonly answersLater?: boolean;
  readonly memory: DeviceMemory;
  /** Prepares a plan to run any number of times. */
  load(plan: Plan): Program;
}

/** A device's memory. The contents of a block stay until it is freed. */
export interface DeviceMemory {
  /** Bytes of all blocks. */
  readonly used: number;
  /** The most bytes that may be used. */
  limit: number;
  /** Bytes of the largest arena so far, for a run's intermediate results. */
  readonly arena: number;
  /** Allocates a block of at least `bytes`; undefined if there is no room. */
  allocate(bytes: number): Address | undefined;
  free(address: Address): void;
  /** Copies `size` elements from an address. */
  read(address: Address, dtype: DType, size: number): Data | Promise<Data>;
  write(address: Address, data: Data): void;
}

/**
 * How a segment ran: on several threads, on one, or it failed and the whole run must be repeated.
 */
export type Outcome = "together" | "alone" | "again";

/** A failed check of an index from the data. */
export interface Failure {
  readonly check: number;
  readonly index: number;
}

/** A segment that another thread runs. */
export interface Started extends Elsewhere {
  /**
   * Once it is over: how it was run, and how many milliseconds that took; undefined if the thread
   * has not begun with it, and never will.
   */
  end(): { readonly outcome: Outcome; readonly milliseconds: number } | undefined;
}

/**
 * A plan on a device. A run places it, binds buffers that are in blocks, writes inputs, runs the
 * segments in order, and reads results.
 */
export interface Program {
  /** Its approximate size, to limit how many are kept. */
  readonly bytes: number;
  /**
   * Places all buffers that only this run needs: all except inputs, and of inputs those in `given`.
   * They are valid until the next run of any program. Returns how many bytes are lacking; 0 if
   * everything is placed.
   */
  place(given: readonly Buffer[]): number;
  /** Allocates what it keeps between runs. Returns how many bytes are lacking. */
  reserve(): number;
  /**
   * Places all buffers but inputs in `arena`, a buffer of a program that is placed: that of the
   * loop whose body this is. It has been reserved before.
   */
  placeIn(outer: Program, arena: Buffer): void;
  /** Binds the buffer of an input or a result to the block at an address, for this run. */
  bind(buffer: Buffer, address: Address): void;
  /** Binds it to elements of a buffer of another program that is placed, from `first` on. */
  bindTo(buffer: Buffer, outer: Program, whole: Buffer, first: number): void;
  write(buffer: Buffer, data: Data): void;
  /** Copies a buffer's elements. */
  read(buffer: Buffer): Data | Promise<Data>;
  /**
   * A buffer's elements where they are, to read and to write; valid until something else is placed.
   * Absent if there are only copies.
   */
  view?(buffer: Buffer): Data;
  /** Whether several threads could take part in a run now. */
  isForThreads(): boolean;
  /**
   * Counts how often what runs was replaced by something else, as by code for another processor:
   * then it is measured again whether several threads are faster. Default: never.
   */
  readonly replacements?: number;
  /** Runs a segment of kernels, by its number in the plan; on several threads if `isTogether`. */
  run(segment: number, isTogether: boolean): Outcome;
  /** The estimated milliseconds on one thread, if another one may run it all: `start`. */
  readonly milliseconds?: number;
  /**
   * Makes another thread run a segment, as `run` would, while this one continues; undefined: none
   * can.
   */
  start?(segment: number, isTogether: boolean): Started | undefined;
  /** Where it runs, and why not where it might; for `explainPlan`. */
  readonly note?: string | undefined;
  /** The check that failed in this run, and the index that failed it. */
  failure(): Failure | undefined | Promise<Failure | undefined>;
  /** Frees its memory. The next run loads it again. */
  unload(): void;
}

/** Memory is exhausted, and nothing is left to evict. */
export class MemoryError extends NablaError {
  /** Whether it would not fit even if nothing else were in memory. */
  readonly isHopeless: boolean;

  constructor(message: string, isHopeless: boolean) {
    super(message);
    this.isHopeless = isHopeless;
  }
}
