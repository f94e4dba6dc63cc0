// Sites: where in a user's program nodes are created. A stack is expensive (up to 15 µs in
// optimised code), so only the first calls with a signature and some later ones take theirs; the
// others reuse the call sites recorded for those.
import { type CallSite, callSiteOf } from "./call-site.ts";
import { type Shape, shapesEqual } from "./shape.ts";

/** Where nodes were created; all nodes of one call of a public function share a site. */
export class Site {
  /** Set if a gradient rule created them. */
  readonly gradientOf: Origin | undefined;
  /** The newest source that the call depends on, as the number of its habit. */
  lineage: number;
  /** A stack that is not read yet, the call site read from one, or the habit of similar calls. */
  #known: Stack | CallSite | Habit | undefined;

  constructor(gradientOf: Origin | undefined) {
    this.gradientOf = gradientOf;
    this.lineage = 0;
  }

  /**
   * Where the call was written: one call site if it is known. Otherwise, all call sites recorded
   * for calls of the same functions on the same shapes and sources, in the same order.
   */
  get places(): readonly CallSite[] {
    this.fix();
    const known = this.#known;
    if (known === undefined) return [];
    return "places" in known ? [...known.places.values()] : [known as CallSite];
  }

  /** Whether `places` is inferred from similar calls. */
  get isInferred(): boolean {
    return this.#known !== undefined && "places" in this.#known;
  }

  /** Turns a stack into text, so that it keeps nothing else alive. */
  fix(): void {
    if (this.#known instanceof Stack) this.#known = callSiteOf(this.#known.stack);
  }

  /**
   * Records the current call, of a function called `name`; if `isSource`, a lineage starts here.
   */
  note(name: string, shape: Shape, isSource: boolean): void {
    // A source starts a lineage, whatever was read before it was created.
    const habit = habitOf(name, shape, isSource ? 0 : latest);
    this.lineage = isSource ? habit.number : latest;
    latest = 0;
    const calls = habit.calls++;
    if (!isLookedAt(calls)) {
      this.#known = habit;
      return;
    }
    this.#known = stackOfNow();
    // Reading a stack is more expensive still, especially through source maps.
    if (calls < newCalls - 1) return;
    this.fix();
    const [place] = this.places;
    if (place) habit.places.set(place.at, place);
  }
}

/** The origin of a node that a gradient rule created: the operation, and where that was called. */
export interface Origin {
  readonly operation: string;
  readonly site: Site | undefined;
  /** Where the gradient was asked for. */
  readonly pass: Site;
}

let current: Site | undefined;
let origin: Origin | undefined;
/** The newest lineage among the arguments of the current call. */
let latest = 0;

/** Notes that the current call has an argument created at `site`. */
export function useOf(site: Site | undefined): void {
  if (site && site.lineage > latest) latest = site.lineage;
}

/** The site of nodes that are created now. */
export function siteOfNow(): Site {
  current ??= new Site(origin);
  return current;
}

/** The public function that was called last with tensors, until it returns. */
let called: string | undefined;

/** Begins a call of the public function `name`: errors of nodes start with it. */
export function beginCall(name: string): void {
  called = name;
}

/** What errors of a node start with: the current public function, else the node's operation. */
export function callOf(operation: string): string {
  return called ?? operation;
}

/**
 * Ends the call of the public function `name`, whose result has `shape`; the nodes created since
 * the previous call belong to it.
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

/** Makes nodes created from now on the gradient of `given`, if any; returns the previous origin. */
export function beginGradientOf(given: Origin | undefined): Origin | undefined {
  const before = origin;
  current = undefined;
  origin = given;
  return before;
}

/** Makes `site` the site of nodes created from now on; returns the previous one. */
export function madeAt(site: Site | undefined): Site | undefined {
  const before = current;
  current = site;
  return before;
}

/** The site of a call that begins now. */
export function siteOfCall(name: string, shape: Shape): Site {
  const site = new Site(origin);
  site.note(name, shape, false);
  return site;
}

/** Call sites recorded for calls of the same functions on the same shapes and sources, in order. */
interface Habit {
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
const newCalls = 64;
const callsBetweenLooks = 4096;

function isLookedAt(calls: number): boolean {
  return calls < newCalls || (calls & (calls - 1)) === 0 || calls % callsBetweenLooks === 0;
}

const habits = new Map<number, Habit>();
const mostHabits = 4096;
let numbered = 0;

/** Hashes of the last calls, and the habit of the last one. */
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
  // Lineages of earlier calls are left out: they depend on calls before those, without end.
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

/** Hosts that cannot take a stack without throwing know no call sites. */
const host: {
  readonly captureStackTrace?: (holder: object) => void;
  readonly stackTraceLimit?: number;
} = Error;

/** Frames to search for one of the user's. */
const frames = 40;

/** Captures the current frames; their text is produced on access. */
class Stack {
  declare readonly stack: unknown;

  constructor() {
    host.captureStackTrace?.(this);
  }
}

/** With frozen intrinsics (`node --frozen-intrinsics`), takes as many frames as the host does. */
function stackOfNow(): Stack {
  const limit = host.stackTraceLimit;
  Reflect.set(host, "stackTraceLimit", frames);
  const stack = new Stack();
  if (limit === undefined) Reflect.deleteProperty(host, "stackTraceLimit");
  else Reflect.set(host, "stackTraceLimit", limit);
  return stack;
}
