// The sum over all ranks of several buckets of elements: each bucket is exchanged while later ones are
// computed (reduce-scatter, then all-gather): its elements are sent to the ranks, each of which adds
// up a share of them, and the sums are sent back to all ranks.
import type { Data } from "@nabla/autograd/backend";
import type { Channel, Communicator, Request, Unfinished } from "./communicator.ts";
import { bytesOf, join, type Shares, sharesOf } from "./shares.ts";

/** What is exchanged: the same on all ranks. */
export interface Buckets {
  readonly what: string;
  /** How many elements each has. */
  readonly counts: readonly number[];
  readonly bytesPerElement: number;
}

/** Memory of a bucket, which stays where it is while MPI reads and writes it. */
interface Room {
  readonly shares: Shares;
  /** All elements of this rank; then its share of the sums. */
  readonly sent: Uint8Array;
  /** A row from each rank: its elements of this rank's share; then its share of the sums. */
  readonly rows: Uint8Array;
}

/** How many ended exchanges' buffers are kept for reuse: new ones are filled with zeros first. */
const mostKept = 16;

/** Buffers of exchanges that have ended, for later ones of the same buckets; the most recently used. */
export class Rooms {
  /** The most recently used come last. */
  readonly #free: { readonly buckets: Buckets; readonly rooms: readonly Room[] }[] = [];
  readonly #rank: number;
  readonly #size: number;

  constructor(rank: number, size: number) {
    this.#rank = rank;
    this.#size = size;
  }

  take(buckets: Buckets): readonly Room[] {
    const at = this.#free.findLastIndex((kept) => kept.buckets === buckets);
    if (at >= 0) return this.#free.splice(at, 1)[0]!.rooms;
    return buckets.counts.map((count) => {
      const shares = sharesOf(count, buckets.bytesPerElement, this.#rank, this.#size);
      const bytes = this.#size * shares.chunk;
      return { shares, sent: new Uint8Array(bytes), rows: new Uint8Array(bytes) };
    });
  }

  giveBack(buckets: Buckets, rooms: readonly Room[]): void {
    this.#free.push({ buckets, rooms });
    if (this.#free.length > mostKept) this.#free.shift();
  }
}

/** One exchange. All ranks begin its parts in the same order: `sendParts` of a bucket before `sendSums` of the last. */
export class BucketExchange implements Unfinished {
  readonly what: string;
  readonly #communicator: Communicator;
  readonly #buckets: Buckets;
  readonly #free: Rooms;
  readonly #rooms: readonly Room[];
  readonly #channel: Channel;
  /** By bucket. */
  readonly #parts: Request[] = [];
  readonly #sums: Request[] = [];

  /** Waits until all ranks have come to it. */
  constructor(communicator: Communicator, buckets: Buckets, free: Rooms) {
    this.what = buckets.what;
    this.#communicator = communicator;
    this.#buckets = buckets;
    this.#free = free;
    this.#rooms = free.take(buckets);
    this.#channel = communicator.begin(this);
  }

  /** Begins to give each rank its share of the next bucket. */
  sendParts(inputs: readonly Data[]): void {
    const { shares, rows, sent } = this.#rooms[this.#parts.length]!;
    join(inputs, shares, this.#communicator.rank, rows, sent);
    this.#beginParts();
  }

  /** Waits for this rank's share of the next bucket, a row from each rank. */
  receiveParts(output: Data): void {
    const bucket = this.#sums.length;
    this.#communicator.wait(this.what, this.#parts[bucket]!);
    bytesOf(output).set(this.#rooms[bucket]!.rows);
  }

  /** Begins to give all ranks this rank's share of the next bucket's sums. */
  sendSums(share: Data): void {
    this.#rooms[this.#sums.length]!.sent.set(bytesOf(share));
    this.#beginSums();
  }

  /** Waits for the sums of all buckets, one after the other. Throws if a rank has not got this far. */
  receiveSums(output: Data): void {
    for (const request of this.#sums) this.#communicator.wait(this.what, request);
    this.#communicator.end(this);
    const { counts, bytesPerElement } = this.#buckets;
    const bytes = bytesOf(output);
    let at = 0;
    this.#rooms.forEach(({ rows }, bucket) => {
      const length = counts[bucket]! * bytesPerElement;
      bytes.set(rows.subarray(0, length), at);
      at += length;
    });
    this.#free.giveBack(this.#buckets, this.#rooms);
  }

  giveUp(isDone: (request: Request) => boolean): boolean {
    const { length } = this.#rooms;
    while (this.#sums.length < length) {
      const next = this.#sums.length;
      if (this.#parts.length < Math.min(length, next + 2)) this.#beginParts();
      else if (isDone(this.#parts[next]!)) this.#beginSums();
      else return false;
    }
    return this.#sums.every(isDone);
  }

  #beginParts(): void {
    const { shares, sent, rows } = this.#rooms[this.#parts.length]!;
    this.#parts.push(this.#channel.allToAll(sent, shares.sent, rows, shares.received));
  }

  #beginSums(): void {
    const { shares, sent, rows } = this.#rooms[this.#sums.length]!;
    this.#sums.push(this.#channel.allGather(sent.subarray(0, shares.chunk), rows));
  }
}
