// Runs that go on while the thread that asked for them does something else. One is under way at a time.
// Whatever needs the engine, or changes what the run was given, first waits until it is over; so to the
// rest of the library a run is still one step, which comes before what follows it.
import { laterError } from "../graph/later.ts";

/** What goes on elsewhere: on another thread, or on a device that answers later. */
export interface Elsewhere {
  /** Resolved, and never rejected, when it is over. */
  readonly over: Promise<unknown>;
  /** Blocks this thread until it is over. Left out: nobody can. */
  readonly wait?: () => void;
}

/** Work that yields what it has to wait for, and goes on when that is over. */
export type Task<T> = Generator<Elsewhere, T, void>;

/** The result of a task that waits for nothing. */
export function doneAtOnce<T>(task: Task<T>): T {
  const { done, value } = task.next();
  if (!done) throw new Error("unreachable: a task waits that may not");
  return value;
}

/** What a promise gives, where it is one. */
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

class Background<T> {
  readonly #task: Task<T>;
  #isAdvancing = false;
  #end: (() => void) | undefined;
  #over: Promise<void> | undefined;
  /** What it waits for, once it has begun. */
  waitsFor: Elsewhere | undefined;
  /** Gives or throws what it came to, once it is over. */
  result: (() => T) | undefined;

  constructor(task: Task<T>) {
    this.#task = task;
  }

  /** Whether a part of it is being done here and now. */
  get isAdvancing(): boolean {
    return this.#isAdvancing;
  }

  /** Resolved when it is over. */
  get over(): Promise<void> {
    this.#over ??= new Promise((resolve) => {
      this.#end = resolve;
    });
    return this.#over;
  }

  /** Goes on to where it waits next, or to its end. */
  advance(): void {
    this.#isAdvancing = true;
    try {
      const { done, value } = this.#task.next();
      if (done) this.result = () => value;
      else this.waitsFor = value;
    } catch (error) {
      this.result = () => {
        throw error;
      };
    }
    this.#isAdvancing = false;
    if (!this.result) return;
    queue.shift();
    this.#end?.();
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

/** The task under way, and those that wait for their turn. */
const queue: Background<unknown>[] = [];

/**
 * Does a task, after those that were asked for before: at once as far as it waits for nothing. Until it
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
    // Unless somebody could not wait for that.
    if (run.waitsFor === waitsFor && !run.result) run.advance();
  }
  return run.result();
}

/**
 * Blocks until all tasks are over that were asked for. Throws `NablaError` on a device that answers
 * later; what fails throws to who awaits it.
 */
export function finishBackground(operation: string): void {
  // What a task calls itself is a part of it.
  while (queue.length > 0 && !queue[0]!.isAdvancing) queue[0]!.finish(operation);
}
