// Whether a plan is faster on several threads is tried, not guessed: what it takes to wake a worker differs
// from machine to machine, and with what else runs there. (The bits are the same either way.)

/** So often each way is tried in turn, and how many of these runs do not count: workers may be asleep. */
const tries = 20;
const uncounted = 5;
/** After so many runs it is tried anew. */
const period = 2000;

/** Chooses for each run whether several threads do it together. */
export class Trial {
  #turn = 0;
  #together: number[] = [];
  #alone: number[] = [];
  #isFaster = true;

  /** Whether the next run is to be done together. */
  isTogether(): boolean {
    return this.#turn < tries || (this.#turn >= 2 * tries && this.#isFaster);
  }

  /** Whether the next run is part of the trial, and its time wanted. */
  isOpen(): boolean {
    return this.#turn < 2 * tries;
  }

  /** A run is over. */
  note(milliseconds: number): void {
    if (this.isOpen() && this.#turn % tries >= uncounted) {
      (this.#turn < tries ? this.#together : this.#alone).push(milliseconds);
    }
    this.#turn++;
    if (this.#turn === 2 * tries) {
      this.#isFaster = quantile(this.#together, 0.75) < quantile(this.#alone, 0.5);
    }
    if (this.#turn < period) return;
    this.#turn = 0;
    this.#together = [];
    this.#alone = [];
  }
}

/**
 * Not the mean: one run in which the machine did something else must not decide. Of runs together not the
 * median, either: where a core is often taken away, all wait for it.
 */
function quantile(sample: readonly number[], part: number): number {
  return [...sample].sort((a, b) => a - b)[Math.floor(sample.length * part)]!;
}
