// When workers start. Where other processes keep all processors busy, starting one takes time from the
// very run that would be divided, and threads gain nothing: so it waits until a processor is seen to idle.
import { isTrialOn } from "../planned/thread-trial.ts";
import { idleTime } from "./workers.ts";

/** The system counts in ticks of 10 ms. */
const shortestSample = 50;
/** A processor that idles for this part of a sample is free for a thread. */
const leastIdle = 0.25;
/**
 * Milliseconds after which workers start in any case: what the processors do may belong to other machines
 * on the same host, and a trial decides whether threads help. By then starting is a small part of the time.
 */
const longestDelay = 2000;

interface Sample {
  readonly at: number;
  /** Milliseconds for which all processors together have idled. */
  readonly idle: number;
}

/** Decides when the first worker starts. */
export class ThreadStart {
  readonly #idleTime: () => number | undefined;
  readonly #now: () => number;
  #first: Sample | undefined;
  #last: Sample | undefined;
  #isDue = false;

  constructor(
    idle: () => number | undefined = idleTime,
    now: () => number = () => performance.now(),
  ) {
    this.#idleTime = idle;
    this.#now = now;
  }

  /** Whether workers may start; asked again and again until they do. */
  isDue(): boolean {
    this.#isDue ||= !isTrialOn() || this.#isNowDue();
    return this.#isDue;
  }

  #isNowDue(): boolean {
    const at = this.#now();
    const last = this.#last;
    if (last && at - last.at < shortestSample) return false;
    const idle = this.#idleTime();
    // The host does not tell.
    if (idle === undefined) return true;
    this.#last = { at, idle };
    this.#first ??= this.#last;
    if (!last) return false;
    return idle - last.idle >= leastIdle * (at - last.at) || at - this.#first.at >= longestDelay;
  }
}
