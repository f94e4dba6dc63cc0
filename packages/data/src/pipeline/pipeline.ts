// Pipelines: what happens to elements on their way into batches, step by step.
import { NablaError, random, type Seed } from "@nabla/autograd";
import {
  callable,
  checkKind,
  checkOptions,
  count,
  describe,
  flag,
  natural,
} from "@nabla/autograd/checks";
import {
  ahead,
  Cell,
  type Cells,
  type Endings,
  failed,
  limited,
  type Source,
  type Stage,
  sourceStage,
} from "./cells.ts";
import { type Batched, batchOf } from "./collate.ts";
import { shuffled } from "./shuffle.ts";
import { inWorkers, type WorkerOptions } from "./workers.ts";

/** Where an element stands: the epoch, from 1, and its place among those of the epoch, from 0. */
export interface Place {
  readonly epoch: number;
  readonly index: number;
}

export interface MapOptions {
  /** How many calls of a function that gives promises are under way at a time. Default: 1. */
  readonly concurrency?: number;
}

export interface PipelineBatchOptions<T, B> {
  /** Makes a batch of some elements. Default: one tensor of numbers or tensors, name by name. */
  readonly collate?: (elements: readonly T[]) => B | Promise<B>;
  /** Leave out a last batch that is smaller than the others. Default: false. */
  readonly dropLast?: boolean;
}

/** Elements, and what happens to them. Made by `from`; each method gives a new one. */
export interface Pipeline<T> extends AsyncIterable<T> {
  /**
   * The results of `f` for each element, in order. It must draw random numbers only by keys, such as
   * `random.foldIn(key, index)`: otherwise a resumed run would differ. Draws without a key are an error,
   * except after an `await` in `f`, where their origin cannot be detected.
   */
  map<U>(f: (element: T, place: Place) => U | Promise<U>, options?: MapOptions): Pipeline<U>;
  /**
   * What the default export of a module gives for each, computed by workers, in the same order:
   * `new URL("./decode.js", import.meta.url)`. Elements and results are copied; results that are typed
   * arrays in memory of their own are handed over, and empty in the worker afterwards. No tensors.
   */
  mapInWorkers<U>(module: URL | string, options?: WorkerOptions): Pipeline<U>;
  /** The elements for which `f` returns true. */
  filter<U extends T>(f: (element: T, place: Place) => element is U): Pipeline<U>;
  filter(f: (element: T, place: Place) => boolean | Promise<boolean>): Pipeline<T>;
  /**
   * Another order in each epoch, the same for the same key: each is drawn from a buffer of so many. A
   * buffer as large as the source shuffles all.
   */
  shuffle(buffer: number, key: Seed): Pipeline<T>;
  /** So many elements at a time; numbers become float32: give labels of classes as int32 tensors. */
  batch<B = Batched<T>>(size: number, options?: PipelineBatchOptions<T, B>): Pipeline<B>;
  /** The first ones. */
  take(count: number): Pipeline<T>;
  /** Computes this many elements in advance. */
  prefetch(count: number): Pipeline<T>;
  /**
   * The elements of an epoch, from 1, but the first `skip` ones, which are not made where that can be
   * avoided: `map` before `shuffle` or `batch` is not called for them, what `filter` looks at is made.
   */
  inEpoch(epoch: number, skip?: number): AsyncGenerator<T, void, undefined>;
}

/**
 * Makes a pipeline from any iterable, asynchronous or not, or a function that returns one for each epoch.
 * `fit` takes one that ends with `batch`: each epoch has its own order, and a resumed training run
 * continues with the next batch, to the same bits. Iterating over it gives epoch 1. An error in a
 * function names the element; a generator, which can be consumed only once, is an error in a second
 * epoch.
 *
 * @example
 * const pipeline = from([1, 2, 3, 4, 5])
 *   .filter((x) => x !== 3)
 *   .map((x) => ({ inputs: [x], targets: [2 * x] }))
 *   .shuffle(5, 7)
 *   .batch(2)
 *   .prefetch(1);
 * const model = dense(1, 1);
 * const optimizer = adam(model.parameters(), { learningRate: 0.1 });
 * const last = await fit(model, pipeline, { cost: quadraticCost, optimizer, epochs: 100 });
 * last!.step; // => 200
 */
export function from<T>(source: Source<T>): Pipeline<T> {
  return pipelineOf(sourceStage(source));
}

function pipelineOf<T>(stage: Stage<T>): Pipeline<T> {
  async function* inEpoch(epoch: number, skip = 0): AsyncGenerator<T, void, undefined> {
    checkKind("inEpoch", "epoch", epoch, count);
    if (!natural[0](skip)) {
      throw new NablaError(`inEpoch: skip is ${describe(skip)}, expected ${natural[1]}`);
    }
    const endings: Endings = [];
    try {
      for await (const cell of stage(epoch, skip, endings)) yield await cell.get();
    } finally {
      await Promise.all(endings.map((end) => end()));
    }
  }
  return {
    inEpoch,
    [Symbol.asyncIterator]: () => inEpoch(1),
    map(f, options = {}) {
      checkFunction("map", f);
      checkOptions("map", options, { concurrency: count });
      const { concurrency = 1 } = options;
      const mapped = mappedBy(stage, f, concurrency);
      return pipelineOf(
        concurrency === 1
          ? mapped
          : (epoch, skip, endings) => ahead(mapped(epoch, skip, endings), concurrency - 1),
      );
    },
    mapInWorkers: <U>(module: URL | string, options?: WorkerOptions) =>
      pipelineOf(inWorkers<T, U>(stage, module, options)),
    filter(f: (element: T, place: Place) => boolean | Promise<boolean>) {
      checkFunction("filter", f);
      // The compiler knows of the first form what passes.
      return pipelineOf(filteredBy(stage, f)) as Pipeline<never>;
    },
    shuffle(buffer, key) {
      checkKind("shuffle", "buffer", buffer, count);
      if (key === undefined) {
        throw new NablaError("shuffle: key is undefined, expected a seed or a key");
      }
      // Throws for what is no seed, here and not in the first epoch.
      random.foldIn(key, 0);
      return pipelineOf(shuffled(stage, buffer, key));
    },
    batch<B = Batched<T>>(size: number, options: PipelineBatchOptions<T, B> = {}) {
      checkKind("batch", "size", size, count);
      checkOptions("batch", options, { collate: callable, dropLast: flag });
      const { collate, dropLast = false } = options;
      const own = (index: number, elements: readonly T[]): B | Promise<B> =>
        collate
          ? drawing("batch", index, () => collate(elements))
          : // Where none is given, B is what batchOf gives.
            (batchOf(elements) as unknown as B);
      return pipelineOf(batchesBy(stage, size, own, dropLast));
    },
    take(most) {
      checkKind("take", "count", most, count);
      return pipelineOf(async function* (epoch, skip, endings) {
        let left = most - skip;
        if (left <= 0) return;
        for await (const cell of stage(epoch, skip, endings)) {
          yield cell;
          if (--left === 0) return;
        }
      });
    },
    prefetch(ahead_) {
      checkKind("prefetch", "count", ahead_, count);
      return pipelineOf((epoch, skip, endings) => ahead(stage(epoch, skip, endings), ahead_));
    },
  };
}

function checkFunction(operation: string, f: unknown): void {
  if (typeof f === "function") return;
  throw new NablaError(`${operation}: got ${describe(f)}, expected a function of an element`);
}

/** The result of a function call; errors name the element, and draws need keys. */
async function drawing<R>(
  operation: string,
  index: number,
  f: () => R | Promise<R>,
): Promise<Awaited<R>> {
  try {
    const { draws } = random.state();
    const given = f();
    if (random.state().draws !== draws) {
      throw new NablaError(
        "drew random numbers without a seed; give draws a key, such as " +
          "random.foldIn(random.foldIn(key, epoch), index)",
      );
    }
    return await given;
  } catch (error) {
    throw failed(operation, index, error);
  }
}

function mappedBy<T, U>(
  stage: Stage<T>,
  f: (element: T, place: Place) => U | Promise<U>,
  concurrency: number,
): Stage<U> {
  return async function* (epoch, skip, endings) {
    let index = skip;
    // A batch asks for all of its elements at once.
    const limit = limited(concurrency);
    for await (const cell of stage(epoch, skip, endings)) {
      const place = { epoch, index: index++ };
      yield new Cell(async () => {
        const element = await cell.get();
        return limit(() => drawing("map", place.index, () => f(element, place)));
      });
    }
  };
}

function filteredBy<T>(
  stage: Stage<T>,
  f: (element: T, place: Place) => boolean | Promise<boolean>,
): Stage<T> {
  return async function* (epoch, skip, endings) {
    let [index, left] = [0, skip];
    for await (const cell of stage(epoch, 0, endings)) {
      const element = await cell.get();
      const place = { epoch, index };
      const passes: unknown = await drawing("filter", index, () => f(element, place));
      if (typeof passes !== "boolean") {
        const given = `f gave ${describe(passes)} for element ${index}`;
        throw new NablaError(`filter: ${given}, expected true or false`);
      }
      index++;
      if (passes && left-- <= 0) yield cell;
    }
  };
}

function batchesBy<T, B>(
  stage: Stage<T>,
  size: number,
  collate: (index: number, elements: readonly T[]) => B | Promise<B>,
  dropLast: boolean,
): Stage<B> {
  return async function* (epoch, skip, endings): Cells<B> {
    let group: Cell<T>[] = [];
    let index = skip;
    const batch = () => {
      const [cells, own] = [group, index++];
      group = [];
      return new Cell(async () => {
        return await collate(own, await Promise.all(cells.map((cell) => cell.get())));
      });
    };
    for await (const cell of stage(epoch, skip * size, endings)) {
      group.push(cell);
      if (group.length === size) yield batch();
    }
    if (group.length > 0 && !dropLast) yield batch();
  };
}
