// Sites: where in a user's program nodes are created. A stack is expensive (up to 15 µs in
// optimised code), so only the first calls with a signature and some later ones take theirs; the
// others reuse the call sites recorded for those.
import { type CallSite, callSiteOf } from "./call-site.ts";
import { type Habit, Habits, isLookedAt, newCalls } from "./habits.ts";
import type { Shape } from "./shape.ts";
import { Stack, stackOfNow } from "./stack.ts";

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

  /** Records that a call of this habit made it. */
  note(habit: Habit): void {
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
  /** Where the gradient was requested. */
  readonly pass: Site;
}

/** The current call of a public function: the site of nodes created now. */
class CurrentCall {
  readonly #habits = new Habits();
  /** The function, from when it has its tensors until it returns. */
  #name: string | undefined;
  #site: Site | undefined;
  #origin: Origin | undefined;
  /** The newest lineage among its arguments. */
  #lineage = 0;

  /** Begins a call of the function `name`: errors of nodes start with it. */
  begin(name: string): void {
    this.#name = name;
  }

  /** Notes that it has an argument created at `site`. */
  uses(site: Site | undefined): void {
    if (site && site.lineage > this.#lineage) this.#lineage = site.lineage;
  }

  /**
   * Ends the call of the function `name`, whose result has `shape`; the nodes created since the
   * previous call belong to it. If it `isSource`, a lineage starts here.
   */
  end(name: string, shape: Shape, isSource: boolean): void {
    this.#name = undefined;
    const site = this.#site;
    this.#site = undefined;
    if (site) this.#note(site, name, shape, isSource);
    else this.#lineage = 0;
  }

  /** What errors of a node start with: the function, else the node's operation. */
  nameOr(operation: string): string {
    return this.#name ?? operation;
  }

  /** The site of nodes that are created now. */
  get site(): Site {
    this.#site ??= new Site(this.#origin);
    return this.#site;
  }

  /** The site of a call that begins now, of the function `name`. */
  newSite(name: string, shape: Shape): Site {
    const site = new Site(this.#origin);
    this.#note(site, name, shape, false);
    return site;
  }

  /** Calls `f`; nodes that it creates have `site`, or one of their own. */
  at<Result>(site: Site | undefined, f: () => Result): Result {
    const before = this.#site;
    this.#site = site;
    try {
      return f();
    } finally {
      this.#site = before;
    }
  }

  /**
   * Makes nodes created from now on the gradient of `origin`, if any; returns the previous one.
   */
  enterGradientOf(origin: Origin | undefined): Origin | undefined {
    const before = this.#origin;
    this.#site = undefined;
    this.#origin = origin;
    return before;
  }

  #note(site: Site, name: string, shape: Shape, isSource: boolean): void {
    // A source starts a lineage, whatever was read before it was created.
    const lineage = isSource ? 0 : this.#lineage;
    const habit = this.#habits.next(name, shape, lineage);
    site.lineage = isSource ? habit.number : lineage;
    this.#lineage = 0;
    site.note(habit);
  }
}

export const currentCall: CurrentCall = new CurrentCall();
