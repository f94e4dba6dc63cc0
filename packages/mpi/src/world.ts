// The ranks of a program, as users see them.
import { NablaError, random, type Seed, type ShapeOf, Tensor, tensor } from "@nabla/autograd";
import type { Dataset, Optimizer, Team } from "@nabla/nn";
import { bytesOfFirst, checkAgreement } from "./agreement.ts";
import { type Collectives, unchanged } from "./collectives.ts";

/**
 * The processes of a program, which all run it; each is a rank. All call the same collective operations
 * in the same order: if they do not, they get an error that names what each does. Operations run when
 * their results are read, like others.
 */
export interface World extends Team {
  /** Which process this is, from 0. */
  readonly rank: number;
  /** How many there are. */
  readonly size: number;
  /**
   * The sum, or mean, over all ranks, added in the order of ranks. The gradient is that of the sum of all
   * ranks' costs.
   *
   * @example
   * const world = await mpi();
   * world.allReduce(tensor([1, 2])).arraySync(); // => [1, 2]
   */
  allReduce<X extends Tensor>(x: X, how?: "sum" | "mean"): Tensor<ShapeOf<X>>;
  /** The same for several tensors, by one exchange. */
  sums(xs: readonly Tensor[]): readonly Tensor[];
  /**
   * What all ranks have, `[size, ...]`: one row each.
   *
   * @example
   * const world = await mpi();
   * world.allGather(tensor([1, 2])).arraySync(); // => [[1, 2]]
   */
  allGather<X extends Tensor>(x: X): Tensor<[number, ...ShapeOf<X>]>;
  /**
   * What rank `root` has, on all ranks. Default: 0.
   *
   * @example
   * const world = await mpi();
   * world.broadcast(tensor([1, 2])).arraySync(); // => [1, 2]
   */
  broadcast<X extends Tensor>(x: X, root?: number): Tensor<ShapeOf<X>>;
  /** Waits until all ranks have come here. */
  barrier(): Promise<void>;
  /**
   * This rank's part of a dataset: equal numbers of consecutive examples for all ranks; a remainder is
   * left out. For your own loops: `fit` takes the whole dataset.
   *
   * @example
   * const world = await mpi();
   * world.shard({ x: tensor([1, 2, 3]) }).x.arraySync(); // => [1, 2, 3]
   */
  shard<D extends Dataset>(dataset: D): { readonly [Name in keyof D]: Tensor };
  /**
   * A key of this rank's own: for draws that are to differ between ranks.
   *
   * @example
   * const world = await mpi();
   * random.uniform([2], { seed: world.key(7) }).shape; // => [2]
   */
  key(seed: Seed): Tensor;
  /**
   * Wraps an optimiser so that its steps use the mean of all ranks' gradients. For your own loops: `fit`
   * has the option `world`.
   *
   * @example
   * const world = await mpi();
   * const w = parameter([4]);
   * const optimizer = world.optimizer(sgd([w], { learningRate: 0.5 }));
   * w.square().sum().backward();
   * optimizer.step();
   * w.arraySync(); // => [0]
   */
  optimizer(optimizer: Optimizer): Optimizer;
}

export function worldOf(rank: number, size: number, collectives: Collectives): World {
  const sums = (xs: readonly Tensor[]): readonly Tensor[] =>
    size === 1 ? xs.map(unchanged) : collectives.sums(xs);
  const world = {
    rank,
    size,
    sums,
    allReduce(x: Tensor, how: "sum" | "mean" = "sum"): Tensor {
      checkTensor("allReduce", x);
      if (how !== "sum" && how !== "mean") {
        throw new NablaError(`allReduce: got ${JSON.stringify(how)}, expected "sum" or "mean"`);
      }
      const [sum] = sums([x]);
      return how === "mean" ? sum!.div(size) : sum!;
    },
    allGather(x: Tensor): Tensor {
      checkTensor("allGather", x);
      return size === 1 ? x.expandDims(0) : collectives.allGather(x);
    },
    broadcast(x: Tensor, root = 0): Tensor {
      checkTensor("broadcast", x);
      if (Number.isInteger(root) && root >= 0 && root < size) {
        return size === 1 ? unchanged(x) : collectives.broadcast(x, root);
      }
      throw new NablaError(`broadcast: the root is ${root}, expected a rank from 0 to ${size - 1}`);
    },
    async barrier(): Promise<void> {
      await world.allGather(tensor([0])).data();
    },
    shard(dataset: Dataset): Dataset {
      const parts = Object.entries(dataset).map(([name, x]) => {
        checkTensor(`shard: "${name}"`, x);
        const count = Math.floor((x.shape[0] ?? 0) / size);
        if (count > 0) return [name, x.slice(0, rank * count, (rank + 1) * count)] as const;
        throw new NablaError(
          `shard: "${name}" is [${x.shape.join(", ")}], expected a row for each of ${size} ranks`,
        );
      });
      return Object.fromEntries(parts);
    },
    async checkAgreement(
      operation: string,
      facts: Readonly<Record<string, string>>,
    ): Promise<void> {
      if (size > 1) await checkAgreement(collectives, operation, facts);
    },
    bytesOfFirst: async (own: Uint8Array | undefined): Promise<Uint8Array | undefined> =>
      size === 1 ? own : bytesOfFirst(collectives, rank, own),
    key: (seed: Seed): Tensor => random.foldIn(seed, rank),
    optimizer(inner: Optimizer): Optimizer {
      const exchange = () => {
        const moving = inner.parameters.filter(({ grad }) => grad);
        const all = sums(moving.map(({ grad }) => grad!));
        moving.forEach((p, i) => {
          p.grad = all[i]!.div(size);
        });
      };
      if (size === 1) return inner;
      return {
        parameters: inner.parameters,
        step() {
          exchange();
          inner.step();
        },
        async stepAsync() {
          exchange();
          await inner.stepAsync();
        },
        state: () => inner.state(),
        load: (state) => inner.load(state),
      };
    },
  };
  return world as unknown as World;
}

function checkTensor(operation: string, x: unknown): void {
  if (x instanceof Tensor) return;
  throw new NablaError(`${operation}: got ${typeof x}, expected a tensor`);
}
