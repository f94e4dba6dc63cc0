// The one WebAssembly memory of the engine, and who has which part of it.
import { allocate, type Data, type DType } from "../../scalar/dtype.ts";
import { type DeviceMemory, MemoryError } from "../device.ts";
import { mostPages, pageBytes } from "./encoder.ts";
import type { Memory } from "./host.ts";
import { alignment } from "./target.ts";
import { type HostMemory, newMemory } from "./usable.ts";

interface Hole {
  readonly from: number;
  readonly to: number;
}

/**
 * Blocks of memory from the bottom up, in the lowest hole that fits; what is freed is merged with
 * its neighbours. All that lies beyond the last block is free, and belongs to whatever run is under
 * way: as nothing lies behind it, it grows in place.
 */
export class Heap implements DeviceMemory {
  memory: Memory;
  /** All of the memory; good until it grows. */
  bytes: Uint8Array;
  /** All of the memory, as words of 4 bytes; good until it grows. */
  words: Int32Array;
  /** Whether other threads can have it, too. */
  readonly isShared: boolean;
  /** Memory beyond is not used. */
  limit: number;
  /** In ascending order, never side by side, below the end of the last block. */
  #holes: Hole[] = [];
  #end: number = alignment;
  /** Bytes of all blocks. */
  used = 0;
  #arena = 0;
  readonly #sizes = new Map<number, number>();

  /** In a memory that nobody else uses. */
  constructor({ memory, isShared, limit }: HostMemory) {
    this.memory = memory;
    this.isShared = isShared;
    this.limit = limit;
    this.bytes = new Uint8Array(memory.buffer);
    this.words = new Int32Array(memory.buffer);
  }

  /** Bytes of the largest arena so far, as far as they are still there. */
  get arena(): number {
    const beyond = Math.min(this.bytes.length, this.limit) - this.#end;
    return Math.max(0, Math.min(this.#arena, beyond));
  }

  /** The address of a block of at least `bytes`, if there is room. */
  allocate(bytes: number): number | undefined {
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
   * The address beyond the last block, where `bytes` may be used until the next block is allocated;
   * undefined if there is no room.
   */
  beyond(bytes: number): number | undefined {
    if (!this.#hasBeyond(bytes)) return undefined;
    this.#arena = Math.max(this.#arena, bytes);
    return this.#end;
  }

  /** A copy of so many elements at an address. Throws `MemoryError` if the host has no room for it. */
  read(address: number, dtype: DType, size: number): Data {
    const data = allocated(dtype, size);
    bytesOf(data).set(this.bytes.subarray(address, address + data.byteLength));
    return data;
  }

  /** Copies elements to an address. */
  write(address: number, data: Data): void {
    this.bytes.set(bytesOf(data), address);
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

function allocated(dtype: DType, size: number): Data {
  try {
    return allocate(dtype, size);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new MemoryError(`memory: the host has no array of ${size} elements of ${dtype}`, true);
  }
}

function bytesOf(data: Data): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
