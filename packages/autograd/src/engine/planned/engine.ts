// Manages a device's memory: what a back end keeps there, and what it evicts if memory is short.
import { NablaError } from "../../graph/errors.ts";
import type { Value } from "../../graph/node.ts";
import type { BackendMemory } from "../backend.ts";
import { type Address, type Device, MemoryError, type Program } from "../device.ts";
import type { Buffer } from "../kernel/language.ts";
import { ConstantCache } from "./constants.ts";
import { Residents } from "./residents.ts";

/** Limit on the bytes of cached constants. */
const cachedBytes = 2 ** 29;

/** Created when the first graph runs. */
export class Engine {
  readonly device: Device;
  readonly residents: Residents;
  readonly constants: ConstantCache;
  readonly #unload: () => void;
  /** The name of the host function that is being called. */
  #called: string | undefined;

  /** `unload` frees what can be recreated on demand. */
  constructor(device: Device, unload: () => void) {
    this.device = device;
    this.#unload = unload;
    this.residents = new Residents(device, (bytes) => this.#allocate(bytes));
    this.constants = new ConstantCache(device, cachedBytes);
  }

  get memory(): BackendMemory {
    return {
      arena: this.device.memory.arena,
      parameters: this.residents.bytes,
      cache: this.constants.bytes,
    };
  }

  /** Calls a host function in the middle of a run. */
  callHost(name: string, call: () => void): void {
    this.#called = name;
    try {
      call();
    } finally {
      this.#called = undefined;
    }
  }

  /**
   * Begins a run with the inputs `values`. Throws `NablaError` inside a host function: all runs share the
   * memory of their intermediate results.
   */
  begin(values: readonly Value[]): void {
    if (this.#called !== undefined) {
      throw new NablaError(
        `${this.#called}: a host function cannot compute tensors, since it is called in the middle of a ` +
          "run; expected it to use the arrays that it is given",
      );
    }
    this.constants.begin();
    this.residents.begin(values);
  }

  /** Places what only this run needs, including `given`, evicting other things if necessary. */
  place(program: Program, given: readonly Buffer[]): void {
    for (;;) {
      const missing = program.place(given);
      if (missing === 0) return;
      this.#giveUp(missing);
    }
  }

  /** Allocates what a program keeps between runs, evicting other things if necessary. */
  reserve(program: Program): void {
    for (;;) {
      const missing = program.reserve();
      if (missing === 0) return;
      this.#giveUp(missing);
    }
  }

  /** Throws `MemoryError` if this many bytes cannot be had, whatever is evicted. */
  checkFits(bytes: number): void {
    if (this.#isHopeless(bytes)) throw this.#error(bytes, true);
  }

  /** Empties the memory, including that of the current run, which has to be placed again. */
  empty(): void {
    this.begin([]);
    this.constants.drop(Infinity);
    this.residents.moveOut(Infinity);
    this.#unload();
  }

  #allocate(bytes: number): Address {
    for (;;) {
      const address = this.device.memory.allocate(bytes);
      if (address !== undefined) return address;
      this.#giveUp(bytes);
    }
  }

  /** Evicts something, `bytes` of it if possible. Throws `MemoryError` if there is nothing. */
  #giveUp(bytes: number): void {
    this.checkFits(bytes);
    if (this.constants.drop(bytes) > 0 || this.residents.moveOut(bytes) > 0) return;
    throw this.#error(bytes, false);
  }

  #isHopeless(bytes: number): boolean {
    const { memory, target } = this.device;
    return bytes > memory.limit - target.alignment;
  }

  #error(bytes: number, isHopeless: boolean): MemoryError {
    const { name, memory } = this.device;
    return new MemoryError(
      `memory: ${bytes} bytes at once do not fit into what ${name} has, ${memory.limit} bytes; ` +
        `${memory.used} are in use (${this.residents.bytes} by parameters, ${this.constants.bytes} ` +
        `by constants), and ${memory.limit - memory.used} are free`,
      isHopeless,
    );
  }
}
