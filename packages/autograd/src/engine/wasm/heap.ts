// The heap: allocates the engine's one WebAssembly memory.
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
 * Blocks of memory from the bottom up, in the lowest hole that fits; freed blocks are merged with
 * adjacent holes. Everything beyond the last block is free, and is the arena of the current run: as
 * nothing follows it, it grows in place.
 */
export class Heap implements DeviceMemory {
  memory: Memory;
  /** All of the memory; valid until it grows. */
  bytes: Uint8Array;
  /** All of the memory, as words of 4 bytes; valid until it grows. */
  words: Int32Array;
  /** Whether other threads can share it. */
  readonly isShared: boolean;
  /** Memory beyond is not used. */
  limit: number;
  /** In ascending order, never adjacent, below the end of the last block. */
  #holes: Hole[] = [];
  #end: number = alignment;
  /** Bytes of all blocks. */
  used = 0;
  #arena = 0;
  readonly #sizes = new Map<number, number>();

  /** Manages a memory that nobody else uses. */
  constructor({ memory, isShared, limit }: HostMemory) {
    this.memory = memory;
    this.isShared = isShared;
    this.limit = limit;
    this.bytes = new Uint8Array(memory.buffer);
    this.words = new Int32Array(memory.buffer);
  }

  /** Bytes of the largest arena so far, as far as they are still free. */
  get arena(): number {
    const beyond = Math.min(this.bytes.length, this.limit) - this.#end;
    return Math.max(0, Math.min(this.#arena, beyond));
  }

  /** Allocates a block of at least `bytes`, if there is room; returns its address. */
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
   * The address after the last block, where `bytes` may be used until the next block is allocated;
   * undefined if there is no room.
   */
  beyond(bytes: number): number | undefined {
    if (!this.#hasBeyond(bytes)) return undefined;
    this.#arena = Math.max(this.#arena, bytes);
    return this.#end;
  }

  /**
   * Copies `size` elements from an address. Throws `MemoryError` if the host has no room for them.
   */
  read(address: number, dtype: DType, size: number): Data {
    const data = allocated(dtype, size);
    bytesOf(data).set(this.bytes.subarray(address, address + data.byteLength));
    return data;
  }

  /** Copies elements to an address. */
  write(address: number, data: Data): void {
    this.bytes.set(bytesOf(data), address);
  }

  /** Frees a block. */
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
   * Moves everything to a new memory, at the same addresses, and leaves the old one to a thread
   * that may still write there. Throws `RangeError` if the host has no room for another.
   */
  move(): void {
    const { bytes } = this;
    const { memory } = newMemory(bytes.length / pageBytes);
    new Uint8Array(memory.buffer).set(bytes);
    this.memory = memory;
    this.#renew();
  }

  /** Whether there are this many bytes after the last block; adds pages if not. */
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
   * Updates the views after the memory has grown, which replaces its buffer. (Cached, because
   * asking the host for the buffer takes 26 ns, and a run accesses memory some 30 times.)
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
