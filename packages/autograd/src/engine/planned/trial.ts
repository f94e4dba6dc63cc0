// Whether a plan is faster on several threads is tried, not guessed: what it takes to wake a worker differs
// from machine to machine, and with what else runs there. (The bits are the same either way.)

/** The two ways take turns of so many runs, alone first, so often. */
const runsInTurn = 4;
const turnsOfEach = 3;
const tries = 2 * runsInTurn * turnsOfEach;
/** So many of a turn's runs together do not count: workers may be asleep. */
const uncounted = 1;
/** So many milliseconds lost by runs together, and so many runs alone, and the trial is over. */
const mostLost = 1;
const mostRunsLost = 1;
/** After so many runs it is tried anew. */
const longestWait = 2000;
/** Runs before the next trial where threads were slower, doubled each time (exponential back-off). */
const shortestWait = 200;
/** Fall back to one thread once slow runs outnumber fast ones by this many. */
const mostSlow = 4;

let isTried = true;

/** For tests: whether it is tried, or all that can be done together is. */
export function setTrial(isOn: boolean): void {
  isTried = isOn;
}

/** Chooses for each run whether several threads do it together. */
export class Trial {
  /** Runs since the trial began. */
  #runs = 0;
  #together: number[] = [];
  #alone: number[] = [];
  #isOpen = true;
  #isFaster = true;
  /** After how many runs it is tried anew, and how many that is when it is slower the next time. */
  #end = longestWait;
  #patience = shortestWait;
  /** Milliseconds that a run alone took. */
  #usual = 0;
  /** Milliseconds by which runs together were slower in this trial. */
  #lost = 0;
  /** By how many more runs together were slower than alone, since then. */
  #slow = 0;

  /** Whether the next run is to be done together. */
  isTogether(): boolean {
    if (!isTried) return true;
    return this.#isOpen ? this.#turn % 2 === 1 : this.#isFaster;
  }

  /** Whether the time of the next run is wanted: in the trial, and of all that are done together. */
  isTimed(): boolean {
    return this.#isOpen || this.#isFaster;
  }

  get #turn(): number {
    return Math.floor(this.#runs / runsInTurn);
  }

  /** A run is over, done as was to be. */
  note(milliseconds: number): void {
    const isTogether = this.isTogether();
    const position = this.#runs % runsInTurn;
    this.#runs++;
    if (!this.#isOpen) {
      if (this.#isFaster) this.#watch(milliseconds);
    } else if (isTogether) this.#noteTogether(milliseconds, position >= uncounted);
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
    else if (this.#runs === tries) this.#decide(quantile(this.#together, 0.75) < this.#usual);
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
 * Not the mean: one run in which the machine did something else must not decide. Of runs together not the
 * median, either: where a core is often taken away, all wait for it.
 */
function quantile(sample: readonly number[], part: number): number {
  return [...sample].sort((a, b) => a - b)[Math.floor(sample.length * part)]!;
}
