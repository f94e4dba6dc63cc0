// The elements of a pipeline, computed lazily, so that dropped ones are never computed.
import { NablaError } from "@nabla/autograd";
import { describe, isPlainObject } from "@nabla/autograd/checks";
import { wrapped } from "../checks.ts";

/** An element that is made when it is asked for, and then kept. */
export class Cell<T> {
  readonly #make: () => T | Promise<T>;
  #value: Promise<T> | undefined;

  constructor(make: () => T | Promise<T>) {
    this.#make = make;
  }

  get(): Promise<T> {
    return (this.#value ??= Promise.resolve().then(this.#make));
  }

  /** Starts making it; an error is thrown where the element is asked for. */
  start(): this {
    this.get().catch(() => undefined);
    return this;
  }
}

/** Cells in order. */
export type Cells<T> = AsyncGenerator<Cell<T>, void, undefined>;

/**
 * Called once no more cells are requested. That is later than the end of a stage: the consumer of its
 * last cell may still need its contents.
 */
export type Endings = (() => Promise<unknown>)[];

/** The cells of an epoch, from 1, but the first `skip` ones. */
export type Stage<T> = (epoch: number, skip: number, endings: Endings) => Cells<T>;

/** What elements come from: anything to loop over, or a function that gives that for an epoch. */
export type Source<T> =
  | Iterable<T>
  | AsyncIterable<T>
  | ((epoch: number) => Iterable<T> | AsyncIterable<T>);

/** What has an order of its own for each epoch. */
interface InEpochs<T> {
  inEpoch(epoch: number, skip: number): AsyncIterable<T>;
}

function isPipeline<T>(x: Iterable<T> | AsyncIterable<T>): x is AsyncIterable<T> & InEpochs<T> {
  return typeof (x as Partial<InEpochs<T>>).inEpoch === "function";
}

/** The elements of a source. */
export function sourceStage<T>(source: Source<T>): Stage<T> {
  if (typeof source !== "function") checkIterable("from", source);
  let isUsed = false;
  return async function* (epoch, skip) {
    const elements = typeof source === "function" ? source(epoch) : source;
    checkIterable("from", elements);
    if (isPipeline(elements)) {
      for await (const element of elements.inEpoch(epoch, skip)) yield new Cell<T>(() => element);
      return;
    }
    if (Array.isArray(elements)) {
      for (let i = skip; i < elements.length; i++) yield new Cell<T>(() => elements[i] as T);
      return;
    }
    if (typeof source !== "function" && isOnce(source)) {
      if (isUsed) {
        throw new NablaError(
          "from: a generator or stream gives its elements once; give a function that makes one: " +
            "from(() => …)",
        );
      }
      isUsed = true;
    }
    let i = 0;
    for await (const element of elements) {
      if (i++ >= skip) yield new Cell<T>(() => element);
    }
  };
}

function checkIterable(operation: string, x: unknown): void {
  const isObject = typeof x === "object" && x !== null;
  if (isObject && (Symbol.iterator in x || Symbol.asyncIterator in x)) return;
  const hint = isPlainObject(x) ? "; of a dataset: batches(dataset, …)" : "";
  throw new NablaError(
    `${operation}: got ${describe(x)}, expected a list, something to loop over, or a function that gives it${hint}`,
  );
}

/** Whether it can be looped over once only. */
function isOnce(x: object): boolean {
  // Generators; streams of the web and of Node.
  return "next" in x || "getReader" in x || "pipe" in x;
}

/** The same cells; `count` of them are being made ahead of their turn. */
export async function* ahead<T>(cells: Cells<T>, count: number): Cells<T> {
  const begun: Cell<T>[] = [];
  try {
    for await (const cell of cells) {
      begun.push(cell.start());
      if (begun.length > count) yield begun.shift()!;
    }
    yield* begun;
  } finally {
    await cells.return();
  }
}

/** Limits how many calls run at a time, in the order of arrival. */
export function limited(most: number): <R>(f: () => Promise<R>) => Promise<R> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (f) => {
    if (running < most) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await f();
    } finally {
      // Whoever waits takes the place.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}

/** An error of somebody's function, with where it happened. */
export function failed(operation: string, index: number, error: unknown): NablaError {
  const subject = `${operation}: element ${index}`;
  if (!(error instanceof NablaError)) return wrapped(subject, error);
  return new NablaError(`${subject}: ${error.message}`, { cause: error });
}
