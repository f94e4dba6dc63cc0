// The runner: a worker that does whole runs in the place of the first thread, which goes on meanwhile. It
// has the same memory, and the same tables; workers of the pool take part as they do with the first
// thread. It takes a run by one word of shared memory, and so does the first thread that cannot wait and
// takes the run back. It starts with the first run that it is given, and keeps a process alive only
// while a run is under way.
import type { Elsewhere } from "../background.ts";
import { MemoryError } from "../device.ts";
import { runnerWords as at, controlBytes } from "./control.ts";
import { type Control, hasChanged, load, mostSleeps, sleep, store } from "./division.ts";
import type { Heap } from "./heap.ts";
import { outcomes, type ProgramMessage, type RunMessage, runnerSource } from "./runner-source.ts";
import { send, startWorker, type WorkerLike } from "./workers.ts";

/** How a run ended: it was done, in so many milliseconds; or nobody has begun with it; or it is lost. */
export type RunEnd =
  | {
      readonly kind: "done";
      readonly milliseconds: number;
      /** Milliseconds lost in waiting for a thread that stood still. */
      readonly lost: number;
    }
  | { readonly kind: "not begun" }
  | { readonly kind: "lost" };

/** A run that the runner was given. */
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
  /** The address of the words by which the two threads know of a run. */
  readonly #address: number;
  #worker: WorkerLike | undefined;
  /** Programs that it has. */
  readonly #programs = new Set<number>();
  #runs = 0;
  #underWay: UnderWay | undefined;
  /** Whether all has to be run by the first thread from now on. */
  hasFailed = false;

  constructor(heap: Heap) {
    this.#heap = heap;
    // At once, so that memory it never frees is at the bottom.
    const address = heap.allocate(controlBytes);
    if (address !== undefined) this.#address = address;
    else throw new MemoryError("there is no memory for what threads tell each other", true);
  }

  /** Runs that it was given so far. */
  get runs(): number {
    return this.#runs;
  }

  /**
   * Has it run a segment of a program that should take so many milliseconds; undefined where there is
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

  /** It will not be asked for the program again. */
  drop(program: number): void {
    if (this.#programs.delete(program) && this.#worker) send(this.#worker, { drop: program });
  }

  /** Ends the worker. The next run starts another one, unless there is to be none. */
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

  /** There is no worker from now on. */
  #fail(): void {
    this.hasFailed = true;
    this.stop();
    if (this.#underWay) this.#settle(this.#underWay.run);
  }

  /** Whoever waits for the run goes on; the worker does not keep the process alive any more. */
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

  /** Whether the worker has not begun with the run, and now never will. */
  #takesBack(run: number): boolean {
    const { words, base } = this.#words;
    return Atomics.compareExchange(words, base + at.offered, run, 0) === run;
  }
}
