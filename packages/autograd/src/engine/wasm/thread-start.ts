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

/** Decides when the first worker starts. */
export class ThreadStart {
  readonly #idleTime: () => number | undefined;
  readonly #now: () => number;
  /** When it was asked first, and last, and how long all processors together had idled then. */
  #first = 0;
  #last = 0;
  #idle = Number.POSITIVE_INFINITY;
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
    if (this.#isDue || !isTrialOn()) return true;
    const at = this.#now();
    if (at - this.#last < shortestSample && this.#first > 0) return false;
    const idle = this.#idleTime();
    const isFree = idle === undefined || idle - this.#idle >= leastIdle * (at - this.#last);
    this.#first ||= at;
    this.#isDue = isFree || at - this.#first >= longestDelay;
    [this.#last, this.#idle] = [at, idle!];
    return this.#isDue;
  }
}
