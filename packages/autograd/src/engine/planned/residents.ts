// Values of parameters, which stay in the device's memory from run to run. As long as there is room:
// those that were used least lately are moved out to arrays, which JavaScript sees and collects
// when nobody has them any more. Nothing here keeps a parameter, or a value that was moved out,
// alive: no finaliser runs within a synchronous loop, and memory must stay flat in one.
import type { Home, Resident, Value } from "../../graph/node.ts";
import { bytesPerElement, type Data, type DType } from "../../scalar/dtype.ts";
import type { Address, Device } from "../device.ts";

/** Where the values of one home lie: in one block the value of now, in another the next one. */
interface Places {
  readonly blockBytes: number;
  readonly blocks: Block[];
  /** The last run that used one of them, and the last that computes a new value. */
  used: number;
  written: number;
  /** How much had been moved out in all when these were. */
  moved: number;
  /** Whether its blocks are freed when its home is collected. */
  isRegistered: boolean;
}

interface Block {
  readonly address: Address;
  value: ResidentValue | undefined;
}

/** A value of a parameter. Only its own nodes hold one: the block is used again. */
export class ResidentValue implements Resident {
  /** Among which it is. */
  readonly residents: Residents;
  readonly places: Places;
  readonly dtype: DType;
  readonly size: number;
  /** Where it lies in the device's memory; 0: it does not. */
  address: Address;
  /** The elements, if they were moved out. */
  data: Data | undefined;
  /** The last run that it was given to. */
  used = 0;
  /** Whether the run that computes it is under way. */
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
    return this.address === 0 ? this.moved().slice() : this.#copy();
  }

  /** The elements, which were moved out. */
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

/** Bytes of parameters up to which none are moved out, as long as none was moved out in vain. */
const leastBudget = 2 ** 28;
/** What a parameter takes beside its bytes, to limit how many are kept as well. */
const extraWeight = 2 ** 14;
/** What comes back before so many budgets were moved out should have stayed. */
const inVain = 8;
/** Beyond the budget so much of it is moved out at a time: it takes sorting. */
const atOnce = 1 / 8;

/** All values of parameters in a device's memory. */
export class Residents {
  readonly device: Device;
  readonly #allocate: (bytes: number) => Address;
  readonly #placesOf = new WeakMap<Home, Places>();
  readonly #inMemory = new Set<Places>();
  /** Frees blocks early where turns of the event loop end. Nothing relies on it. */
  readonly #registry: FinalizationRegistry<Places>;
  #bytes = 0;
  #weight = 0;
  /** The weight of all that was ever moved out. */
  #moved = 0;
  /** The run under way, or the last one. What it uses stays. */
  #run = 0;
  /** The last run for which not enough could be moved out. */
  #shortOf = 0;
  /**
   * The weight beyond which values are moved out before others are added. It grows by what comes
   * back soon: a program that uses more parameters in turn than fit moves each out in vain once.
   */
  #budget = leastBudget;
  /** In place of the budget, for tests: it does not grow. */
  limit: number | undefined;

  /** `allocate` gives up other things for a block, or throws. */
  constructor(device: Device, allocate: (bytes: number) => Address) {
    this.device = device;
    this.#allocate = allocate;
    this.#registry = new FinalizationRegistry((places) => this.#free(places));
  }

  /** In bytes, all blocks. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether it is a value of a parameter, in this memory or moved out of it. */
  has(value: Value): value is ResidentValue {
    return value instanceof ResidentValue && value.residents === this;
  }

  /** A run begins that is given `values`. */
  begin(values: readonly Value[]): void {
    this.#run++;
    for (const value of values) {
      if (!this.has(value)) continue;
      value.used = this.#run;
      value.places.used = this.#run;
    }
  }

  /** The next value of `home`, to be computed where the value that it holds is not. */
  next(home: Home, dtype: DType, size: number): ResidentValue {
    const { held } = home;
    // Looked up only where the value that it holds does not know it.
    const places = held && this.has(held) ? held.places : this.#placesFor(home, dtype, size);
    if (!places.isRegistered) this.#register(home, places);
    places.used = this.#run;
    places.written = this.#run;
    // An older value that the run is given moves out of the way, or stays where it cannot.
    const staying = this.device.answersLater ? this.#run : undefined;
    const block = freeBlock(places, held, staying) ?? this.#addBlock(places);
    const old = valueIn(block);
    if (old?.used === this.#run) old.moveOut();
    else if (old) old.address = 0;
    const value = new ResidentValue(this, places, dtype, size, block.address);
    block.value = value;
    return value;
  }

  /** Where a value lies that a run is given; undefined: not in the device's memory. */
  addressOf(value: ResidentValue): Address | undefined {
    if (value.address !== 0) return value.address;
    const { places } = value;
    // The next run is given what this one computes.
    if (places.written === this.#run) return undefined;
    const block = this.#addBlock(places);
    value.moveIn(block.address);
    block.value = value;
    const isInVain = this.#moved - places.moved < inVain * this.#budget;
    if (isInVain) this.#budget = Math.min(this.#budget + weightOf(places), 2 ** 32);
    return value.address;
  }

  /**
   * Moves out what was used least lately, `bytes` of it at least if there is so much that the run
   * under way does not use; returns how much.
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

/** A block whose value may be overwritten: not that which its home holds, or that the run `staying` uses. */
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

/** What lies in a block, if it was not moved out. */
function valueIn({ address, value }: Block): ResidentValue | undefined {
  return value?.address === address ? value : undefined;
}

function weightOf({ blockBytes }: Places): number {
  return blockBytes + extraWeight;
}
