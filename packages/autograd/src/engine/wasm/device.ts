// WebAssembly as a device: one memory, and threads that share it.
import { NablaError } from "../../graph/errors.ts";
import type { Device, Program } from "../device.ts";
import type { Plan } from "../plan/steps.ts";
import type { Target } from "../target.ts";
import { wantedThreads } from "../threads.ts";
import { Heap } from "./heap.ts";
import { Pool } from "./pool.ts";
import { type Machine, WasmProgram } from "./program.ts";
import { Runner } from "./runner.ts";
import { SharedModules } from "./shared-modules.ts";
import { wasmTarget } from "./target.ts";
import { ThreadStart } from "./thread-start.ts";
import { firstMemory, ownMemory } from "./usable.ts";
import { availableThreads, mayStartWorkers } from "./workers.ts";

/** Created when the first graph runs. */
export class WasmDevice implements Device, Machine {
  readonly name = "WebAssembly";
  readonly target: Target;
  readonly memory: Heap = new Heap(ownMemory());
  readonly modules: SharedModules = new SharedModules();
  /** Created now, so that memory it never frees is at the bottom. */
  readonly #pool: Pool | undefined = this.memory.isShared ? new Pool(this.memory) : undefined;
  readonly #start = new ThreadStart();
  /** Runs what is awaited; undefined if there are no workers. It is not one of `threads`. */
  readonly runner: Runner | undefined =
    this.memory.isShared && mayStartWorkers() ? new Runner(this.memory) : undefined;

  /** `target`: what plans are made for. WebAssembly runs those for other targets as well. */
  constructor(target: Target = wasmTarget) {
    this.target = target;
  }

  load(plan: Plan): Program {
    return new WasmProgram(plan, this);
  }

  /** How many threads run large plans. */
  get threads(): number {
    return !this.#pool || this.#pool.hasFailed ? 1 : threadsHere();
  }

  /** Threads that run plans; undefined if there is only one, or more are not worth starting yet. */
  get pool(): Pool | undefined {
    const { threads } = this;
    if (!this.#pool || threads === 1 || !this.#start.isDue()) return undefined;
    this.#pool.resize(threads);
    return this.#pool.hasFailed ? undefined : this.#pool;
  }

  /** Continues with one thread, in a memory that a lost thread cannot access. */
  leaveThreads(): void {
    this.#pool?.fail();
    // It has the old memory.
    this.runner?.stop();
    try {
      this.memory.move();
    } catch (error) {
      throw new NablaError(
        "threads: a thread ended or stood still in the middle of a run, and there is no memory to go on " +
          `without it (${String(error)}); what was to be computed is not, and all else is as before`,
        { cause: error },
      );
    }
  }
}

/** How many threads there would be if none had failed. */
export function threadsHere(): number {
  return firstMemory().isShared ? Math.min(wantedThreads(), availableThreads()) : 1;
}
