// The one WebAssembly memory of the engine, and who has which part of it.
import { NablaError } from "../../graph/errors.ts";
import { alignment } from "../plan/memory.ts";
import { mostPages } from "./encoder.ts";
import { hasSharedMemory } from "./features.ts";
import { type Memory, webAssembly } from "./host.ts";

const pageBytes = 65_536;

interface Block {
  readonly from: number;
  readonly to: number;
}

/** Blocks of memory, lowest fit first; what is freed is put together with its neighbours. */
export class Heap {
  memory: Memory = newMemory(1);
  /** Whether other threads can have it, too. */
  readonly isShared: boolean = !(this.memory.buffer instanceof ArrayBuffer);
  /** In ascending order, never side by side. */
  #free: Block[] = [{ from: alignment, to: pageBytes }];
  readonly #sizes = new Map<number, number>();
  #bytes: Uint8Array = new Uint8Array(this.memory.buffer);
  #words: Int32Array = new Int32Array(this.memory.buffer);

  /** All of the memory; good until the next `allocate`. */
  get bytes(): Uint8Array {
    this.#renew();
    return this.#bytes;
  }

  /** All of the memory, as words of 4 bytes; good until the next `allocate`. */
  get words(): Int32Array {
    this.#renew();
    return this.#words;
  }

  /** Growing puts another buffer in place of the old one. */
  #renew(): void {
    const { buffer } = this.memory;
    if (this.#bytes.buffer === buffer) return;
    this.#bytes = new Uint8Array(buffer);
    this.#words = new Int32Array(buffer);
  }

  /** The address of a block of at least `bytes`. Throws `NablaError` if there is no more memory. */
  allocate(bytes: number): number {
    const size = Math.max(alignment, Math.ceil(bytes / alignment) * alignment);
    let at = this.#free.findIndex(({ from, to }) => to - from >= size);
    if (at < 0) {
      this.#grow(size);
      at = this.#free.length - 1;
    }
    const { from, to } = this.#free[at]!;
    const rest = from + size < to ? [{ from: from + size, to }] : [];
    this.#free.splice(at, 1, ...rest);
    this.#sizes.set(from, size);
    return from;
  }

  /** Gives a block back. */
  free(address: number): void {
    const size = this.#sizes.get(address);
    if (size === undefined) throw new Error(`unreachable: ${address} is not a block`);
    this.#sizes.delete(address);
    let [from, to] = [address, address + size];
    const at = this.#free.findIndex((block) => block.from > address);
    const next = at < 0 ? this.#free.length : at;
    let [start, count] = [next, 0];
    if (this.#free[next]?.from === to) {
      to = this.#free[next].to;
      count++;
    }
    if (this.#free[next - 1]?.to === from) {
      from = this.#free[next - 1]!.from;
      start--;
      count++;
    }
    this.#free.splice(start, count, { from, to });
  }

  /**
   * Takes all there is to a new memory, where it has the same addresses, and leaves the old one to a
   * thread that may still write there. Throws `RangeError` if the host has no room for another.
   */
  move(): void {
    const { bytes } = this;
    const memory = newMemory(bytes.length / pageBytes);
    new Uint8Array(memory.buffer).set(bytes);
    this.memory = memory;
  }

  /** Adds pages, so that the last free block has at least `size` bytes. */
  #grow(size: number): void {
    const end = this.memory.buffer.byteLength;
    const last = this.#free.at(-1);
    const atEnd = last && last.to === end ? end - last.from : 0;
    const needed = Math.ceil((size - atEnd) / pageBytes);
    // A quarter more than needed, so that growing stays rare.
    const spare = Math.ceil(end / pageBytes / 4);
    if (!this.#tryGrow(needed + spare) && !this.#tryGrow(needed)) {
      throw new NablaError(
        `memory: ${size} bytes more do not fit; ${end} are in use, and WebAssembly's limit is 4 GiB`,
      );
    }
    const to = this.memory.buffer.byteLength;
    if (last && atEnd > 0) this.#free[this.#free.length - 1] = { from: last.from, to };
    else this.#free.push({ from: end, to });
  }

  #tryGrow(pages: number): boolean {
    if (this.memory.buffer.byteLength / pageBytes + pages > mostPages) return false;
    try {
      this.memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  }
}

/**
 * Shared where that can be had: for a shared one, small hosts may not find the room it could once
 * need.
 */
function newMemory(pages: number): Memory {
  const { Memory } = webAssembly!;
  const limits = { initial: pages, maximum: mostPages };
  if (!hasSharedMemory()) return new Memory({ ...limits, shared: false });
  try {
    return new Memory({ ...limits, shared: true });
  } catch {
    return new Memory({ ...limits, shared: false });
  }
}
