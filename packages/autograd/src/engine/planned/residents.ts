// Residents: values of parameters that stay in the device's memory between runs, as long as there
// is room. The least recently used are evicted to arrays, which JavaScript collects when nobody has
// them any more. Nothing here keeps a parameter, or an evicted value, alive: no finaliser runs
// within a synchronous loop, and memory must stay flat in one.
import type { Home, Resident, Value } from "../../graph/node.ts";
import { bytesPerElement, type Data, type DType } from "../../scalar/dtype.ts";
import type { Address, Device } from "../device.ts";

/** The two slots of a home: blocks for the current value and for the next one. */
interface Places {
  readonly blockBytes: number;
  readonly blocks: Block[];
  /** The last run that used one of them, and the last that computes a new value. */
  used: number;
  written: number;
  /** The total evicted weight when these were evicted. */
  moved: number;
  /** Whether its blocks are freed when its home is collected. */
  isRegistered: boolean;
}

interface Block {
  readonly address: Address;
  value: ResidentValue | undefined;
}

/** A value of a parameter. Only its own nodes hold it: the block is reused. */
export class ResidentValue implements Resident {
  /** The collection that it belongs to. */
  readonly residents: Residents;
  readonly places: Places;
  readonly dtype: DType;
  readonly size: number;
  /** Its address in the device's memory; 0 if it is not resident. */
  address: Address;
  /** The elements, if they were evicted, or read at the end of their run. */
  data: Data | undefined;
  /** The last run that it was given to. */
  used = 0;
  /** Whether it is computed by the current run. */
  isNew = true;

  constructor(residents: Residents, places: Places, dtype: DType, size: number, address: Address) {
    this.residents = residents;
    this.places = places;
    this.dtype = dtype;
    this.size = size;
    this.address = address;
  }

  get byteLength(): number {
    return this.size * bytesPerElement(this.dtype);
  }

  read(): Data | Promise<Data> {
    return this.address === 0 || this.data ? this.moved().slice() : this.#copy();
  }

  /** The elements that are not only in the device's memory. */
  moved(): Data {
    if (!this.data) throw new Error("unreachable: the value of a parameter that was overwritten");
    return this.data;
  }

  /** Not on a device that answers later. */
  moveOut(): void {
    this.data = this.#copy() as Data;
    this.address = 0;
  }

  moveIn(address: Address): void {
    this.residents.device.memory.write(address, this.moved());
    this.data = undefined;
    this.address = address;
  }

  #copy(): Data | Promise<Data> {
    return this.residents.device.memory.read(this.address, this.dtype, this.size);
  }
}

/** Bytes of parameters up to which none are evicted, as long as no eviction was in vain. */
const leastBudget = 2 ** 28;
/** The weight of a parameter besides its bytes, to limit the number of parameters as well. */
const extraWeight = 2 ** 14;
/** A value that returns before this many budgets were evicted should have stayed. */
const inVain = 8;
/** The part of the budget that is evicted at a time, since it requires sorting. */
const atOnce = 1 / 8;

/** All values of parameters in a device's memory. */
export class Residents {
  readonly device: Device;
  readonly #allocate: (bytes: number) => Address;
  readonly #placesOf = new WeakMap<Home, Places>();
  readonly #inMemory = new Set<Places>();
  /** Frees blocks early if the event loop runs. Nothing relies on it. */
  readonly #registry: FinalizationRegistry<Places>;
  #bytes = 0;
  #weight = 0;
  /** The total weight of all evictions. */
  #moved = 0;
  /** The current run, or the last one. Copies that it uses stay. */
  #run = 0;
  /** The last run for which not enough could be evicted. */
  #shortOf = 0;
  /**
   * The weight beyond which values are evicted before others are added. It grows by values that are soon
   * needed again: a program that cycles through more parameters than fit evicts each in vain once.
   */
  #budget = leastBudget;
  /** Replaces the budget in tests; does not grow. */
  limit: number | undefined;

  /** `allocate` evicts other things for a block, or throws. */
  constructor(device: Device, allocate: (bytes: number) => Address) {
    this.device = device;
    this.#allocate = allocate;
    this.#registry = new FinalizationRegistry((places) => this.#free(places));
  }

  /** Bytes of all blocks. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether it is a value of a parameter, in this memory or evicted from it. */
  has(value: Value): value is ResidentValue {
    return value instanceof ResidentValue && value.residents === this;
  }

  /** Begins a run with the inputs `values`. */
  begin(values: readonly Value[]): void {
    this.#run++;
    for (const value of values) {
      if (!this.has(value)) continue;
      value.used = this.#run;
      value.places.used = this.#run;
    }
  }

  /** The next value of `home`, to be computed in the slot that the current value is not in. */
  next(home: Home, dtype: DType, size: number): ResidentValue {
    const { held } = home;
    // Looked up only if the current value does not know it.
    const places = held && this.has(held) ? held.places : this.#placesFor(home, dtype, size);
    if (!places.isRegistered) this.#register(home, places);
    places.used = this.#run;
    places.written = this.#run;
    // An older value that the run needs is evicted, or stays if it cannot be.
    const staying = this.device.answersLater ? this.#run : undefined;
    const block = freeBlock(places, held, staying) ?? this.#addBlock(places);
    const old = valueIn(block);
    if (old?.used === this.#run) old.moveOut();
    else if (old) old.address = 0;
    const value = new ResidentValue(this, places, dtype, size, block.address);
    block.value = value;
    return value;
  }

  /** The address of an input of a run; undefined if it is not in the device's memory. */
  addressOf(value: ResidentValue): Address | undefined {
    if (value.address !== 0) return value.address;
    const { places } = value;
    // The next run gets what this one computes.
    if (places.written === this.#run) return undefined;
    const block = this.#addBlock(places);
    value.moveIn(block.address);
    block.value = value;
    const isInVain = this.#moved - places.moved < inVain * this.#budget;
    if (isInVain) this.#budget = Math.min(this.#budget + weightOf(places), 2 ** 32);
    return value.address;
  }

  /**
   * Evicts the least recently used values, at least `bytes` if there are that many that the current
   * run does not use; returns how many.
   */
  moveOut(bytes: number): number {
    const before = this.#bytes;
    this.#moveOutWhile(() => before - this.#bytes < bytes);
    return before - this.#bytes;
  }

  #placesFor(home: Home, dtype: DType, size: number): Places {
    let places = this.#placesOf.get(home);
    if (!places) {
      const blockBytes = size * bytesPerElement(dtype) + this.device.target.slack;
      places = { blockBytes, blocks: [], used: 0, written: 0, moved: 0, isRegistered: false };
      this.#placesOf.set(home, places);
    }
    return places;
  }

  #register(home: Home, places: Places): void {
    this.#registry.register(home, places, places);
    places.isRegistered = true;
  }

  #addBlock(places: Places): Block {
    this.#makeRoom(weightOf(places));
    const block: Block = { address: this.#allocate(places.blockBytes), value: undefined };
    this.#inMemory.add(places);
    places.blocks.push(block);
    this.#bytes += places.blockBytes;
    this.#weight += weightOf(places);
    return block;
  }

  #makeRoom(weight: number): void {
    const budget = this.limit ?? this.#budget;
    const isOver = () => this.#weight + weight > budget;
    if (!isOver() || this.#shortOf === this.#run) return;
    this.#moveOutWhile(() => this.#weight + weight > (1 - atOnce) * budget);
    if (isOver()) this.#shortOf = this.#run;
  }

  #moveOutWhile(isToGoOn: () => boolean): void {
    if (this.device.answersLater) return;
    const unused = [...this.#inMemory].filter(({ used }) => used < this.#run);
    unused.sort((a, b) => a.used - b.used);
    for (const places of unused) {
      if (!isToGoOn()) return;
      for (const block of places.blocks) {
        valueIn(block)?.moveOut();
        this.#moved += weightOf(places);
      }
      this.#free(places);
      places.moved = this.#moved;
    }
  }

  #free(places: Places): void {
    this.#registry.unregister(places);
    places.isRegistered = false;
    this.#inMemory.delete(places);
    for (const block of places.blocks) {
      const value = valueIn(block);
      if (value) value.address = 0;
      this.device.memory.free(block.address);
      this.#bytes -= places.blockBytes;
      this.#weight -= weightOf(places);
    }
    places.blocks.length = 0;
  }
}

/**
 * A block whose value may be overwritten: neither the home's current one, nor one that the run
 * `staying` uses.
 */
function freeBlock(
  { blocks }: Places,
  held: Value | undefined,
  staying: number | undefined,
): Block | undefined {
  for (const block of blocks) {
    const value = valueIn(block);
    if (!value || (value !== held && !value.isNew && value.used !== staying)) return block;
  }
  return undefined;
}

/** The value in a block, if it was not evicted. */
function valueIn({ address, value }: Block): ResidentValue | undefined {
  return value?.address === address ? value : undefined;
}

function weightOf({ blockBytes }: Places): number {
  return blockBytes + extraWeight;
}
