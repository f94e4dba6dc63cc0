// Caches constants that are used repeatedly: copies of arrays in the device's memory.
import type { Data } from "../../scalar/dtype.ts";
import type { Address, Device } from "../device.ts";

/** A copy of an array. */
interface Copy {
  readonly address: Address;
  readonly bytes: number;
  /** The last run that used it. */
  used: number;
  /** The run in which it moved to its position in the order of use. */
  placed: number;
  isDropped: boolean;
}

/**
 * A copy moves to the end of the order of use at most once in this many runs: moving is expensive.
 */
const runsInPlace = 64;

/** Copies of arrays that were used more than once; evicts the least recently used. */
export class ConstantCache {
  readonly #device: Device;
  readonly #mostBytes: number;
  readonly #seen = new WeakSet<Data>();
  readonly #copyOf = new WeakMap<Data, Copy>();
  /** In the order of use, except for the last runs. The arrays themselves are not kept. */
  readonly #copies = new Set<Copy>();
  #bytes = 0;
  /** The current run, or the last one. Copies that it uses stay. */
  #run = 0;

  constructor(device: Device, mostBytes: number) {
    this.#device = device;
    this.#mostBytes = mostBytes;
  }

  /** Bytes of all copies. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Begins a run. */
  begin(): void {
    this.#run++;
  }

  /** The address of `data`, if it is cached or used for the second time. */
  addressOf(data: Data): Address | undefined {
    const copy = this.#copyOf.get(data);
    if (copy && !copy.isDropped) {
      copy.used = this.#run;
      if (this.#run - copy.placed >= runsInPlace) this.#placeLast(copy);
      return copy.address;
    }
    if (data.byteLength > this.#mostBytes) return undefined;
    if (this.#seen.has(data)) return this.#add(data);
    this.#seen.add(data);
    return undefined;
  }

  /** Evicts copies of at least `bytes`, if there are enough that the run does not use. */
  drop(bytes: number): number {
    const before = this.#bytes;
    for (const copy of this.#copies) {
      if (before - this.#bytes >= bytes) break;
      if (copy.used < this.#run) this.#drop(copy);
    }
    return before - this.#bytes;
  }

  /** Undefined if there is no room: a copy is not worth evicting anything else. */
  #add(data: Data): Address | undefined {
    const { memory, target } = this.#device;
    const bytes = data.byteLength + target.slack;
    this.drop(this.#bytes + bytes - this.#mostBytes);
    const address = memory.allocate(bytes);
    if (address === undefined) return undefined;
    const copy: Copy = { address, bytes, used: this.#run, placed: 0, isDropped: false };
    memory.write(address, data);
    this.#copyOf.set(data, copy);
    this.#placeLast(copy);
    this.#bytes += bytes;
    return address;
  }

  #placeLast(copy: Copy): void {
    this.#copies.delete(copy);
    this.#copies.add(copy);
    copy.placed = this.#run;
  }

  #drop(copy: Copy): void {
    this.#device.memory.free(copy.address);
    this.#copies.delete(copy);
    copy.isDropped = true;
    this.#bytes -= copy.bytes;
  }
}
