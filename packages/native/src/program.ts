// Programs that begin in WebAssembly, and continue as C once that is compiled: on the same memory,
// with the same table of addresses, so it makes no difference to anybody between which two runs.
import {
  type Buffer,
  type Outcome,
  type Plan,
  type Started,
  type WasmDevice,
  WasmProgram,
} from "@nabla/autograd/backend";
import { programText } from "./c/program-text.ts";
import type { Job } from "./compiler.ts";
import { loadSegments, oneThread, type SegmentFunction, type Threads } from "./library.ts";
import type { Team } from "./team.ts";
import type { Toolchain } from "./toolchain.ts";

/** A program is compiled from this run on, */
const fewestRuns = 2;
/** and if all of its runs take at least this many milliseconds by the estimate. */
const worthCompiling = 0.2;

/** The device, as its programs see it. */
interface Machine extends WasmDevice {
  /** The address of a word that is not 0 once what another thread runs is over; 0: there is none. */
  readonly overWord: number;
  /** Threads that run parts of kernels. */
  readonly team: Team | undefined;
}

type State =
  | { readonly kind: "unasked" }
  | { readonly kind: "asked"; readonly job: Job; readonly names: readonly (string | undefined)[] }
  | { readonly kind: "native"; readonly functions: readonly (SegmentFunction | undefined)[] }
  | { readonly kind: "wasm" };

export class NativeProgram extends WasmProgram {
  readonly #plan: Plan;
  readonly #device: Machine;
  readonly #toolchain: Toolchain;
  #state: State = { kind: "unasked" };
  /** Runs of its segments so far. */
  #segmentRuns = 0;
  readonly #kernelSegments: number;
  /** Whether C runs all segments of kernels, and several threads any of them. */
  #isWhole = false;
  #isDivided = false;
  /** Whether threads take part in the segments that WebAssembly runs, in this run. */
  #isTogetherOnWasm = false;
  /** What JavaScript has to compute of large numbers, by segments. */
  #limited: ReadonlyMap<number, readonly string[]> = new Map<number, readonly string[]>();
  /** What JavaScript computes. */
  readonly #byHost = new Set<string>();
  /** Why all or some of it is left to WebAssembly. */
  #reason: string | undefined;

  constructor(plan: Plan, device: Machine, toolchain: Toolchain) {
    super(plan, device);
    this.#plan = plan;
    this.#device = device;
    this.#toolchain = toolchain;
    this.#kernelSegments = plan.segments.filter(({ kind }) => kind === "kernels").length;
    if ("problem" in toolchain) this.#leaveToWasm(toolchain.problem);
  }

  override place(given: readonly Buffer[]): number {
    this.#tierUp();
    return super.place(given);
  }

  /** A loop's body is placed once for all iterations, each of which is a run. */
  override placeIn(outer: WasmProgram, arena: Buffer): void {
    this.#tierUp();
    super.placeIn(outer, arena);
  }

  override run(segment: number, isTogether: boolean): Outcome {
    this.#segmentRuns++;
    const run = this.#functionOf(segment);
    if (!run) return super.run(segment, isTogether && this.#isTogetherOnWasm);
    const outcome = run.call(this.#device.memory.bytes, this.table, this.#threads(isTogether));
    if (outcome === "again") this.#leaveLimited();
    return outcome;
  }

  override start(segment: number, isTogether: boolean): Started | undefined {
    this.#segmentRuns++;
    const run = this.#functionOf(segment);
    if (!run) return super.start(segment, isTogether && this.#isTogetherOnWasm);
    const { memory, overWord } = this.#device;
    const started = run.start(memory, this.table, overWord, this.#threads(isTogether));
    if (!started) return undefined;
    const end = () => {
      const ended = started.end();
      if (ended?.outcome === "again") this.#leaveLimited();
      return ended;
    };
    return { ...started, end };
  }

  override isForThreads(): boolean {
    const { team, threads } = this.#device;
    const isNative = this.#state.kind === "native";
    // Workers have to load what they run.
    this.#isTogetherOnWasm = !(isNative && this.#isWhole) && super.isForThreads();
    return isNative && this.#isDivided && threads > 1 && team!.address !== 0
      ? true
      : this.#isTogetherOnWasm;
  }

  /** Whether threads are faster is another question as C. */
  get replacements(): number {
    return this.#state.kind === "native" ? 1 : 0;
  }

  #threads(isTogether: boolean): Threads {
    if (!isTogether) return oneThread;
    return { count: this.#device.threads, team: this.#device.team!.address };
  }

  /** Where it runs. */
  get runsOn(): "native" | "compiling" | "wasm" {
    const { kind } = this.#state;
    return kind === "asked" ? "compiling" : kind === "native" ? kind : "wasm";
  }

  override get note(): string {
    const name = "machine" in this.#toolchain ? this.#toolchain.machine.name : "";
    const reason = this.#reason === undefined ? "" : `: ${this.#reason}`;
    switch (this.#state.kind) {
      case "unasked":
        return "on WebAssembly: it has not run often enough to be compiled";
      case "asked":
        return "on WebAssembly, while C is compiled";
      case "wasm":
        return `on WebAssembly${reason}`;
      case "native": {
        const segments = this.#plan.segments.filter(({ kind }) => kind === "kernels").length;
        const own = this.#state.functions.filter((one) => one !== undefined).length;
        if (own === segments) return `native, with ${name}`;
        return `native, with ${name}, but for ${segments - own} of ${segments} segments${reason}`;
      }
    }
  }

  /** Compiles it from the run on that is worth it, and moves over to what has been compiled. */
  #tierUp(): void {
    if (this.#state.kind === "unasked") {
      const runs = 1 + this.#segmentRuns / this.#kernelSegments;
      if (runs >= fewestRuns && runs * this.milliseconds >= worthCompiling) this.#ask();
    }
    this.#advance();
  }

  /** Resolves when it is native, or known not to be. */
  async ready(): Promise<void> {
    if (this.#state.kind === "unasked") this.#ask();
    if (this.#state.kind === "asked") await this.#state.job.wait();
    this.#advance();
  }

  #functionOf(segment: number): SegmentFunction | undefined {
    return this.#state.kind === "native" ? this.#state.functions[segment] : undefined;
  }

  #ask(): void {
    if (!("machine" in this.#toolchain)) return;
    const { machine, compiler } = this.#toolchain;
    const { text, names, hostOperators, limited, isDivided } = programText(this.#plan, machine);
    this.#isDivided = isDivided;
    this.#limited = limited;
    this.#isWhole = true;
    this.#leaveOut(hostOperators);
    if (isDivided && this.#device.threads > 1) this.#device.team!.ask();
    if (names.every((name) => name === undefined)) this.#state = { kind: "wasm" };
    else this.#state = { kind: "asked", job: compiler.compile(text), names };
  }

  /** Takes over what has been compiled. */
  #advance(): void {
    if (this.#state.kind !== "asked" || !("machine" in this.#toolchain)) return;
    const { job, names } = this.#state;
    if (job.problem !== undefined) this.#leaveToWasm(job.problem);
    else if (job.isDone()) {
      try {
        if (!this.#toolchain.compiler.isSound(job.path)) throw new Error("the object is not whole");
        this.#state = { kind: "native", functions: loadSegments(job.path, names) };
      } catch (error) {
        this.#leaveToWasm(error instanceof Error ? error.message : String(error));
      }
    }
  }

  /** Leaves to WebAssembly what has met, or may meet, numbers beyond what C computes. */
  #leaveLimited(): void {
    if (this.#state.kind !== "native") return;
    const { functions } = this.#state;
    const kept = functions.map((one, i) => (this.#limited.has(i) ? undefined : one));
    const isLeft = kept.every((one) => one === undefined);
    this.#state = isLeft ? { kind: "wasm" } : { kind: "native", functions: kept };
    this.#leaveOut([...this.#limited.values()].flat());
  }

  #leaveOut(operators: Iterable<string>): void {
    for (const operator of operators) this.#byHost.add(operator);
    if (this.#byHost.size === 0) return;
    this.#isWhole = false;
    this.#reason = `JavaScript computes ${[...this.#byHost].join(", ")}`;
  }

  #leaveToWasm(reason: string): void {
    this.#reason = reason;
    this.#state = { kind: "wasm" };
  }
}
