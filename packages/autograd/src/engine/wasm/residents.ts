// What stays in WebAssembly memory from run to run: parameters, in two places each, and constants
// that come back. Everything else is copied in, and out to arrays that JavaScript owns.
import type { Home, Resident, Value } from "../../graph/node.ts";
import { allocate, bytesPerElement, type Data, type DType } from "../../scalar/dtype.ts";
import { slackBytes } from "../plan/memory.ts";
import type { Heap } from "./heap.ts";

/**
 * A value in WebAssembly memory. Only a parameter's own nodes hold one: its place is used again.
 */
export class ResidentValue implements Resident {
  readonly #heap: Heap;
  readonly address: number;
  readonly dtype: DType;
  readonly size: number;

  constructor(heap: Heap, address: number, dtype: DType, size: number) {
    this.#heap = heap;
    this.address = address;
    this.dtype = dtype;
    this.size = size;
  }

  get byteLength(): number {
    return this.size * bytesPerElement(this.dtype);
  }

  read(): Data {
    return readFrom(this.#heap, this.address, this.dtype, this.size);
  }
}

/** A copy of `size` elements at an address. */
export function readFrom(heap: Heap, address: number, dtype: DType, size: number): Data {
  const data = allocate(dtype, size);
  bytesOf(data).set(heap.bytes.subarray(address, address + data.byteLength));
  return data;
}

/** Copies elements to an address. */
export function writeTo(heap: Heap, address: number, data: Data): void {
  heap.bytes.set(bytesOf(data), address);
}

function bytesOf(data: Data): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The two places of each home: one may hold the value of now, the other takes the next. */
export class Homes {
  readonly #heap: Heap;
  readonly #places = new WeakMap<Home, readonly [number, number]>();
  readonly #registry: FinalizationRegistry<readonly [readonly number[], number]>;
  #bytes = 0;

  constructor(heap: Heap) {
    this.#heap = heap;
    this.#registry = new FinalizationRegistry(([addresses, bytes]) => {
      for (const address of addresses) heap.free(address);
      this.#bytes -= bytes;
    });
  }

  /** In bytes, both places of all homes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The address for the next value of `home`, where the value that it holds is not. */
  nextPlace(home: Home, bytes: number): number {
    let places = this.#places.get(home);
    if (!places) {
      const size = bytes + slackBytes;
      places = [this.#heap.allocate(size), this.#heap.allocate(size)];
      this.#places.set(home, places);
      this.#registry.register(home, [places, 2 * size]);
      this.#bytes += 2 * size;
    }
    const { held } = home;
    const isThere = held && isResident(held) && held.address === places[0];
    return places[isThere ? 1 : 0];
  }
}

/** A copy of an array. */
interface Copy {
  readonly address: number;
  readonly bytes: number;
}

/** Copies of arrays that came more than once; the one that was not used for longest goes first. */
export class ConstantCache {
  readonly #heap: Heap;
  readonly #mostBytes: number;
  readonly #seen = new WeakSet<Data>();
  readonly #copyOf = new WeakMap<Data, Copy>();
  /** In the order of use. The arrays themselves are not kept. */
  readonly #copies = new Set<Copy>();
  #bytes = 0;

  constructor(heap: Heap, mostBytes: number) {
    this.#heap = heap;
    this.#mostBytes = mostBytes;
  }

  /** In bytes, all copies. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Where `data` is, if it is here or comes for the second time; what is `inUse` stays. */
  addressOf(data: Data, inUse: Set<number>): number | undefined {
    const copy = this.#copyOf.get(data);
    if (copy && this.#copies.delete(copy)) {
      this.#copies.add(copy);
      return copy.address;
    }
    if (data.byteLength > this.#mostBytes) return undefined;
    if (this.#seen.has(data)) return this.#add(data, inUse);
    this.#seen.add(data);
    return undefined;
  }

  #add(data: Data, inUse: ReadonlySet<number>): number {
    const bytes = data.byteLength + slackBytes;
    for (const copy of this.#copies) {
      if (this.#bytes + bytes <= this.#mostBytes) break;
      if (!inUse.has(copy.address)) this.#drop(copy);
    }
    const copy: Copy = { address: this.#heap.allocate(bytes), bytes };
    writeTo(this.#heap, copy.address, data);
    this.#copyOf.set(data, copy);
    this.#copies.add(copy);
    this.#bytes += bytes;
    return copy.address;
  }

  #drop(copy: Copy): void {
    this.#heap.free(copy.address);
    this.#copies.delete(copy);
    this.#bytes -= copy.bytes;
  }
}

/** Whether a value is in this memory already. */
export function isResident(value: Value): value is ResidentValue {
  return value instanceof ResidentValue;
}
