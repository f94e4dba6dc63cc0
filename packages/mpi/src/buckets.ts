// Sums of buckets of tensors as graph operations: a bucket's exchange starts once its tensors are
// computed, and proceeds while those of the next one are computed.
import type { Tensor } from "@nabla/autograd";
import { bytesPerElement, type Data, inOneRun } from "@nabla/autograd/backend";
import { BucketExchange, type Buckets, Rooms } from "./bucket-exchange.ts";
import type { Communicator } from "./communicator.ts";
import { exchangeFunction } from "./spans.ts";

/** Tensors that are exchanged at once. */
export type Bucket = readonly Tensor[];

/** A bucket by default: not less, since each costs some messages, nor less than a part of all. */
const leastBytes = 2 ** 20;
const mostBuckets = 8;

/**
 * The maximum number of structures whose operations are kept: they are part of plans, so as many as there
 * are plans.
 */
const mostStructures = 512;

/** Divides tensors, in order, into buckets of at least this many bytes. */
export function bucketsOf(xs: readonly Tensor[], bucketBytes?: number): readonly Bucket[] {
  const bytesOfAll = (tensors: readonly Tensor[]) =>
    tensors.reduce((sum, { size, dtype }) => sum + size * bytesPerElement(dtype), 0);
  let left = bytesOfAll(xs);
  const least = bucketBytes ?? Math.max(leastBytes, left / mostBuckets);
  const buckets: Tensor[][] = [[]];
  let bytes = 0;
  for (const x of xs) {
    // What is left at the end and too small joins the last one.
    if (bytes >= least && left >= least) {
      buckets.push([]);
      bytes = 0;
    }
    buckets.at(-1)!.push(x);
    bytes += bytesOfAll([x]);
    left -= bytesOfAll([x]);
  }
  return buckets;
}

/**
 * Returns the sum of buckets over all ranks, as one tensor of all elements in sequence; `added` adds the
 * rows of a tensor. Host functions start and finish the parts of an exchange. Each passes its number to
 * the next, so they are called in one order, the same on all ranks, and kernels run in between.
 *
 * An exchange is under way between host functions that begin and end its parts. Each gives its number to
 * the next: so they are called in one order, the same on all ranks, and kernels run in between.
 */
export function bucketedSums(
  communicator: Communicator,
): (buckets: readonly Bucket[], added: (rows: Tensor) => Tensor) => Tensor {
  const known = new Map<string, Operations>();
  const rooms = new Rooms(communicator.rank, communicator.size);
  return (buckets, added) => {
    const { dtype } = buckets[0]![0]!;
    const lengths = buckets.map((bucket) => `[${bucket.map(({ size }) => size).join("] [")}]`);
    const key = `${dtype} ${lengths.join(" | ")}`;
    const counts = buckets.map(sizeOf);
    const all = { what: `allReduce of ${key}`, counts, bytesPerElement: bytesPerElement(dtype) };
    const operations = known.get(key) ?? operationsOf(communicator, all, rooms);
    // The most recently used come last.
    known.delete(key);
    known.set(key, operations);
    if (known.size > mostStructures) known.delete(known.keys().next().value!);
    const { begin, sendParts, receiveParts, sendSums, receiveSums } = operations;
    const next = (host: HostFunction, ...inputs: readonly Tensor[]) => host(inputs, [1], "int32");
    const { size } = communicator;
    const addBucket = (bucket: number, last: Tensor): Tensor => {
      const rows = receiveParts([last], [size, Math.ceil(counts[bucket]! / size)], dtype);
      return next(sendSums, last, added(rows));
    };
    return inOneRun(() => {
      let last = next(begin, ...buckets[0]!);
      for (let i = 1; i < buckets.length; i++) {
        last = addBucket(i - 1, next(sendParts, last, ...buckets[i]!));
      }
      last = addBucket(buckets.length - 1, last);
      return receiveSums([last], [sizeOf(buckets.flat())], dtype);
    });
  };
}

type HostFunction = ReturnType<typeof exchangeFunction>;

/** Those of the same buckets, which are part of the structure. */
interface Operations {
  /** Sends the parts of the first bucket, and gives the number of the exchange. */
  readonly begin: HostFunction;
  /** These take the number, and send or receive the next part. */
  readonly sendParts: HostFunction;
  readonly receiveParts: HostFunction;
  readonly sendSums: HostFunction;
  readonly receiveSums: HostFunction;
}

function operationsOf(communicator: Communicator, buckets: Buckets, rooms: Rooms): Operations {
  const underWay = new Map<number, BucketExchange>();
  let last = 0;
  const receiving = (name: string, act: (exchange: BucketExchange, output: Data) => void) =>
    exchangeFunction({
      name,
      compute: ([number], output) => act(underWay.get(number![0]!)!, output),
    });
  const sending = (
    name: string,
    act: (exchange: BucketExchange, inputs: readonly Data[]) => void,
  ) =>
    exchangeFunction({
      name,
      compute([number, ...inputs], output) {
        act(underWay.get(number![0]!)!, inputs);
        output.set(number!);
      },
    });
  return {
    begin: exchangeFunction({
      name: "allToAll begins",
      compute(inputs, output) {
        const exchange = new BucketExchange(communicator, buckets, rooms);
        exchange.sendParts(inputs);
        last = (last + 1) % 2 ** 31;
        underWay.set(last, exchange);
        output[0] = last;
      },
      onFailure() {
        communicator.giveUp();
        underWay.clear();
      },
    }),
    sendParts: sending("allToAll begins", (exchange, inputs) => exchange.sendParts(inputs)),
    receiveParts: receiving("allToAll ends", (exchange, output) => exchange.receiveParts(output)),
    sendSums: sending("allGather begins", (exchange, [share]) => exchange.sendSums(share!)),
    receiveSums: exchangeFunction({
      name: "allGather ends",
      compute([number], output) {
        underWay.get(number![0]!)!.receiveSums(output);
        underWay.delete(number![0]!);
      },
    }),
  };
}

export function sizeOf(xs: readonly Tensor[]): number {
  return xs.reduce((sum, { size }) => sum + size, 0);
}
