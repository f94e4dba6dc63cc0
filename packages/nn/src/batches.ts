// Data in mini-batches.
import {
  type Data,
  type Gather,
  NablaError,
  random,
  realize,
  realizeAsync,
  type Seed,
  type ShapeOf,
  Tensor,
  tensor,
} from "@nabla/autograd";
import { anything, checkKind, checkOptions, describe, flag, plain } from "@nabla/autograd/checks";
import { checkCount } from "./checks.ts";
import { checkBlocks } from "./later.ts";

/** Tensors with one row an example: all have the same first size. */
export type Dataset = Readonly<Record<string, Tensor>>;

/** Some examples of a dataset, under the dataset's names. */
export type Batch<D extends Dataset> = {
  readonly [Name in keyof D]: Tensor<Gather<ShapeOf<D[Name]>, 0, [number]>>;
};

export interface BatchOptions {
  /** Examples in a batch. */
  readonly size: number;
  /**
   * A seed or a key: the examples are in the order `random.permutation(count, { seed: shuffle })`. For a
   * different order in each epoch: `random.foldIn(seed, epoch)`. Default: not shuffled.
   */
  readonly shuffle?: Seed;
  /** Leave out a last batch that is smaller than the others. Default: false. */
  readonly dropLast?: boolean;
}

/** Batches to loop over, by `for` or by `for await`, which a device needs that answers later. */
export interface Batches<D extends Dataset> extends Generator<Batch<D>, void, undefined> {
  [Symbol.asyncIterator](): AsyncGenerator<Batch<D>, void, undefined>;
}

/**
 * Divides a dataset into batches of `size` examples. The last one holds the remainder, unless `dropLast`.
 * The same seed gives the same order. Throws `NablaError` for an empty dataset, for tensors of different
 * numbers of examples, and where `for` would have to block on a device that answers later (`mustAwait`):
 * use `for await` there.
 *
 * @example
 * const dataset = { inputs: arange(5), targets: arange(5).mul(10) };
 * for (const { inputs, targets } of batches(dataset, { size: 2 })) {
 *   console.log(inputs.arraySync(), targets.arraySync());
 * }
 * // => [0, 1] [0, 10]
 * //    [2, 3] [20, 30]
 * //    [4] [40]
 */
export function batches<D extends Dataset>(dataset: D, options: BatchOptions): Batches<D> {
  return Object.assign(batchesNow(dataset, options), {
    [Symbol.asyncIterator]: () => batchesLater(dataset, options),
  });
}

function* batchesNow<D extends Dataset>(
  dataset: D,
  options: BatchOptions,
): Generator<Batch<D>, void, undefined> {
  const count = checked(dataset, options);
  checkBlocks("batches", "loop over them by `for await`");
  realize(...Object.values(dataset));
  const order = orderOf(count, options)?.dataSync();
  for (const rows of rowsOf(count, order, options)) yield examplesAt(dataset, rows);
}

async function* batchesLater<D extends Dataset>(
  dataset: D,
  options: BatchOptions,
): AsyncGenerator<Batch<D>, void, undefined> {
  const count = checked(dataset, options);
  await realizeAsync(...Object.values(dataset));
  for await (const rows of batchRowsLater(count, options)) yield examplesAt(dataset, rows);
}

/** How many examples there are. */
function checked(dataset: Dataset, options: BatchOptions): number {
  const count = exampleCount("batches", dataset);
  checkOptions("batches", options, { size: anything, shuffle: anything, dropLast: flag });
  return count;
}

/** The rows of the examples of each batch: int32 [size]. */
export async function* batchRowsLater(
  count: number,
  options: BatchOptions,
): AsyncGenerator<Tensor<[number]>, void, undefined> {
  yield* rowsOf(count, await orderOf(count, options)?.data(), options);
}

/** The order of the examples; undefined: not shuffled. */
function orderOf(count: number, { size, shuffle }: BatchOptions): Tensor | undefined {
  checkCount("batches", "size", size);
  return shuffle === undefined ? undefined : random.permutation(count, { seed: shuffle });
}

function* rowsOf(
  count: number,
  order: Data | undefined,
  { size, dropLast = false }: BatchOptions,
): Generator<Tensor<[number]>, void, undefined> {
  const all = order ?? Int32Array.from({ length: count }, (_, i) => i);
  const end = dropLast ? count - (count % size) : count;
  for (let from = 0; from < end; from += size) yield tensor(all.subarray(from, from + size));
}

/** The examples in these rows. */
export function examplesAt<D extends Dataset>(dataset: D, rows: Tensor<[number]>): Batch<D> {
  const parts = Object.entries(dataset).map(([name, all]) => [name, all.gather(0, rows)]);
  return Object.fromEntries(parts) as Batch<D>;
}

/** How many examples a dataset has. */
export function exampleCount(operation: string, dataset: Dataset): number {
  checkKind(operation, "the dataset", dataset, plain);
  for (const [name, x] of Object.entries<unknown>(dataset)) {
    if (x instanceof Tensor) continue;
    throw new NablaError(
      `${operation}: "${name}" is ${describe(x)}, expected a tensor: tensor(${name}) makes one`,
    );
  }
  const sizes = Object.entries(dataset).map(([name, { shape }]) => ({ name, size: shape[0] }));
  const [first] = sizes;
  if (!first) throw new NablaError(`${operation}: the dataset has no tensors`);
  const scalar = sizes.find(({ size }) => size === undefined);
  if (scalar)
    throw new NablaError(`${operation}: "${scalar.name}" is one number, expected a row an example`);
  const other = sizes.find(({ size }) => size !== first.size);
  if (other) {
    throw new NablaError(
      `${operation}: "${first.name}" has ${first.size} examples, "${other.name}" has ${other.size}`,
    );
  }
  if (first.size === 0) throw new NablaError(`${operation}: the dataset has no examples`);
  return first.size!;
}
