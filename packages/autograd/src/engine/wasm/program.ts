// A plan's module, compiled, and its functions on the memory that the engine has at present.
import { evaluateOn } from "../../scalar/evaluate.ts";
import type { Plan } from "../plan/plan.ts";
import { hasFusedMultiply } from "./features.ts";
import type { Heap } from "./heap.ts";
import { type Memory, webAssembly } from "./host.ts";
import { planToModule, type Segment } from "./module.ts";
import { leastSharedTime } from "./target.ts";

/** A function of the table's address, the thread's number, the part that it does, and of how many. */
export type RunFunction = (table: number, thread: number, part: number, parts: number) => void;

/** A segment with its function. */
export interface RunSegment extends Segment {
  readonly run: RunFunction;
}

export class Program {
  /** For other threads to compile. */
  readonly module: Uint8Array;
  readonly #heap: Heap;
  readonly #compiled: object;
  readonly #host: Readonly<Record<string, unknown>>;
  readonly #segments: readonly Segment[];
  #memory: Memory | undefined;
  #run: RunFunction = neverRun;
  #runSegments: readonly RunSegment[] = [];

  /** `host` computes the steps that no kernel does. */
  constructor(plan: Plan, heap: Heap, host: (step: number) => void) {
    const features = {
      isFused: hasFusedMultiply(),
      isShared: heap.isShared,
      leastShared: leastSharedTime(),
    };
    const { bytes, hostOperators, segments } = planToModule(plan, features);
    this.module = bytes;
    this.#heap = heap;
    this.#compiled = new webAssembly!.Module(bytes);
    const imports: Record<string, unknown> = { host };
    for (const { name, operator, on } of hostOperators) imports[name] = evaluateOn(on, operator);
    this.#host = imports;
    this.#segments = segments;
  }

  /** Whether some of it is worth several threads. */
  get isForThreads(): boolean {
    return this.#segments.length > 0;
  }

  /** Does all of the plan in this thread. */
  run(table: number): void {
    this.#place();
    this.#run(table, 0, 0, 1);
  }

  /** What several threads do one after the other. */
  segments(): readonly RunSegment[] {
    this.#place();
    return this.#runSegments;
  }

  /** Functions are of one memory. */
  #place(): void {
    const { memory } = this.#heap;
    if (this.#memory === memory) return;
    const nabla = { ...this.#host, memory };
    const { exports } = new webAssembly!.Instance(this.#compiled, { nabla });
    this.#memory = memory;
    this.#run = exports["run"] as RunFunction;
    this.#runSegments = this.#segments.map((segment, i) => ({
      ...segment,
      run: exports[i] as RunFunction,
    }));
  }
}

function neverRun(): void {
  throw new Error("unreachable: not placed");
}
