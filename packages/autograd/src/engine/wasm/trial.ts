// Whether a plan is faster on several threads is tried, not guessed: what it takes to wake a worker differs
// from machine to machine, and with what else runs there. (The bits are the same either way.)

/** So often each way is tried in turn, and how many of these runs do not count: workers may be asleep. */
const tries = 20;
const uncounted = 5;
/** After so many runs it is tried anew. */
const longestWait = 2000;
/** After so many where it has just been slower, which may have been the machine's mood; twice as many each time. */
const shortestWait = 200;
/** So many more of the runs together slower than one alone, than faster, and all are done alone until then. */
const mostSlow = 8;

/** Chooses for each run whether several threads do it together. */
export class Trial {
  #turn = 0;
  #together: number[] = [];
  #alone: number[] = [];
  #isFaster = true;
  /** The turn at which it is tried anew, and how many turns that is away when it is slower the next time. */
  #end = longestWait;
  #patience = shortestWait;
  /** Milliseconds that a run alone took, and by how many more runs together were slower than that. */
  #usual = 0;
  #slow = 0;

  /** Whether the next run is to be done together. */
  isTogether(): boolean {
    return this.#turn < tries || (this.#turn >= 2 * tries && this.#isFaster);
  }

  /** Whether the time of the next run is wanted: in the trial, and of all that are done together. */
  isTimed(): boolean {
    return this.#isOpen() || this.#isFaster;
  }

  #isOpen(): boolean {
    return this.#turn < 2 * tries;
  }

  /** A run is over. */
  note(milliseconds: number): void {
    if (!this.#isOpen() && this.#isFaster) this.#watch(milliseconds);
    if (this.#isOpen() && this.#turn % tries >= uncounted) {
      (this.#turn < tries ? this.#together : this.#alone).push(milliseconds);
    }
    this.#turn++;
    if (this.#turn === 2 * tries) {
      this.#usual = quantile(this.#alone, 0.5);
      this.#isFaster = quantile(this.#together, 0.75) < this.#usual;
      this.#slow = 0;
      if (this.#isFaster) this.#patience = shortestWait;
      else this.#waitLonger();
    }
    if (this.#turn < this.#end) return;
    this.#turn = 0;
    this.#end = longestWait;
    this.#together = [];
    this.#alone = [];
  }

  #waitLonger(): void {
    this.#end = this.#turn + this.#patience;
    this.#patience = Math.min(2 * this.#patience, longestWait);
  }

  /** A core may be taken away after the trial: then the others would wait at every barrier. */
  #watch(milliseconds: number): void {
    this.#slow = Math.max(0, this.#slow + (milliseconds > this.#usual ? 1 : -1));
    if (this.#slow < mostSlow) return;
    this.#isFaster = false;
    this.#waitLonger();
  }
}

/**
 * Not the mean: one run in which the machine did something else must not decide. Of runs together not the
 * median, either: where a core is often taken away, all wait for it.
 */
function quantile(sample: readonly number[], part: number): number {
  return [...sample].sort((a, b) => a - b)[Math.floor(sample.length * part)]!;
}
