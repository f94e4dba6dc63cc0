// Batches of any form: of a dataset that is a tree of tensors, or of a stream of trees.
import {
  type Data,
  type Gather,
  NablaError,
  random,
  realizeAsync,
  type ShapeOf,
  type Tensor,
  type Tree,
} from "@nabla/autograd";
import { describe, isPlainObject } from "@nabla/autograd/checks";
import { batchRowsLater } from "./batches.ts";
import { checkCount } from "./checks.ts";
import {
  ahead,
  checkStream,
  type Feed,
  type FeedBatch,
  isSkipping,
  isStream,
  noBatches,
  streamIn,
} from "./feed.ts";
import { formOf, leavesOf, mapTree, tensorsIn } from "./trees.ts";

/** What streams give: trees of tensors, or of numbers as `tensor` takes them. */
type Stream<Batch> = Iterable<Batch> | AsyncIterable<Batch>;

/**
 * What `fit` learns from by a `batchCost`: a tree of tensors with one row an example each, batches, or a
 * function that gives the batches of an epoch.
 */
export type TreeData = object;

/** A tree of tensors for a tree of numbers. */
export type TensorsOf<B> = B extends Tensor
  ? B
  : B extends Data | number | boolean | readonly (number | boolean | readonly unknown[])[]
    ? Tensor
    : { readonly [Name in keyof B]: TensorsOf<B[Name]> };

/** Numbers, or tensors, for a tree of tensors. */
export type NumbersFor<B> = Tree extends B
  ? object
  : B extends Tensor
    ? B | Data | number | boolean | readonly unknown[]
    : { readonly [Name in keyof B]: NumbersFor<B[Name]> };

/** Some rows of each tensor. */
type RowsOf<D> = D extends Tensor
  ? Tensor<Gather<ShapeOf<D>, 0, [number]>>
  : { readonly [Name in keyof D]: RowsOf<D[Name]> };

type StreamedOf<S> = S extends Iterable<infer B> | AsyncIterable<infer B> ? TensorsOf<B> : never;

/** A batch of such data. */
export type BatchOf<D> = D extends (epoch: number) => infer S
  ? StreamedOf<S>
  : D extends Iterable<unknown> | AsyncIterable<unknown>
    ? StreamedOf<D>
    : RowsOf<D>;

export interface TreeFeed extends Feed {
  treeOf(batch: FeedBatch): Tree;
  /** What ranks must agree on: the tensors of a dataset by name. */
  readonly tensors: readonly (readonly [name: string, x: Tensor])[];
}

export interface TreeFeedOptions {
  readonly batchSize?: number | undefined;
  /** That of a dataset, without one. */
  readonly usualSize?: number;
  /** Default: not shuffled. */
  readonly shuffle?: number;
  readonly prefetch: number;
}

/** The batches of a tree of tensors, or of a stream of trees. */
export function treeFeedOf(operation: string, data: unknown, options: TreeFeedOptions): TreeFeed {
  if (typeof data === "function" || (typeof data === "object" && data !== null)) {
    if (isStream(data)) return streamFeed(operation, data as Stream<unknown>, options);
    if (isPlainObject(data)) return datasetFeed(operation, data, options);
  }
  throw new NablaError(
    `${operation}: got ${describe(data)} for data, expected an object of tensors, batches, or a function ` +
      "that gives the batches of an epoch",
  );
}

function datasetFeed(
  operation: string,
  data: object,
  { usualSize, batchSize = usualSize, shuffle }: TreeFeedOptions,
): TreeFeed {
  const leaves = leavesOf(operation, "the dataset", data);
  const examples = exampleCountOf(operation, leaves);
  checkCount(operation, "batchSize", batchSize);
  return {
    examples,
    canSkip: false,
    tensors: leaves.map((x, i) => [`tensor ${i} of the data`, x] as const),
    async *epoch(epoch) {
      await realizeAsync(...leaves);
      const seed = shuffle === undefined ? {} : { shuffle: random.foldIn(shuffle, epoch) };
      for await (const rows of batchRowsLater(examples, { size: batchSize, ...seed })) {
        yield { batch: rows, count: rows.size };
      }
    },
    treeOf: (rows) => mapTree(data as Tree, (x) => x.gather(0, rows as Tensor<[number]>)),
  };
}

/** How many rows all have. */
function exampleCountOf(operation: string, leaves: readonly Tensor[]): number {
  const [first] = leaves;
  if (!first) throw new NablaError(`${operation}: the dataset has no tensors`);
  const count = first.shape[0];
  const other = leaves.find(({ shape }) => shape[0] === undefined || shape[0] !== count);
  if (other) {
    const [given, wanted] = [other, first].map(({ shape }) => `[${shape.join(", ")}]`);
    throw new NablaError(
      `${operation}: the dataset has tensors ${wanted} and ${given}, expected one row an example in each`,
    );
  }
  if (count === 0) throw new NablaError(`${operation}: the dataset has no examples`);
  return count!;
}

function streamFeed(
  operation: string,
  data: Stream<unknown> | ((epoch: number) => Stream<unknown>),
  { batchSize, prefetch }: TreeFeedOptions,
): TreeFeed {
  if (batchSize !== undefined) {
    throw new NablaError(
      `${operation}: batchSize is given, but the data come in batches; leave it out`,
    );
  }
  return {
    examples: undefined,
    canSkip: isSkipping(data),
    tensors: [],
    async *epoch(epoch, skip = 0) {
      const stream = streamIn(data, epoch, skip);
      checkStream(operation, stream);
      let form: string | undefined;
      for await (const given of ahead(stream, prefetch)) {
        const batch = tensorsIn(operation, "a batch", given);
        const own = formOf(batch);
        form ??= own;
        if (own !== form) {
          throw new NablaError(`${operation}: a batch is ${own}, expected ${form}, as the first`);
        }
        yield { batch, count: await checkedCount(operation, batch) };
      }
      if (form === undefined && skip === 0) throw noBatches(operation, epoch);
    },
    treeOf: (batch) => batch,
  };
}

/** How many examples a batch has, once it is computed: the rows of its first tensor. */
export async function checkedCount(operation: string, batch: Tree): Promise<number> {
  const leaves = leavesOf(operation, "a batch", batch);
  await realizeAsync(...leaves);
  const [first] = leaves;
  if (!first) throw new NablaError(`${operation}: a batch has no tensors`);
  const { shape }: Tensor = first;
  if (shape[0] === 0) throw new NablaError(`${operation}: a batch has no examples`);
  return shape[0] ?? 1;
}
