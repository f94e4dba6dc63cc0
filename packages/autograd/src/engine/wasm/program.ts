// Programs: a plan's compiled module on the device's current memory. It gets addresses from a table
// of its own.

import { bytesPerElement, type Data, isFloating, viewOf } from "../../scalar/dtype.ts";
import type { Address, Failure, Outcome, Program, Started } from "../device.ts";
import type { Buffer } from "../kernel/language.ts";
import { arenaBytesOf } from "../plan/arena.ts";
import type { Plan } from "../plan/steps.ts";
import type { Target } from "../target.ts";
import type { RunFunction, RunStretch } from "./division.ts";
import { hasFusedMultiply } from "./features.ts";
import type { Heap } from "./heap.ts";
import type { Memory } from "./host.ts";
import type { HostOperator, SegmentFunctions } from "./module.ts";
import type { Pool } from "./pool.ts";
import { listsOffset, tableBytes, tableWords } from "./run-table.ts";
import type { Runner } from "./runner.ts";
import { runnerOperators } from "./runner-source.ts";
import type { SharedModule } from "./shared-module.ts";
import type { SharedModules } from "./shared-modules.ts";
import { leastSharedTime } from "./target.ts";

/** What programs run on. */
export interface Machine {
  readonly target: Target;
  readonly memory: Heap;
  readonly modules: SharedModules;
  /** Threads that take part; undefined if there is only one. */
  readonly pool: Pool | undefined;
  /** Does awaited runs; undefined if the first thread has to. */
  readonly runner: Runner | undefined;
  /** Continues with one thread, in a memory that a lost thread cannot access. */
  leaveThreads(): void;
}

/** A segment of kernels with its functions. */
interface RunSegment {
  readonly run: RunFunction;
  readonly stretches: readonly RunStretch[];
  hasRun: boolean;
}

export class WasmProgram implements Program {
  readonly #device: Machine;
  readonly #plan: Plan;
  readonly #module: SharedModule;
  readonly #lists: Int32Array;
  readonly #segments: readonly SegmentFunctions[];
  readonly milliseconds: number;
  readonly bytes: number;
  /** Whether any of it is worth several threads. */
  readonly #isWorthThreads: boolean;
  /** The memory that the functions are bound to, and these by the segment's number in the plan. */
  #memory: Memory | undefined;
  readonly #functions: RunSegment[] = [];
  /** The table's address; 0 if it has none. */
  #table = 0;
  /** The arena whose addresses are in the table, once it is filled in. */
  #arena: number | undefined;
  /** Buffers of the arena that were bound to a block. */
  readonly #bound: Buffer[] = [];

  constructor(plan: Plan, device: Machine) {
    const { module, bytes, lists, segments } = device.modules.of(plan, {
      isFused: hasFusedMultiply(),
      isShared: device.memory.isShared,
      leastShared: leastSharedTime(),
    });
    this.#device = device;
    this.#plan = plan;
    this.#module = module;
    this.#lists = lists;
    this.#segments = segments;
    this.milliseconds = segments.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0) / 1e6;
    this.bytes = bytes;
    this.#isWorthThreads = segments.some(({ stretches }) => stretches.length > 0);
  }

  /** The table's address, from `place` on. */
  get table(): Address {
    return this.#table;
  }

  /** There is no other place. */
  get note(): string | undefined {
    return undefined;
  }

  reserve(): number {
    if (this.#table !== 0) return 0;
    const heap = this.#device.memory;
    const { buffers } = this.#plan;
    const bytes = tableBytes(buffers, this.#lists.length);
    const table = heap.allocate(bytes);
    if (table === undefined) return bytes;
    this.#table = table;
    heap.words.set(this.#lists, (table + listsOffset(buffers)) / 4);
    return 0;
  }

  place(given: readonly Buffer[]): number {
    const missing = this.reserve();
    if (missing > 0) return missing;
    const heap = this.#device.memory;
    const { layout } = this.#plan;
    // Inputs for this run only come after the arena's buffers.
    let bytes = layout.bytes;
    for (const buffer of given) bytes += arenaBytesOf(buffer, this.#device.target);
    let arena = heap.beyond(bytes);
    // Modules that workers are loading may be in the way.
    if (arena === undefined && this.#device.pool?.finishLoading()) arena = heap.beyond(bytes);
    if (arena === undefined) return bytes;
    this.#fillTable(arena);
    let next = arena + layout.bytes;
    for (const buffer of given) {
      this.#setAddress(buffer, next);
      next += arenaBytesOf(buffer, this.#device.target);
    }
    heap.words[this.#table / 4 + tableWords.failedCheck] = 0;
    return 0;
  }

  placeIn(outer: WasmProgram, arena: Buffer): void {
    this.#fillTable(outer.#addressOf(arena));
    this.#device.memory.words[this.#table / 4 + tableWords.failedCheck] = 0;
  }

  bind(buffer: Buffer, address: number): void {
    this.#setAddress(buffer, address);
    if (this.#plan.layout.offsets.has(buffer)) this.#bound.push(buffer);
  }

  bindTo(buffer: Buffer, outer: WasmProgram, whole: Buffer, first: number): void {
    this.#setAddress(buffer, outer.#addressOf(whole) + first * bytesPerElement(whole.dtype));
    // Its buffers are elsewhere in each iteration.
    this.#arena = undefined;
  }

  write(buffer: Buffer, data: Data): void {
    this.#device.memory.write(this.#addressOf(buffer), data);
  }

  read(buffer: Buffer): Data {
    return this.#device.memory.read(this.#addressOf(buffer), buffer.dtype, buffer.size);
  }

  view(buffer: Buffer): Data {
    const { bytes } = this.#device.memory;
    return viewOf(bytes.buffer, this.#addressOf(buffer), buffer.dtype, buffer.size);
  }

  /** If they could but have not loaded it yet, they are told to. */
  isForThreads(): boolean {
    if (!this.#isWorthThreads) return false;
    const module = this.#module;
    // A single run is worth neither starting threads nor loading it there.
    if (!module.hasRun) {
      module.hasRun = true;
      return false;
    }
    const { pool } = this.#device;
    if (!pool) return false;
    if (module.loaded && pool.has(module.loaded)) return pool.isIdle();
    // Loading goes on while this thread runs it alone.
    module.loaded = pool.load(module.code.bytes);
    return false;
  }

  run(segment: number, isTogether: boolean): Outcome {
    const functions = this.#functionsOf(segment);
    const { stretches } = functions;
    if (!isTogether || stretches.length === 0) {
      this.#runAlone(functions);
      return isTogether ? "together" : "alone";
    }
    const { pool } = this.#device;
    const outcome = pool ? pool.run(this.#module.loaded!, this.#table, stretches) : "busy";
    if (outcome === "done") return "together";
    if (outcome === "lost") return this.#leaveThreads();
    this.#runAlone(functions);
    return "alone";
  }

  start(segment: number, isTogether: boolean): Started | undefined {
    const { runner, pool } = this.#device;
    const functions = this.#segments.find((one) => one.segment === segment)!;
    const { name, stretches, nanoseconds } = functions;
    const { number, compiled, code } = this.#module;
    const imports = code.hostOperators;
    // Programs that need more of the host are left to the first thread.
    if (!runner || !imports.every(isForRunner)) return undefined;
    const isDivided = isTogether && stretches.length > 0;
    const shared = isDivided ? pool?.share(this.#module.loaded!, this.#table) : undefined;
    const endShared = (lost: number) => !shared || pool!.endShared(lost);
    const given = runner.start(
      { program: number, module: compiled, imports },
      {
        name,
        table: this.#table,
        stretches: shared && stretches,
        control: shared?.control ?? 0,
        threads: shared?.threads ?? 1,
      },
      nanoseconds / 1e6,
    );
    if (!given) return undefined;
    const isAsWanted = isTogether && (!isDivided || shared !== undefined);
    const end = (): ReturnType<Started["end"]> => {
      const ended = given.end();
      if (ended.kind === "not begun") return undefined;
      if (ended.kind === "lost" || !endShared(ended.lost)) {
        return { outcome: this.#leaveThreads(), milliseconds: 0 };
      }
      const outcome = isAsWanted ? "together" : "alone";
      return { outcome, milliseconds: ended.milliseconds };
    };
    return { over: given.over, wait: given.wait, end };
  }

  /** The whole run has to be repeated. */
  #leaveThreads(): "again" {
    this.#device.leaveThreads();
    this.#device.memory.words[this.#table / 4 + tableWords.failedCheck] = 0;
    return "again";
  }

  /**
   * Runs a segment by this thread. The first time in parts: V8 ends a call in the code that it
   * began in, and goes over to optimised code with the next one.
   */
  #runAlone(segment: RunSegment): void {
    const { run, stretches, hasRun } = segment;
    segment.hasRun = true;
    if (hasRun || stretches.length === 0) {
      run(this.#table, 0, 0, 1);
      return;
    }
    for (const { run: runPart, parts } of stretches) {
      for (let part = 0; part < parts; part++) runPart(this.#table, 0, part, parts);
    }
  }

  failure(): Failure | undefined {
    const { words } = this.#device.memory;
    const check = words[this.#table / 4 + tableWords.failedCheck]!;
    if (check === 0) return undefined;
    return { check: check - 1, index: words[this.#table / 4 + tableWords.failedIndex]! };
  }

  unload(): void {
    if (this.#table !== 0) this.#device.memory.free(this.#table);
    this.#table = 0;
    this.#arena = undefined;
    this.#device.runner?.drop(this.#module.number);
  }

  /** Fills in the addresses of the arena's buffers, unless they are there from the last run. */
  #fillTable(arena: number): void {
    const { offsets } = this.#plan.layout;
    if (this.#arena === arena) {
      for (const buffer of this.#bound) this.#setAddress(buffer, arena + offsets.get(buffer)!);
    } else {
      for (const [buffer, offset] of offsets) this.#setAddress(buffer, arena + offset);
      this.#arena = arena;
    }
    this.#bound.length = 0;
  }

  /** The position of a buffer's address in the heap's words. */
  #entryOf(buffer: Buffer): number {
    return this.#table / 4 + tableWords.buffers + buffer.id;
  }

  #addressOf(buffer: Buffer): number {
    return this.#device.memory.words[this.#entryOf(buffer)]! >>> 0;
  }

  #setAddress(buffer: Buffer, address: number): void {
    this.#device.memory.words[this.#entryOf(buffer)] = address;
  }

  /** The functions, which are bound to one memory. */
  #functionsOf(segment: number): RunSegment {
    const { memory } = this.#device.memory;
    if (this.#memory !== memory) this.#instantiate(memory);
    return this.#functions[segment]!;
  }

  #instantiate(memory: Memory): void {
    const functions = this.#module.functionsOn(memory);
    this.#memory = memory;
    for (const { segment, name, stretches } of this.#segments) {
      this.#functions[segment] = {
        run: functions[name]!,
        stretches: stretches.map((stretch) => ({
          ...stretch,
          run: functions[stretch.position]!,
        })),
        hasRun: false,
      };
    }
  }
}

function isForRunner({ operator, on }: HostOperator): boolean {
  return isFloating(on) && runnerOperators.has(operator);
}
