// Measures whether a plan is faster on several threads: the cost of waking a worker differs between
// machines, and depends on what else runs there. (The bits are the same either way.)

/** The two ways alternate, this many runs each, one thread first, and how often. */
const runsInTurn = 4;
const turnsOfEach = 3;
const tries = 2 * runsInTurn * turnsOfEach;
/** Initial threaded runs of each trial phase that do not count: workers may be asleep. */
const uncounted = 1;
/** Counted runs on several threads, of those tried, that a trial needs to decide for them. */
const leastTogether = 5;
/** Milliseconds that threads may lose, besides the time of one run, before the trial ends. */
const mostLost = 1;
const mostRunsLost = 1;
/** Runs after which it is tried again. */
const longestWait = 2000;
/**
 * Runs before the next trial where threads were slower, doubled each time (exponential back-off).
 */
const shortestWait = 200;
/** Fall back to one thread once slow runs outnumber fast ones by this many. */
const mostSlow = 4;

let isTried = true;

/** Switches trials on, or off: then everything that can be divided is; for tests. */
export function setTrial(isOn: boolean): void {
  isTried = isOn;
}

export function isTrialOn(): boolean {
  return isTried;
}

/** Decides for each run whether to use several threads. */
export class Trial {
  /** Runs since the trial began. */
  #runs = 0;
  #together: number[] = [];
  #alone: number[] = [];
  #isOpen = true;
  #isFaster = true;
  /** Runs until the next trial, and how many that will be if threads are slower again. */
  #end = longestWait;
  #patience = shortestWait;
  /** Milliseconds of a run on one thread. */
  #usual = 0;
  /** Milliseconds that threads have lost in this trial. */
  #lost = 0;
  /** By how many slow runs have outnumbered fast ones since then. */
  #slow = 0;

  /** Whether the next run is to use several threads. */
  isTogether(): boolean {
    if (!isTried) return true;
    return this.#isOpen ? this.#turn % 2 === 1 : this.#isFaster;
  }

  /** Whether the next run is to be timed: in a trial, and whenever it uses several threads. */
  isTimed(): boolean {
    return this.#isOpen || this.#isFaster;
  }

  get #turn(): number {
    return Math.floor(this.#runs / runsInTurn);
  }

  /**
   * Records the time of a run. One that was to use several threads, and finished on one because others
   * did not answer, counts for what is lost, but not for how fast threads are.
   */
  note(milliseconds: number, isAsWanted = true): void {
    const isTogether = this.isTogether();
    const position = this.#runs % runsInTurn;
    this.#runs++;
    if (!this.#isOpen) {
      if (this.#isFaster) this.#watch(milliseconds);
    } else if (isTogether) this.#noteTogether(milliseconds, isAsWanted && position >= uncounted);
    else this.#noteAlone(milliseconds);
    if (this.#runs >= this.#end) this.#begin();
  }

  #begin(): void {
    this.#runs = 0;
    this.#end = longestWait;
    this.#together = [];
    this.#alone = [];
    this.#lost = 0;
    this.#isOpen = true;
  }

  #noteAlone(milliseconds: number): void {
    this.#alone.push(milliseconds);
    this.#usual = quantile(this.#alone, 0.5);
  }

  #noteTogether(milliseconds: number, counts: boolean): void {
    if (counts) this.#together.push(milliseconds);
    this.#lost += Math.max(0, milliseconds - this.#usual);
    if (this.#lost > mostLost + mostRunsLost * this.#usual) this.#decide(false);
    else if (this.#runs === tries) this.#decide(this.#isSampleFaster());
  }

  /** Not if threads rarely answered: they would be waited for again and again. */
  #isSampleFaster(): boolean {
    const isEnough = this.#together.length >= leastTogether;
    return isEnough && quantile(this.#together, 0.75) < this.#usual;
  }

  #decide(isFaster: boolean): void {
    this.#isOpen = false;
    this.#isFaster = isFaster;
    this.#slow = 0;
    if (isFaster) this.#patience = shortestWait;
    else this.#waitLonger();
  }

  #waitLonger(): void {
    this.#end = this.#runs + this.#patience;
    this.#patience = Math.min(2 * this.#patience, longestWait);
  }

  /** A core may be taken away after the trial: then the first thread would wait again and again. */
  #watch(milliseconds: number): void {
    this.#slow = Math.max(0, this.#slow + (milliseconds > this.#usual ? 1 : -1));
    if (this.#slow >= mostSlow) this.#decide(false);
  }
}

/**
 * Not the mean, since one disturbed run must not decide. For several threads not the median either:
 * if a core is often taken away, all of them wait for it.
 */
function quantile(sample: readonly number[], part: number): number {
  return [...sample].sort((a, b) => a - b)[Math.floor(sample.length * part)]!;
}
