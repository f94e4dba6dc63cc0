// Data in mini-batches.
import {
  type Gather,
  NablaError,
  random,
  realize,
  type Seed,
  type ShapeOf,
  Tensor,
  tensor,
} from "@nabla/autograd";
import { checkCount, kindOf } from "./checks.ts";
import { anything, checkOptions, flag } from "./options.ts";

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
   * A seed or a key: the examples come in the order `random.permutation(count, { seed: shuffle })`.
   * For another order in each epoch: `random.foldIn(seed, epoch)`. Left out: as they stand.
   */
  readonly shuffle?: Seed;
  /** Leave out a last batch that is smaller than the others. Default: false. */
  readonly dropLast?: boolean;
}

/**
 * A dataset in batches of `size` examples. The last one holds what is left, unless `dropLast`. The
 * same seed gives the same order. Throws `NablaError` for an empty dataset, and for tensors of
 * different numbers of examples.
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
export function* batches<D extends Dataset>(
  dataset: D,
  options: BatchOptions,
): Generator<Batch<D>, void, undefined> {
  const count = exampleCount("batches", dataset);
  checkOptions("batches", options, { size: anything, shuffle: anything, dropLast: flag });
  realize(...Object.values(dataset));
  for (const rows of batchRows(count, options)) yield examplesAt(dataset, rows);
}

/** The rows of the examples of each batch: int32 [size]. */
export function* batchRows(
  count: number,
  { size, shuffle, dropLast = false }: BatchOptions,
): Generator<Tensor<[number]>, void, undefined> {
  checkCount("batches", "size", size);
  const order =
    shuffle === undefined
      ? Int32Array.from({ length: count }, (_, i) => i)
      : random.permutation(count, { seed: shuffle }).dataSync();
  const end = dropLast ? count - (count % size) : count;
  for (let from = 0; from < end; from += size) yield tensor(order.subarray(from, from + size));
}

/** The examples that stand in these rows. */
export function examplesAt<D extends Dataset>(dataset: D, rows: Tensor<[number]>): Batch<D> {
  const parts = Object.entries(dataset).map(([name, all]) => [name, all.gather(0, rows)]);
  return Object.fromEntries(parts) as Batch<D>;
}

/** How many examples a dataset has. */
export function exampleCount(operation: string, dataset: Dataset): number {
  checkOptions(`${operation}: the dataset`, dataset, {});
  for (const [name, x] of Object.entries<unknown>(dataset)) {
    if (x instanceof Tensor) continue;
    throw new NablaError(
      `${operation}: "${name}" is ${kindOf(x)}, expected a tensor: tensor(${name}) makes one`,
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
