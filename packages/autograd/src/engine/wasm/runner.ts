// The runner: a worker that does whole runs in place of the first thread, which continues
// meanwhile. It shares memory and tables with it; workers of the pool take part as they do with the
// first thread. It takes a run by one word of shared memory, by which a first thread that cannot
// wait takes the run back. It starts with its first run, and keeps a process alive only while a run
// is under way.
import type { Elsewhere } from "../background.ts";
import { MemoryError } from "../device.ts";
import { type Control, hasChanged, load, mostSleeps, sleep, store } from "./division.ts";
import type { Heap } from "./heap.ts";
import { outcomes, type ProgramMessage, type RunMessage, runnerSource } from "./runner-source.ts";
import { runnerWords as at, controlBytes } from "./thread-mailbox.ts";
import { send, startWorker, type WorkerLike } from "./workers.ts";

/** How a run ended: done, with its milliseconds; taken back before it began; or lost. */
export type RunEnd =
  | {
      readonly kind: "done";
      readonly milliseconds: number;
      /** Milliseconds lost by waiting for a thread that hung. */
      readonly lost: number;
    }
  | { readonly kind: "not begun" }
  | { readonly kind: "lost" };

/** A run that was given to the runner. */
export interface GivenRun extends Elsewhere {
  readonly wait: () => void;
  /** Once it is over. */
  end(): RunEnd;
}

interface UnderWay {
  readonly run: number;
  readonly settle: () => void;
}

export class Runner {
  readonly #heap: Heap;
  /** The address of the two threads' mailbox. */
  readonly #address: number;
  #worker: WorkerLike | undefined;
  /** Programs that it has loaded. */
  readonly #programs = new Set<number>();
  #runs = 0;
  #underWay: UnderWay | undefined;
  /** Whether everything runs on the first thread from now on. */
  hasFailed = false;

  constructor(heap: Heap) {
    this.#heap = heap;
    // At once, so that memory it never frees is at the bottom.
    const address = heap.allocate(controlBytes);
    if (address !== undefined) this.#address = address;
    else throw new MemoryError("there is no memory for what threads tell each other", true);
  }

  /** Number of runs given to it so far. */
  get runs(): number {
    return this.#runs;
  }

  /**
   * Makes it run a segment of a program, with the expected milliseconds; undefined if there is
   * no worker.
   */
  start(
    program: ProgramMessage,
    segment: Omit<RunMessage, "run" | "program">,
    expected: number,
  ): GivenRun | undefined {
    const worker = this.#started();
    if (!worker) return undefined;
    const run = ++this.#runs;
    if (!this.#programs.has(program.program)) send(worker, program);
    this.#programs.add(program.program);
    store(this.#words, at.offered, run);
    send(worker, { ...segment, run, program: program.program });
    worker.ref?.();
    let settle = () => {};
    const over = new Promise<void>((resolve) => {
      settle = resolve;
    });
    this.#underWay = { run, settle };
    let end: RunEnd | undefined;
    return {
      over,
      wait: () => {
        end ??= this.#wait(run, expected);
        this.#settle(run);
      },
      end: () => end ?? this.#endOf(run),
    };
  }

  /** Forgets a program that it will not run again. */
  drop(program: number): void {
    if (this.#programs.delete(program) && this.#worker) send(this.#worker, { drop: program });
  }

  /** Ends the worker. The next run starts another one, unless it has failed. */
  stop(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#programs.clear();
  }

  #started(): WorkerLike | undefined {
    if (this.hasFailed) return undefined;
    if (this.#worker) return this.#worker;
    const data = { memory: this.#heap.memory, words: this.#address };
    try {
      const worker: WorkerLike = startWorker(runnerSource, data, {
        onEnd: () => {
          if (worker === this.#worker) this.#fail();
        },
        onMessage: (run) => this.#settle(run as number),
      });
      this.#worker = worker;
    } catch {
      this.hasFailed = true;
    }
    return this.#worker;
  }

  get #words(): Control {
    return { words: this.#heap.words, base: this.#address / 4 };
  }

  /** Uses no worker from now on. */
  #fail(): void {
    this.hasFailed = true;
    this.stop();
    if (this.#underWay) this.#settle(this.#underWay.run);
  }

  /** Ends a run for whoever waits for it; the worker no longer keeps the process alive. */
  #settle(run: number): void {
    if (this.#underWay?.run !== run) return;
    this.#underWay.settle();
    this.#underWay = undefined;
    this.#worker?.unref?.();
  }

  /** Takes the run back, or waits until it is done. */
  #wait(run: number, expected: number): RunEnd {
    const { words, base } = this.#words;
    let sleeps = 0;
    if (this.#takesBack(run)) return { kind: "not begun" };
    for (;;) {
      const over = load(this.#words, at.over);
      if (over === run) return this.#endOf(run);
      if (hasChanged(words, base + at.over, over)) continue;
      sleeps++;
      if (sleeps > mostSleeps + (20 * expected) / sleep) break;
    }
    this.#fail();
    return { kind: "lost" };
  }

  #endOf(run: number): RunEnd {
    const words = this.#words;
    if (load(words, at.over) !== run) {
      return { kind: this.#takesBack(run) ? "not begun" : "lost" };
    }
    if (load(words, at.outcome) === outcomes.again) return { kind: "lost" };
    return {
      kind: "done",
      milliseconds: load(words, at.microseconds) / 1000,
      lost: load(words, at.lost) / 1000,
    };
  }

  /** Takes the run back; returns false if the worker has begun with it. */
  #takesBack(run: number): boolean {
    const { words, base } = this.#words;
    return Atomics.compareExchange(words, base + at.offered, run, 0) === run;
  }
}
