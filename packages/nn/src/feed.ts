// Where training has its batches from: a dataset, drawn from in another order each epoch, or a
// stream of batches.
import {
  type Data,
  NablaError,
  random,
  realizeAsync,
  Tensor,
  type Tree,
  tensor,
} from "@nabla/autograd";
import { describe, isPlainObject } from "@nabla/autograd/checks";
import { batchRowsLater, type Dataset, exampleCount, examplesAt } from "./batches.ts";
import { checkCount } from "./checks.ts";
import { checkWeights } from "./example-weights.ts";
import { checkLabels } from "./labels.ts";
import { checkPair, type Pair, pairOf, weightsIn } from "./pair.ts";

/** Numbers as `tensor` takes them. */
type Numbers = Tensor | Data | readonly unknown[];

/**
 * Two tensors by name: first the inputs, then the targets, with one row per example; `inputs` and
 * `targets` in any order. An optional third, `weights`, has the weight of each example.
 */
export type StreamedBatch = Readonly<Record<string, Numbers>>;

/** Batches in order of arrival. */
export type BatchStream = Iterable<StreamedBatch> | AsyncIterable<StreamedBatch>;

/**
 * What training can learn from: examples, batches, or a function that gives the batches of an
 * epoch.
 */
export type TrainingData = Dataset | BatchStream | ((epoch: number) => BatchStream);

/**
 * A source that can start an epoch at any batch, as pipelines of @nabla/data can: a resumed training run
 * does not request batches that it has already used.
 */
interface Skipping {
  inEpoch(epoch: number, skip: number): Iterable<unknown> | AsyncIterable<unknown>;
}

/** A batch as a training step takes it: the rows of a dataset's examples, or the examples. */
export type FeedBatch = Tensor<[number]> | Tree;

/** A batch, and how many examples it has. */
export interface Fed {
  readonly batch: FeedBatch;
  readonly count: number;
}

/** What training is fed with. */
export interface Feed {
  /** Examples in an epoch; undefined if only the stream knows. */
  readonly examples: number | undefined;
  /** Whether `epoch` can leave out batches. */
  readonly canSkip: boolean;
  /** The batches of an epoch, counted from 1, but the first `skip` ones. */
  epoch(epoch: number, skip?: number): AsyncIterable<Fed>;
}

/** Batches of inputs and targets. */
export interface PairFeed extends Feed {
  /** The tensors of a batch. */
  pairOf(batch: FeedBatch): Pair;
  /**
   * Throws `NablaError` unless the targets of the batch, or of the whole dataset, are labels below
   * `classes`, or ignored.
   */
  checkLabels(batch: FeedBatch, classes: number, ignored: ReadonlySet<number>): void;
}

export interface FeedOptions {
  readonly batchSize: number | undefined;
  readonly shuffle: number;
  readonly prefetch: number;
}

/** The batches of a dataset or a stream. */
export function feedOf(
  data: TrainingData,
  { batchSize, shuffle, prefetch }: FeedOptions,
): PairFeed {
  if (typeof data !== "function" && (typeof data !== "object" || (data as unknown) === null)) {
    throw new NablaError(`fit: got ${describe(data)} for data, expected { inputs, targets }`);
  }
  if (Array.isArray(data) && data.some((one) => one instanceof Tensor || Array.isArray(one))) {
    throw new NablaError("fit: got a list for data; name what is in it: { inputs: X, targets: y }");
  }
  if (!isStream(data)) return datasetFeed(data, batchSize, shuffle);
  if (batchSize !== undefined) {
    throw new NablaError("fit: batchSize is given, but the data come in batches; leave it out");
  }
  return streamFeed(data, prefetch);
}

export function isSkipping(data: object): data is Skipping {
  return "inEpoch" in data && typeof data.inEpoch === "function";
}

/** The batches of an epoch; those of what cannot skip from the first one on. */
export function streamIn<Stream>(
  data: Stream | ((epoch: number) => Stream),
  epoch: number,
  skip: number,
): Stream {
  if (isSkipping(Object(data))) return (data as Skipping).inEpoch(epoch, skip) as Stream;
  return typeof data === "function" ? (data as (epoch: number) => Stream)(epoch) : data;
}

export function isStream(data: object | TrainingData): data is Exclude<TrainingData, Dataset> {
  return typeof data === "function" || Symbol.iterator in data || Symbol.asyncIterator in data;
}

function datasetFeed(dataset: Dataset, size: number | undefined, shuffle: number): PairFeed {
  checkPair("fit", dataset);
  const examples = exampleCount("fit", dataset);
  checkCount("fit", "batchSize", size);
  let areChecked = false;
  const weights = weightsIn(dataset);
  let areWeightsChecked = false;
  return {
    examples,
    canSkip: false,
    async *epoch(epoch) {
      await realizeAsync(...Object.values(dataset));
      if (weights && !areWeightsChecked) await checkWeights("fit", weights);
      areWeightsChecked = true;
      const order = { size, shuffle: random.foldIn(shuffle, epoch) };
      for await (const rows of batchRowsLater(examples, order)) {
        yield { batch: rows, count: rows.size };
      }
    },
    pairOf: (rows) => pairOf(examplesAt(dataset, rows as Tensor<[number]>)),
    checkLabels(_, classes, ignored) {
      if (!areChecked) checkLabels("fit", pairOf(dataset)[1], classes, ignored);
      areChecked = true;
    },
  };
}

function streamFeed(data: Exclude<TrainingData, Dataset>, prefetch: number): PairFeed {
  return {
    examples: undefined,
    canSkip: isSkipping(data),
    async *epoch(epoch, skip = 0) {
      const stream = streamIn(data, epoch, skip);
      checkStream("fit", stream);
      let first: StreamedBatch | undefined;
      for await (const batch of ahead(stream, prefetch)) {
        first ??= batch;
        const pair = await tensorsOf(batch, first);
        yield { batch: pair as readonly Tensor[], count: pair[0].shape[0]! };
      }
      if (!first && skip === 0) throw noBatches("fit", epoch);
    },
    pairOf: (batch) => batch as readonly Tensor[] as Pair,
    checkLabels: (batch, classes, ignored) =>
      checkLabels("fit", (batch as readonly Tensor[])[1]!, classes, ignored),
  };
}

/** Throws `NablaError` unless one can loop over it. */
export function checkStream(
  operation: string,
  stream: unknown,
): asserts stream is Iterable<unknown> | AsyncIterable<unknown> {
  const isObject = typeof stream === "object" && stream !== null;
  if (isObject && (Symbol.iterator in stream || Symbol.asyncIterator in stream)) return;
  throw new NablaError(
    `${operation}: the data are ${describe(stream)}, expected an iterable of batches`,
  );
}

export function noBatches(operation: string, epoch: number): NablaError {
  const hint = epoch > 1 ? "; a generator gives its batches once: give a function of them" : "";
  return new NablaError(`${operation}: epoch ${epoch} has no batches${hint}`);
}

/** The same batches, with `count` more requested in advance. */
export async function* ahead<Batch>(
  stream: Iterable<Batch> | AsyncIterable<Batch>,
  count: number,
): AsyncGenerator<Batch> {
  const isAsync = Symbol.asyncIterator in stream;
  const source = isAsync ? stream[Symbol.asyncIterator]() : stream[Symbol.iterator]();
  const asked: Promise<IteratorResult<Batch>>[] = [];
  const ask = async () => source.next();
  try {
    for (;;) {
      while (asked.length <= count) {
        const next = ask();
        // An error while reading ahead is thrown when its batch is due.
        next.catch(() => {});
        asked.push(next);
      }
      const { done, value } = await asked.shift()!;
      if (done) return;
      yield value;
    }
  } finally {
    await source.return?.();
  }
}

/** Throws `NablaError` for a batch that is not like the first one. */
async function tensorsOf(batch: StreamedBatch, first: StreamedBatch): Promise<Pair> {
  if (!isPlainObject(batch)) {
    throw new NablaError(`fit: a batch is ${describe(batch)}, expected { inputs, targets }`);
  }
  checkPair("fit", batch, first);
  const named = Object.entries(batch).map(
    ([name, given]) => [name, given instanceof Tensor ? given : tensor(given as number[])] as const,
  );
  const dataset: Dataset = Object.fromEntries(named);
  exampleCount("fit", dataset);
  await realizeAsync(...Object.values(dataset));
  const weights = weightsIn(dataset);
  if (weights) await checkWeights("fit", weights);
  return pairOf(dataset);
}
