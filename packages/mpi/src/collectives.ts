// What ranks compute together, as operations of graphs. The host only moves elements, between kernels;
// sums are ordinary kernels, which add the ranks' elements in the order of ranks.
import { customGradient, NablaError, type Tensor, tensor, where } from "@nabla/autograd";
import { bytesPerElement, type Data, type DType, hostFunction } from "@nabla/autograd/backend";
import type { Communicator } from "./communicator.ts";

/** Collective operations; all ranks call them in the same order. */
export interface Collectives {
  /** For each of the tensors the sum over all ranks. */
  sums(xs: readonly Tensor[]): readonly Tensor[];
  /** One row for each rank. */
  allGather(x: Tensor): Tensor;
  /** The root's. */
  broadcast(x: Tensor, root: number): Tensor;
}

export function collectivesOf(communicator: Communicator): Collectives {
  const { rank, size } = communicator;
  let room = new Uint8Array(0);
  /**
   * The elements of all inputs, one after the other. Those of this rank's own part, from `from` up to `to`,
   * go to `own` instead: nobody is sent them.
   */
  const joined = (inputs: readonly Data[], from: number, to: number, own: Data): Uint8Array => {
    const bytes = inputs.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (inputs.length > 1 && room.length < bytes) room = new Uint8Array(bytes);
    let at = 0;
    for (const input of inputs) {
      const { length, BYTES_PER_ELEMENT: each } = input;
      const ownFrom = Math.min(length, Math.max(0, from - at));
      const ownTo = Math.min(length, Math.max(0, to - at));
      if (ownFrom < ownTo) own.set(input.subarray(ownFrom, ownTo), at + ownFrom - from);
      if (inputs.length > 1) {
        room.set(bytesOf(input.subarray(0, ownFrom)), at * each);
        room.set(bytesOf(input.subarray(ownTo)), (at + ownTo) * each);
      }
      at += length;
    }
    return inputs.length > 1 ? room.subarray(0, bytes) : bytesOf(inputs[0]!);
  };

  /** Row r has what rank r had for this one; the last ranks' parts of all elements may be shorter. */
  const exchanged = hostFunction({
    name: "allToAll",
    compute(inputs, output) {
      const bytes = output.BYTES_PER_ELEMENT;
      const chunk = output.length / size;
      const count = inputs.reduce((sum, { length }) => sum + length, 0);
      const startOf = (of: number) => Math.min(count, of * chunk);
      const [from, to] = [startOf(rank), startOf(rank + 1)];
      const ranks = Array.from({ length: size }, (_, of) => of);
      if (to - from < chunk) output.fill(0);
      /** Bytes for each other rank, of so many elements; a rank sends itself nothing. */
      const countsOf = (elements: (of: number) => number) =>
        Int32Array.from(ranks, (of) => (of === rank ? 0 : elements(of) * bytes));
      const what = `allReduce of ${dtypeOf(output)} [${inputs.map(({ length }) => length).join("] [")}]`;
      communicator.allToAll(
        what,
        joined(inputs, from, to, output.subarray(rank * chunk, (rank + 1) * chunk)),
        {
          counts: countsOf((of) => startOf(of + 1) - startOf(of)),
          offsets: Int32Array.from(ranks, (of) => startOf(of) * bytes),
        },
        bytesOf(output),
        {
          counts: countsOf(() => to - from),
          offsets: Int32Array.from(ranks, (of) => of * chunk * bytes),
        },
      );
    },
  });

  const gathered = hostFunction({
    name: "allGather",
    compute([x], output) {
      const what = `allGather of ${dtypeOf(output)} [${x!.length}]`;
      communicator.allGather(what, bytesOf(x!), bytesOf(output));
    },
  });

  /** By root: which one it is, is part of the structure. */
  const fromRoots = Array.from({ length: size }, (_, root) =>
    hostFunction({
      name: "broadcast",
      compute([x], output) {
        if (root === rank) output.set(x!);
        const what = `broadcast of ${dtypeOf(output)} [${output.length}] by rank ${root}`;
        communicator.broadcast(what, bytesOf(output), root);
      },
    }),
  );

  /** The sum over all ranks of all elements, one after the other: each rank adds a part of them. */
  const summed = (xs: readonly Tensor[]): Tensor => {
    const { dtype } = xs[0]!;
    const count = xs.reduce((sum, x) => sum + x.size, 0);
    const chunk = Math.ceil(count / size);
    checkBytes("allReduce", dtype, chunk * size);
    const rows: Tensor = exchanged(xs, [size, chunk], dtype);
    let part = rows.at(0);
    for (let of = 1; of < size; of++) part = part.add(rows.at(of));
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
        const own = xs.flatMap((x, i) => (x.dtype === dtype && x.size > 0 ? [i] : []));
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

/** The same elements as a tensor of its own: a gradient by it is none by `x`. */
export function unchanged(x: Tensor): Tensor {
  return x.reshape([...x.shape]);
}

/** MPI counts bytes in 31 bits. */
function checkBytes(operation: string, dtype: DType, count: number): void {
  const bytes = count * bytesPerElement(dtype);
  if (bytes < 2 ** 31) return;
  throw new NablaError(`${operation}: ${bytes} bytes at once, expected less than ${2 ** 31}`);
}

function bytesOf({ buffer, byteOffset, byteLength }: Data): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function dtypeOf(data: Data): string {
  return data.constructor.name.replace("Array", "").toLowerCase();
}
