// The first thread's side of a divided run: it offers parts, takes those that others have not, and
// waits for those that they have.

import type { Stretch } from "./module.ts";
import { controlWords as at } from "./thread-mailbox.ts";

/** Parts per thread: one that comes late takes fewer, and nobody waits long at the end. */
export const partsPerThread = 4;

/** Milliseconds for which the first thread spins until others are done, before it sleeps. */
export const shortestLook = 0.02;
export const longestLook = 0.2;

/** Milliseconds of one sleep. */
export const sleep = 1;

/**
 * After this many sleeps, and twenty times the part's expected time, a thread is lost: it has
 * ended, or hangs. (Sleeps are counted, since a clock continues while the process is stopped.)
 */
export const mostSleeps = 1000;

/** Milliseconds beyond the expected time that waiting for others may take. */
export const tolerated = 0.1;

/** Stretches of at least this many nanoseconds are worth a look at the clock. */
const worthTiming = 20_000;

/**
 * A function of the table's address, the thread's number, the part to run, and the number of parts.
 */
export type RunFunction = (table: number, thread: number, part: number, parts: number) => void;

/** A stretch with its function. */
export interface RunStretch extends Stretch {
  readonly run: RunFunction;
}

/** The result of a divided stretch. */
export interface Divided {
  /** Whether everything is done; else a thread is lost, or has failed. */
  readonly isDone: boolean;
  /** Milliseconds lost by waiting for a thread that hung. */
  readonly lost: number;
  /** The error of this thread's part. */
  readonly error?: Error;
}

const whole: Divided = { isDone: true, lost: 0 };

/** The mailbox: a view of the memory, and the position of the first word. */
export interface Control {
  readonly words: Int32Array;
  readonly base: number;
}

export function store({ words, base }: Control, word: number, value: number): void {
  Atomics.store(words, base + word, value);
}

export function load({ words, base }: Control, word: number): number {
  return Atomics.load(words, base + word);
}

/** Announces work. */
export function tellNews({ words, base }: Control): void {
  Atomics.add(words, base + at.news, 1);
  if (Atomics.load(words, base + at.sleeping) > 0) Atomics.notify(words, base + at.news);
}

/** Runs a stretch together with the other `threads`. */
export function divide(
  control: Control,
  { run, position, nanoseconds, parts: worth }: RunStretch,
  { table, threads }: { readonly table: number; readonly threads: number },
): Divided {
  const { words, base } = control;
  const parts = Math.min(worth, partsPerThread * threads);
  store(control, at.stretch, position);
  store(control, at.parts, parts);
  store(control, at.done, 0);
  // From here on they can be taken; the first is this thread's.
  store(control, at.left, parts - 1);
  tellNews(control);
  const start = nanoseconds < worthTiming ? 0 : performance.now();
  let taken = 0;
  try {
    let left = parts;
    do {
      run(table, 0, parts - left, parts);
      taken++;
      Atomics.add(words, base + at.done, 1);
      left = Atomics.sub(words, base + at.left, 1);
    } while (left > 0);
  } catch (error) {
    // Nobody takes another part, or continues to write to memory that others may have then.
    const left = Math.max(0, Atomics.exchange(words, base + at.left, 0));
    const { isDone } = waitFor(control, parts - left - 1, nanoseconds / parts / 1e6);
    return { isDone, lost: 0, error: error as Error };
  }
  if (load(control, at.done) === parts) return whole;
  const expected =
    nanoseconds < worthTiming ? nanoseconds / parts / 1e6 : (performance.now() - start) / taken;
  return waitFor(control, parts, expected);
}

/** Waits until `parts` are done, each of which should take `expected` milliseconds. */
function waitFor(control: Control, parts: number, expected: number): Divided {
  const { words, base } = control;
  const start = performance.now();
  const look = Math.min(shortestLook + expected, longestLook);
  do {
    for (let i = 0; i < 100; i++) if (load(control, at.done) >= parts) return whole;
  } while (performance.now() - start < look);
  store(control, at.waiting, 1);
  let sleeps = 0;
  for (;;) {
    const done = load(control, at.done);
    if (done >= parts) break;
    if (hasChanged(words, base + at.done, done)) continue;
    sleeps++;
    if (sleeps > mostSleeps + (20 * expected) / sleep) return { isDone: false, lost: 0 };
  }
  store(control, at.waiting, 0);
  const waited = performance.now() - start;
  return { isDone: true, lost: waited > tolerated + 2 * expected ? waited : 0 };
}

/** Sleeps until the word has changed, but not for long. */
export function hasChanged(words: Int32Array, word: number, value: number): boolean {
  try {
    return Atomics.wait(words, word, value, sleep) !== "timed-out";
  } catch {
    // A page's main thread may not sleep.
    const end = performance.now() + sleep;
    while (performance.now() < end) if (Atomics.load(words, word) !== value) return true;
    return false;
  }
}
