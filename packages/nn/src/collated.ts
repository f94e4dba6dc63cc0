// Examples of different sizes, in batches.
import { NablaError, random, type Seed, type Tensor, tensor } from "@nabla/autograd";
import {
  anything,
  callable,
  checkOptions,
  describe,
  finite,
  flag,
  oneOf,
} from "@nabla/autograd/checks";
import { batchRowsLater } from "./batches.ts";
import { checkCount } from "./checks.ts";

export interface CollateOptions<Example, Batch> {
  /** Examples in a batch. */
  readonly size: number;
  /** Makes a batch of some examples: tensors, or numbers as `tensor` takes them, by name. */
  readonly collate: (examples: readonly Example[]) => Batch;
  /** Seed of the order, which each epoch draws anew. Default: not shuffled. */
  readonly shuffle?: Seed;
  /** Leave out a last batch that is smaller than the others. Default: false. */
  readonly dropLast?: boolean;
}

/**
 * Batches examples that are not rows of tensors, such as sentences of different lengths, for `fit` with a
 * `batchCost`: returns a function that gives the batches of an epoch. Epoch e's order is that of
 * `batches` with `random.foldIn(shuffle, e)`. Throws `NablaError` if there are no examples.
 *
 * @example
 * const words = [[7], [1, 2, 3], [4, 5]];
 * const inEpoch = collated(words, { size: 2, collate: (some) => padded(some) });
 * for await (const { values, lengths } of inEpoch(1)) {
 *   console.log(values.arraySync(), lengths.arraySync());
 * }
 * // => [[7, 0, 0], [1, 2, 3]] [1, 3]
 * //    [[4, 5]] [2]
 */
export function collated<Example, Batch>(
  examples: readonly Example[],
  options: CollateOptions<Example, Batch>,
): (epoch: number) => AsyncGenerator<Batch, void, undefined> {
  const operation = "collated";
  if (!Array.isArray(examples) || examples.length === 0) {
    const given = Array.isArray(examples) ? "no examples" : describe(examples);
    throw new NablaError(`${operation}: got ${given}, expected a list of examples`);
  }
  checkOptions(
    operation,
    options,
    { size: anything, collate: callable, shuffle: anything, dropLast: flag },
    "collate",
  );
  const { size, collate, shuffle, dropLast = false } = options;
  checkCount(operation, "size", size);
  return async function* inEpoch(epoch) {
    const order = shuffle === undefined ? {} : { shuffle: random.foldIn(shuffle, epoch) };
    for await (const rows of batchRowsLater(examples.length, { size, dropLast, ...order })) {
      yield collate(Array.from(await rows.data(), (row) => examples[row]!));
    }
  };
}

/** Rows of different lengths in one tensor. */
export interface Padded {
  /** `[rows, longest]`. */
  readonly values: Tensor<[number, number]>;
  /** How many elements of each row are its own: int32 `[rows]`, as recurrent layers take them. */
  readonly lengths: Tensor<[number]>;
}

export interface PadOptions {
  /** The padding value. Default: 0. */
  readonly value?: number;
  /** At least so long; longer rows are an error. Left out: as long as the longest. */
  readonly length?: number;
  /** Default: "int32" where all are integers of 32 bits, else "float32". */
  readonly dtype?: "float32" | "float64" | "int32";
}

/**
 * Pads rows to one length, and returns them as one tensor, with their original lengths. Throws
 * `NablaError` if there are no rows, for rows that are not lists of numbers, and for one longer than
 * `length`.
 *
 * @example
 * const { values, lengths } = padded([[1, 2], [3]]);
 * values.arraySync(); // => [[1, 2], [3, 0]]
 * lengths.arraySync(); // => [2, 1]
 */
export function padded(rows: readonly ArrayLike<number>[], options: PadOptions = {}): Padded {
  const operation = "padded";
  checkOptions(operation, options, {
    value: finite,
    length: anything,
    dtype: oneOf("float32", "float64", "int32"),
  });
  if (!Array.isArray(rows) || rows.length === 0) {
    const given = Array.isArray(rows) ? "no rows" : describe(rows);
    throw new NablaError(`${operation}: got ${given}, expected a list of rows`);
  }
  rows.forEach((row: unknown, i) => {
    const isList = Array.isArray(row) || (ArrayBuffer.isView(row) && "length" in row);
    const wrong = isList
      ? Array.from(row as ArrayLike<unknown>).find((x) => typeof x !== "number")
      : row;
    if (isList && wrong === undefined) return;
    throw new NablaError(
      `${operation}: row ${i} has ${describe(wrong)}, expected a list of numbers`,
    );
  });
  const { value = 0, length } = options;
  if (length !== undefined) checkCount(operation, "length", length);
  const lengths = rows.map((row: ArrayLike<number>) => row.length);
  const longest = lengths.reduce((most, own) => Math.max(most, own), 0);
  if (length !== undefined && longest > length) {
    const at = lengths.indexOf(longest);
    throw new NablaError(
      `${operation}: row ${at} has ${longest} elements, expected ${length} at most`,
    );
  }
  const width = length ?? longest;
  const all = rows.flatMap((row: ArrayLike<number>): number[] => [
    ...Array.from(row),
    ...new Array<number>(width - row.length).fill(value),
  ]);
  const isWhole = all.every((x) => Number.isInteger(x) && x === (x | 0));
  const dtype = options.dtype ?? (isWhole ? "int32" : "float32");
  return {
    values: tensor(all, { shape: [rows.length, width] as [number, number], dtype }),
    lengths: tensor(lengths, { shape: [lengths.length] as [number], dtype: "int32" }),
  };
}
