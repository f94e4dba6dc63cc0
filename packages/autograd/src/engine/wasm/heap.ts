// The one WebAssembly memory of the engine, and who has which part of it.
import { NablaError } from "../../graph/errors.ts";
import { alignment } from "../plan/memory.ts";
import { mostPages, pageBytes } from "./encoder.ts";
import type { Memory } from "./host.ts";
import { type HostMemory, newMemory } from "./usable.ts";

interface Hole {
  readonly from: number;
  readonly to: number;
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

/**
 * Blocks of memory from the bottom up, in the lowest hole that fits; what is freed is merged with
 * its neighbours. All that lies beyond the last block is free, and belongs to whatever run is under
 * way: as nothing lies behind it, it grows in place.
 */
export class Heap {
  memory: Memory;
  /** All of the memory; good until it grows. */
  bytes: Uint8Array;
  /** All of the memory, as words of 4 bytes; good until it grows. */
  words: Int32Array;
  /** Whether other threads can have it, too. */
  readonly isShared: boolean;
  /** Gives something up, `bytes` if it can, and says whether it has. */
  giveUp: (bytes: number) => boolean = () => false;
  /** What is in use, in words, for errors. */
  describeUse: () => string = () => "";
  /** Memory beyond is not used. */
  limit: number;
  /** In ascending order, never side by side, below the end of the last block. */
  #holes: Hole[] = [];
  #end: number = alignment;
  /** Bytes of all blocks. */
  used = 0;
  readonly #sizes = new Map<number, number>();

  /** In a memory that nobody else uses. */
  constructor({ memory, isShared, limit }: HostMemory) {
    this.memory = memory;
    this.isShared = isShared;
    this.limit = limit;
    this.bytes = new Uint8Array(memory.buffer);
    this.words = new Int32Array(memory.buffer);
  }

  /** Bytes beyond the last block that the host has given. */
  get bytesBeyond(): number {
    return Math.max(0, Math.min(this.bytes.length, this.limit) - this.#end);
  }

  /**
   * The address of a block of at least `bytes`, for which others may be given up. Throws
   * `MemoryError` if there is no more memory.
   */
  allocate(bytes: number): number {
    return this.#orGiveUp(bytes, () => this.tryAllocate(bytes));
  }

  /** The address of a block of at least `bytes`, if there is room. */
  tryAllocate(bytes: number): number | undefined {
    const size = blockBytes(bytes);
    const at = this.#holes.findIndex(({ from, to }) => to - from >= size);
    if (at < 0 && !this.#hasBeyond(size)) return undefined;
    const hole = this.#holes[at] ?? { from: this.#end, to: this.#end + size };
    const { from } = hole;
    if (at < 0) this.#end = hole.to;
    else if (from + size < hole.to) this.#holes[at] = { from: from + size, to: hole.to };
    else this.#holes.splice(at, 1);
    this.#sizes.set(from, size);
    this.used += size;
    return from;
  }

  /**
   * The address beyond the last block, where `bytes` may be used until the next block is allocated.
   * Others may be given up for it; throws `MemoryError` if there is no more memory.
   */
  beyond(bytes: number): number {
    return this.#orGiveUp(bytes, () => (this.#hasBeyond(bytes) ? this.#end : undefined));
  }

  /** Gives a block back. */
  free(address: number): void {
    const size = this.#sizes.get(address);
    if (size === undefined) throw new Error(`unreachable: ${address} is not a block`);
    this.#sizes.delete(address);
    this.used -= size;
    let [from, to] = [address, address + size];
    const holes = this.#holes;
    let start = lowerBound(holes, address);
    let count = 0;
    if (holes[start]?.from === to) {
      to = holes[start]!.to;
      count++;
    }
    if (holes[start - 1]?.to === from) {
      from = holes[start - 1]!.from;
      start--;
      count++;
    }
    if (to === this.#end) {
      holes.splice(start, count);
      this.#end = from;
    } else holes.splice(start, count, { from, to });
  }

  /**
   * Takes all there is to a new memory, where it has the same addresses, and leaves the old one to a
   * thread that may still write there. Throws `RangeError` if the host has no room for another.
   */
  move(): void {
    const { bytes } = this;
    const { memory } = newMemory(bytes.length / pageBytes);
    new Uint8Array(memory.buffer).set(bytes);
    this.memory = memory;
    this.#renew();
  }

  /** Throws `MemoryError` if so many bytes cannot be had, whatever is given up. */
  checkFits(bytes: number): void {
    if (this.#isHopeless(bytes)) throw this.#error(bytes, true);
  }

  #isHopeless(bytes: number): boolean {
    return bytes > this.limit - alignment;
  }

  #orGiveUp(bytes: number, find: () => number | undefined): number {
    const isHopeless = this.#isHopeless(bytes);
    for (;;) {
      const address = isHopeless ? undefined : find();
      if (address !== undefined) return address;
      if (isHopeless || !this.giveUp(bytes)) throw this.#error(bytes, isHopeless);
    }
  }

  #error(bytes: number, isHopeless: boolean): MemoryError {
    const all = Math.min(this.limit, mostPages * pageBytes);
    return new MemoryError(
      `memory: ${bytes} bytes at once do not fit into what WebAssembly has, ${all} bytes; ` +
        `${this.used} are in use${this.describeUse()}, and ${all - this.used} are free`,
      isHopeless,
    );
  }

  /** Whether there are so many bytes beyond the last block; adds pages if not. */
  #hasBeyond(bytes: number): boolean {
    const needed = this.#end + bytes;
    if (needed > this.limit) return false;
    const there = this.bytes.length;
    if (needed <= there) return true;
    const pages = Math.ceil((needed - there) / pageBytes);
    // A quarter more than needed, so that growing stays rare.
    const spare = Math.ceil(there / pageBytes / 4);
    return this.#tryGrow(pages + spare) || this.#tryGrow(pages);
  }

  #tryGrow(pages: number): boolean {
    if (this.bytes.length / pageBytes + pages > mostPages) return false;
    try {
      this.memory.grow(pages);
    } catch {
      return false;
    }
    this.#renew();
    return true;
  }

  /**
   * Growing puts another buffer in place of the old one. (Here, because asking the host for the
   * buffer takes 26 ns, and a run looks into memory some 30 times.)
   */
  #renew(): void {
    const { buffer } = this.memory;
    this.bytes = new Uint8Array(buffer);
    this.words = new Int32Array(buffer);
  }
}

function blockBytes(bytes: number): number {
  return Math.max(alignment, Math.ceil(bytes / alignment) * alignment);
}

/** The position of the first hole beyond an address. */
function lowerBound(holes: readonly Hole[], address: number): number {
  let [low, high] = [0, holes.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holes[middle]!.from > address) high = middle;
    else low = middle + 1;
  }
  return low;
}
