// Memory of array buffers: each block is one, with a number as its address.
import { type Data, type DType, viewOf } from "../../scalar/dtype.ts";
import type { Address, DeviceMemory } from "../device.ts";

export class Blocks implements DeviceMemory {
  limit: number = Infinity;
  used = 0;
  arena = 0;
  readonly #blocks = new Map<Address, ArrayBuffer>();
  #last: Address = 0;

  allocate(bytes: number): Address | undefined {
    const block = this.#room(bytes);
    if (!block) return undefined;
    this.#blocks.set(++this.#last, block);
    this.used += bytes;
    return this.#last;
  }

  free(address: Address): void {
    this.used -= this.#at(address).byteLength;
    this.#blocks.delete(address);
  }

  /** The arena: a buffer for a run's intermediate results, which is never freed explicitly. */
  arenaOf(bytes: number): ArrayBuffer | undefined {
    this.arena = Math.max(this.arena, bytes);
    return this.#room(bytes);
  }

  read(address: Address, dtype: DType, size: number): Data {
    return this.view(address, dtype, size).slice();
  }

  write(address: Address, { buffer, byteOffset, byteLength }: Data): void {
    new Uint8Array(this.#at(address)).set(new Uint8Array(buffer, byteOffset, byteLength));
  }

  /** A view of the elements at an address. */
  view(address: Address, dtype: DType, size: number): Data {
    return viewOf(this.#at(address), 0, dtype, size);
  }

  #at(address: Address): ArrayBuffer {
    const block = this.#blocks.get(address);
    if (!block) throw new Error(`unreachable: ${address} is not a block`);
    return block;
  }

  #room(bytes: number): ArrayBuffer | undefined {
    if (this.used + bytes > this.limit) return undefined;
    try {
      return new ArrayBuffer(bytes);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }
}
