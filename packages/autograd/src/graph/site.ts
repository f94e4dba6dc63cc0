// Where in a user's program nodes are made. A stack is expensive (up to 15 µs in optimised code), so
// only the first calls of each kind and some of the later ones take theirs; the others are known by
// their like.
import { type CallSite, callSiteOf } from "./call-site.ts";
import { type Shape, shapesEqual } from "./shape.ts";

/** What is known of where nodes were made; those of one call of a public function share it. */
export class Site {
  /** Set if a rule made them for a gradient. */
  readonly gradientOf: Origin | undefined;
  /** The latest of the sources that the call was given something of, as the number of its habit. */
  lineage: number;
  /** A stack not read yet, what was read from one, or what like calls tell. */
  #known: Stack | CallSite | Habit | undefined;

  constructor(gradientOf: Origin | undefined) {
    this.gradientOf = gradientOf;
    this.lineage = 0;
  }

  /**
   * Where the call was written: one place if that is known. Otherwise, what was found where calls
   * of the same functions on the same shapes and sources, in the same order, were looked at.
   */
  get places(): readonly CallSite[] {
    this.fix();
    const known = this.#known;
    if (known === undefined) return [];
    return "places" in known ? [...known.places.values()] : [known as CallSite];
  }

  /** Whether `places` is inferred from like calls. */
  get isInferred(): boolean {
    return this.#known !== undefined && "places" in this.#known;
  }

  /** Turns a stack into text, so that nothing else is kept alive by it. */
  fix(): void {
    if (this.#known instanceof Stack) this.#known = callSiteOf(this.#known.stack);
  }

  /**
   * Notes the call under way, to a function called `name`. Afterwards, `isSource` tells, it begins
   * a lineage.
   */
  note(name: string, shape: Shape, isSource: boolean): void {
    // A source begins a lineage, whatever was read before it was made.
    const habit = habitOf(name, shape, isSource ? 0 : latest);
    this.lineage = isSource ? habit.number : latest;
    latest = 0;
    const calls = habit.calls++;
    if (!isLookedAt(calls)) {
      this.#known = habit;
      return;
    }
    this.#known = stackOfNow();
    // Reading a stack is dearer still, where it has to be led back to sources most of all.
    if (calls < newCalls - 1) return;
    this.fix();
    const [place] = this.places;
    if (place) habit.places.set(place.at, place);
  }
}

/**
 * Of a node that a gradient's rule made: which operation's rule, where that operation was written.
 */
export interface Origin {
  readonly operation: string;
  readonly site: Site | undefined;
  /** Where the gradient was asked for. */
  readonly pass: Site;
}

let current: Site | undefined;
let origin: Origin | undefined;
/** The latest lineage of what the call under way was given. */
let latest = 0;

/** The call under way is given something that was made at `site`. */
export function useOf(site: Site | undefined): void {
  if (site && site.lineage > latest) latest = site.lineage;
}

/** The site of nodes that are made now. */
export function siteOfNow(): Site {
  current ??= new Site(origin);
  return current;
}

/** The public function that was called last with tensors, until its result is there. */
let called: string | undefined;

/** Begins the call of the public function `name`: what errors of nodes start with. */
export function beginCall(name: string): void {
  called = name;
}

/** What errors of a node start with: the public function under way, else its own operation. */
export function callOf(operation: string): string {
  return called ?? operation;
}

/**
 * Ends the call of the public function `name`, whose result has `shape`: what was made since the
 * last is its.
 */
export function endCall(name: string, shape: Shape, isSource: boolean): void {
  called = undefined;
  if (!current) {
    latest = 0;
    return;
  }
  current.note(name, shape, isSource);
  current = undefined;
}

/**
 * Nodes made from now on are the gradient of `given`, or of nothing; returns what they were before.
 */
export function beginGradientOf(given: Origin | undefined): Origin | undefined {
  const before = origin;
  current = undefined;
  origin = given;
  return before;
}

/** Nodes made from now on were written at `site`; returns where they were before. */
export function madeAt(site: Site | undefined): Site | undefined {
  const before = current;
  current = site;
  return before;
}

/** The site of a call that begins. */
export function siteOfCall(name: string, shape: Shape): Site {
  const site = new Site(origin);
  site.note(name, shape, false);
  return site;
}

/**
 * What is known of calls of the same functions on the same shapes and sources, in the same order.
 */
interface Habit {
  readonly name: string;
  readonly shape: Shape;
  readonly lineage: number;
  readonly number: number;
  /** The call as one number, and one that tells habits apart whose keys are the same. */
  readonly call: number;
  readonly check: number;
  calls: number;
  /** What was found, by place. */
  readonly places: Map<string, CallSite>;
  /** What came after it last: looked at first, because programs repeat themselves. */
  next: Habit | undefined;
}

/** So many calls of a habit take their stack; then the 129th, the 257th, …, and one in so many. */
const newCalls = 64;
const callsBetweenLooks = 4096;

function isLookedAt(calls: number): boolean {
  return calls < newCalls || (calls & (calls - 1)) === 0 || calls % callsBetweenLooks === 0;
}

const habits = new Map<number, Habit>();
const mostHabits = 4096;
let numbered = 0;

/** The last calls, each as one number, and the habit of the last one. */
const recent = new Int32Array(8);
let position = 0;
let last: Habit | undefined;

function habitOf(name: string, shape: Shape, lineage: number): Habit {
  let habit = last?.next;
  if (
    habit?.name !== name ||
    habit.lineage !== lineage ||
    (habit.shape !== shape && !shapesEqual(habit.shape, shape))
  ) {
    habit = lookUp(name, shape, lineage);
    if (last) last.next = habit;
  }
  recent[position] = habit.call;
  position = (position + 1) % recent.length;
  last = habit;
  return habit;
}

function lookUp(name: string, shape: Shape, lineage: number): Habit {
  let call = 0;
  for (let i = 0; i < name.length; i++) call = mixed(call, name.charCodeAt(i));
  for (const size of shape) call = mixed(call, size);
  // Of the calls before, lineages do not count: they follow from calls before those, without an
  // end.
  let key = mixed(call, lineage);
  let check = key;
  for (let i = 0; i < recent.length; i++) {
    const before = recent[(position + i) % recent.length]!;
    key = mixed(key, before);
    check = (Math.imul(check, 0x2c1b3c6d) + before) | 0;
  }
  key >>>= 2;
  let habit = habits.get(key);
  if (habit?.check !== check) {
    if (habits.size >= mostHabits) forgetHabits();
    const number = ++numbered;
    const places = new Map<string, CallSite>();
    habit = { name, shape, lineage, number, call, check, calls: 0, places, next: undefined };
    habits.set(key, habit);
  }
  return habit;
}

function mixed(hash: number, part: number): number {
  const product = Math.imul(hash ^ part, 0x5bd1e995);
  return product ^ (product >>> 15);
}

function forgetHabits(): void {
  habits.clear();
  last = undefined;
}

/** Where hosts have no way to take a stack without throwing, nothing is known. */
const host: {
  readonly captureStackTrace?: (holder: object) => void;
  readonly stackTraceLimit?: number;
} = Error;

/** Frames to look through for one of the user's. */
const frames = 40;

/** Holds the frames of the time when it was made, whose text is written when it is read. */
class Stack {
  declare readonly stack: unknown;

  constructor() {
    host.captureStackTrace?.(this);
  }
}

/** Where intrinsics are frozen (`node --frozen-intrinsics`), as many frames as the host takes do. */
function stackOfNow(): Stack {
  const limit = host.stackTraceLimit;
  Reflect.set(host, "stackTraceLimit", frames);
  const stack = new Stack();
  if (limit === undefined) Reflect.deleteProperty(host, "stackTraceLimit");
  else Reflect.set(host, "stackTraceLimit", limit);
  return stack;
}
