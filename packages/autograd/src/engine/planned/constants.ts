// Constants that come back: copies of arrays in the device's memory.
import type { Data } from "../../scalar/dtype.ts";
import type { Address, Device } from "../device.ts";

/** A copy of an array. */
interface Copy {
  readonly address: Address;
  readonly bytes: number;
  /** The last run that used it. */
  used: number;
  /** The run in which it took its place in the order of use. */
  placed: number;
  isDropped: boolean;
}

/** A copy moves to the end of the order of use at most once in so many runs: moving is expensive. */
const runsInPlace = 64;

/** Copies of arrays that came more than once; the one that was not used for longest goes first. */
export class ConstantCache {
  readonly #device: Device;
  readonly #mostBytes: number;
  readonly #seen = new WeakSet<Data>();
  readonly #copyOf = new WeakMap<Data, Copy>();
  /** In the order of use, but for the last runs. The arrays themselves are not kept. */
  readonly #copies = new Set<Copy>();
  #bytes = 0;
  /** The run under way, or the last one. What it uses stays. */
  #run = 0;

  constructor(device: Device, mostBytes: number) {
    this.#device = device;
    this.#mostBytes = mostBytes;
  }

  /** In bytes, all copies. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A run begins. */
  begin(): void {
    this.#run++;
  }

  /** Where `data` is, if it is here or comes for the second time. */
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

  /** Drops copies of `bytes` at least, if there are so many that the run does not use. */
  drop(bytes: number): number {
    const before = this.#bytes;
    for (const copy of this.#copies) {
      if (before - this.#bytes >= bytes) break;
      if (copy.used < this.#run) this.#drop(copy);
    }
    return before - this.#bytes;
  }

  /** Undefined where there is no room: a copy is not worth giving up something else. */
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
