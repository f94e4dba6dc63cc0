// What ranks compute together, as operations of graphs. The host only moves elements, between kernels;
// sums are ordinary kernels, which add the ranks' elements in the order of ranks.
import { customGradient, NablaError, type Tensor, tensor, where } from "@nabla/autograd";
import { bytesPerElement, type Data, type DType } from "@nabla/autograd/backend";
import { bucketedSums, bucketsOf, sizeOf } from "./buckets.ts";
import type { Communicator } from "./communicator.ts";
import { bytesOf, join, sharesOf } from "./shares.ts";
import { exchangeFunction } from "./spans.ts";

/** Collective operations; all ranks call them in the same order. */
export interface Collectives {
  /** The sum of each of the tensors over all ranks. */
  sums(xs: readonly Tensor[]): readonly Tensor[];
  /** One row for each rank. */
  allGather(x: Tensor): Tensor;
  /** The root's. */
  broadcast(x: Tensor, root: number): Tensor;
}

/**
 * `bucketBytes`: how many bytes are exchanged at once, while others are computed; by default an eighth of
 * all, but not less than a megabyte.
 */
export function collectivesOf(communicator: Communicator, bucketBytes?: number): Collectives {
  const { rank, size } = communicator;
  const inBuckets = bucketedSums(communicator);
  let room = new Uint8Array(0);

  /** Row r has what rank r had for this one; the last ranks' parts of all elements may be shorter. */
  const exchanged = exchangeFunction({
    name: "allToAll",
    compute(inputs, output) {
      const count = inputs.reduce((sum, { length }) => sum + length, 0);
      const shares = sharesOf(count, output.BYTES_PER_ELEMENT, rank, size);
      const isOne = inputs.length === 1;
      const bytes = size * shares.chunk;
      if (!isOne && room.length < bytes) room = new Uint8Array(bytes);
      const rows = bytesOf(output);
      join(inputs, shares, rank, rows, isOne ? undefined : room);
      const lengths = inputs.map(({ length }) => length).join("] [");
      const what = `allReduce of ${dtypeOf(output)} [${lengths}]`;
      const sent = isOne ? bytesOf(inputs[0]!) : room;
      communicator.allToAll(what, sent, shares.sent, rows, shares.received);
    },
  });

  const gathered = exchangeFunction({
    name: "allGather",
    compute([x], output) {
      const what = `allGather of ${dtypeOf(output)} [${x!.length}]`;
      communicator.allGather(what, bytesOf(x!), bytesOf(output));
    },
  });

  /** By root: which one it is, is part of the structure. */
  const fromRoots = Array.from({ length: size }, (_, root) =>
    exchangeFunction({
      name: "broadcast",
      compute([x], output) {
        if (root === rank) output.set(x!);
        const what = `broadcast of ${dtypeOf(output)} [${output.length}] by rank ${root}`;
        communicator.broadcast(what, bytesOf(output), root);
      },
    }),
  );

  /** Adds rows in the order of ranks. */
  const added = (rows: Tensor): Tensor => {
    let sum = rows.at(0);
    for (let of = 1; of < size; of++) sum = sum.add(rows.at(of));
    return sum;
  };

  /** The sum over all ranks of all elements, one after the other: each rank adds a share of them. */
  const summed = (xs: readonly Tensor[]): Tensor => {
    const { dtype } = xs[0]!;
    const buckets = bucketsOf(xs, bucketBytes);
    for (const bucket of buckets) {
      checkBytes("allReduce", dtype, size * Math.ceil(sizeOf(bucket) / size));
    }
    if (buckets.length > 1) return inBuckets(buckets, added);
    const count = sizeOf(xs);
    const chunk = Math.ceil(count / size);
    const part = added(exchanged(xs, [size, chunk], dtype));
    const all = gathered([part], [size, chunk], dtype);
    return all.reshape([size * chunk]).slice(0, 0, count);
  };
  const parts = (flat: Tensor, like: readonly Tensor[]): readonly Tensor[] => {
    let from = 0;
    return like.map((x) => {
      const part = flat.slice(0, from, from + x.size).reshape([...x.shape]);
      from += x.size;
      return part;
    });
  };
  const sumsOfOne: (...xs: Tensor[]) => Tensor = customGradient(
    (...xs: Tensor[]) => summed(xs),
    (g, xs) => parts(sumsOfOne(g), xs),
  );

  const allGather: (x: Tensor) => Tensor = customGradient(
    (x: Tensor) => {
      checkBytes("allGather", x.dtype, size * x.size);
      return gathered([x], [size, ...x.shape], x.dtype);
    },
    (g) =>
      sumsOfOne(g)
        .reshape([...g.shape])
        .at(rank),
  );

  const byRoot = fromRoots.map((fromRoot, root): ((x: Tensor) => Tensor) =>
    customGradient(
      (x: Tensor) => {
        checkBytes("broadcast", x.dtype, x.size);
        return fromRoot([x], [...x.shape], x.dtype);
      },
      // All ranks take part, whether they need the sum or not.
      (g) => where(tensor(rank === root), sumsOfOne(g).reshape([...g.shape]), 0),
    ),
  );

  return {
    sums(xs) {
      const sums = new Array<Tensor>(xs.length);
      for (const dtype of new Set(xs.map((x) => x.dtype))) {
        // A backward pass computes the last layers' first.
        const own = xs.flatMap((x, i) => (x.dtype === dtype && x.size > 0 ? [i] : [])).reverse();
        if (own.length === 0) continue;
        const like = own.map((i) => xs[i]!);
        parts(sumsOfOne(...like), like).forEach((sum, i) => {
          sums[own[i]!] = sum;
        });
      }
      return xs.map((x, i) => sums[i] ?? unchanged(x));
    },
    allGather,
    broadcast(x, root) {
      const of = byRoot[root];
      if (of) return of(x);
      throw new NablaError(`broadcast: the root is ${root}, expected a rank from 0 to ${size - 1}`);
    },
  };
}

/** The same elements as a new tensor: a gradient with respect to it is not one with respect to `x`. */
export function unchanged(x: Tensor): Tensor {
  return x.reshape([...x.shape]);
}

/** MPI counts bytes in 31 bits. */
function checkBytes(operation: string, dtype: DType, count: number): void {
  const bytes = count * bytesPerElement(dtype);
  if (bytes < 2 ** 31) return;
  throw new NablaError(`${operation}: ${bytes} bytes at once, expected less than ${2 ** 31}`);
}

function dtypeOf(data: Data): string {
  return data.constructor.name.replace("Array", "").toLowerCase();
}
