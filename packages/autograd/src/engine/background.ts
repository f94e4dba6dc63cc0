// Runs in the background, while the calling thread does something else. One runs at a time.
// Whatever needs the engine, or changes an input of the run, first waits until it is over; so to
// the rest of the library a run is still one step, done before what follows it.
import { laterError } from "../graph/later.ts";

/** Work elsewhere: on another thread, or on a device that answers later. */
export interface Elsewhere {
  /** Resolves, and never rejects, when it is over. */
  readonly over: Promise<unknown>;
  /** Blocks this thread until it is over; absent if that is impossible. */
  readonly wait?: () => void;
}

/** Work that yields what it has to wait for, and continues when that is over. */
export type Task<T> = Generator<Elsewhere, T, void>;

/** Waits until the caller of an async function continues, so that it sees no effects before. */
export function* afterwards(): Task<void> {
  yield { over: Promise.resolve(), wait() {} };
}

/** The value, awaited if it is a promise. */
export function* answered<T>(value: T | Promise<T>): Task<T> {
  if (!(value instanceof Promise)) return value;
  let answer: (() => T) | undefined;
  const over = value.then(
    (given) => {
      answer = () => given;
    },
    (error: unknown) => {
      answer = () => {
        throw error;
      };
    },
  );
  yield { over };
  return answer!();
}

/** A place in the queue. */
abstract class Turn {
  #end: (() => void) | undefined;
  #over: Promise<void> | undefined;

  /** Whether part of it is being computed on this thread now. */
  abstract readonly isAdvancing: boolean;
  abstract finish(operation: string): void;

  /** Resolves when it is over. */
  get over(): Promise<void> {
    this.#over ??= new Promise((resolve) => {
      this.#end = resolve;
    });
    return this.#over;
  }

  end(): void {
    if (!this.#end) return;
    this.#end();
    this.#end = undefined;
    this.#over = undefined;
  }
}

/** Work that blocks: nothing else can run or wait at the same time, so one object is enough. */
class Blocking extends Turn {
  readonly isAdvancing = true;

  finish(): void {
    throw new Error("unreachable: it is over when its call returns");
  }
}

const blocking = new Blocking();

class Background<T> extends Turn {
  readonly #task: Task<T>;
  isAdvancing = false;
  /** What it waits for, once it has begun. */
  waitsFor: Elsewhere | undefined;
  /** Returns the result, or throws the error, once it is over. */
  result: (() => T) | undefined;

  constructor(task: Task<T>) {
    super();
    this.#task = task;
  }

  /** Continues until it waits next, or to its end. */
  advance(): void {
    this.isAdvancing = true;
    try {
      const { done, value } = this.#task.next();
      if (done) this.result = () => value;
      else this.waitsFor = value;
    } catch (error) {
      this.result = () => {
        throw error;
      };
    }
    this.isAdvancing = false;
    if (!this.result) return;
    queue.shift();
    this.end();
  }

  finish(operation: string): void {
    if (!this.waitsFor) this.advance();
    while (!this.result) {
      const { wait } = this.waitsFor!;
      if (!wait) throw laterError(operation);
      wait();
      this.advance();
    }
  }
}

/** The current task, and the queue of waiting ones. */
const queue: Turn[] = [];

/**
 * Runs a task, after those started before: at once as far as it waits for nothing. Until it
 * is over whatever needs the engine waits for it.
 */
export async function inBackground<T>(task: Task<T>): Promise<T> {
  const run = new Background(task);
  queue.push(run);
  while (queue[0] !== run && !run.result) await queue[0]!.over;
  if (!run.waitsFor && !run.result) run.advance();
  while (!run.result) {
    const { waitsFor } = run;
    await waitsFor!.over;
    // Unless somebody could not wait and has advanced it.
    if (run.waitsFor === waitsFor && !run.result) run.advance();
  }
  return run.result();
}

let isInOrder = false;

/** Calls `f`, in which values are read as after all tasks started before. */
export function inOrder<T>(f: () => T): T {
  const outer = isInOrder;
  isInOrder = true;
  try {
    return f();
  } finally {
    isInOrder = outer;
  }
}

/** Whether known values may be older than what is to be read. */
export function readsInOrder(): boolean {
  return isInOrder;
}

/**
 * Does `work`, blocking, after all tasks. Tasks that it adds itself come after it. Throws as
 * `finishBackground` does.
 */
export function doneAtOnce<T>(operation: string, work: () => T): T {
  finishBackground(operation);
  // Called from inside a task, it is part of that.
  if (queue.length > 0) return work();
  queue.push(blocking);
  try {
    return work();
  } finally {
    queue.shift();
    blocking.end();
  }
}

/**
 * Blocks until all started tasks are over. Throws `NablaError` on a device that answers
 * later; errors go to whoever awaits the task.
 */
export function finishBackground(operation: string): void {
  // Calls from inside a task are part of it.
  while (queue.length > 0 && !queue[0]!.isAdvancing) queue[0]!.finish(operation);
}
