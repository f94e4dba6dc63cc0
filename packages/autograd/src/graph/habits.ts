// Habits: similar calls of public functions, recognized by the calls before them. A program that
// repeats itself repeats them, so that a few stack traces locate all of its calls.
import type { CallSite } from "./call-site.ts";
import { type Shape, shapesEqual } from "./shape.ts";

/** Call sites recorded for calls of the same functions on the same shapes and sources, in order. */
export interface Habit {
  readonly name: string;
  readonly shape: Shape;
  readonly lineage: number;
  readonly number: number;
  /** A hash of the call, and one that tells apart habits with equal keys. */
  readonly call: number;
  readonly check: number;
  calls: number;
  /** The call sites found, by location. */
  readonly places: Map<string, CallSite>;
  /** The habit that followed last time: tried first, because programs repeat themselves. */
  next: Habit | undefined;
}

/** The first calls of a habit that take a stack; then the 129th, the 257th, …, and every 4096th. */
export const newCalls = 64;
const callsBetweenLooks = 4096;

/** Whether the next call, after this many, should capture a stack trace. */
export function isLookedAt(calls: number): boolean {
  return calls < newCalls || (calls & (calls - 1)) === 0 || calls % callsBetweenLooks === 0;
}

const mostHabits = 4096;
/** How many calls before a call tell its habit. */
const mostRecent = 8;

/** All habits, and the last calls. */
export class Habits {
  readonly #habits = new Map<number, Habit>();
  #numbered = 0;
  /** Hashes of the last calls, from `#position` on in a circle, and the habit of the last one. */
  readonly #recent = new Int32Array(mostRecent);
  #position = 0;
  #last: Habit | undefined;

  /** The habit of a call that is made now. */
  next(name: string, shape: Shape, lineage: number): Habit {
    const last = this.#last;
    let habit = last?.next;
    if (
      habit?.name !== name ||
      habit.lineage !== lineage ||
      (habit.shape !== shape && !shapesEqual(habit.shape, shape))
    ) {
      habit = this.#lookUp(name, shape, lineage);
      if (last) last.next = habit;
    }
    this.#recent[this.#position] = habit.call;
    this.#position = (this.#position + 1) % mostRecent;
    this.#last = habit;
    return habit;
  }

  #lookUp(name: string, shape: Shape, lineage: number): Habit {
    let call = 0;
    for (let i = 0; i < name.length; i++) call = mixed(call, name.charCodeAt(i));
    for (const size of shape) call = mixed(call, size);
    // Lineages of earlier calls are left out: they depend on calls before those, without end.
    let key = mixed(call, lineage);
    let check = key;
    for (let i = 0; i < mostRecent; i++) {
      const before = this.#recent[(this.#position + i) % mostRecent]!;
      key = mixed(key, before);
      check = (Math.imul(check, 0x2c1b3c6d) + before) | 0;
    }
    key >>>= 2;
    let habit = this.#habits.get(key);
    if (habit?.check !== check) {
      if (this.#habits.size >= mostHabits) this.#forget();
      const number = ++this.#numbered;
      const places = new Map<string, CallSite>();
      habit = { name, shape, lineage, number, call, check, calls: 0, places, next: undefined };
      this.#habits.set(key, habit);
    }
    return habit;
  }

  #forget(): void {
    this.#habits.clear();
    this.#last = undefined;
  }
}

function mixed(hash: number, part: number): number {
  const product = Math.imul(hash ^ part, 0x5bd1e995);
  return product ^ (product >>> 15);
}
