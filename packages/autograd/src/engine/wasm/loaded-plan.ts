// A plan whose module is loaded. It runs on the addresses in a table of its own.

import { outOfRange } from "../../graph/indices.ts";
import { dataOf, type Home, type Value } from "../../graph/node.ts";
import type { Buffer } from "../kernel/language.ts";
import { arenaBytesOf } from "../plan/memory.ts";
import type { Plan, Result } from "../plan/plan.ts";
import { interpret } from "../reference/interpret.ts";
import { readFrom, writeTo } from "./copies.ts";
import type { Engine } from "./engine.ts";
import { MemoryError } from "./heap.ts";
import type { Loaded } from "./pool.ts";
import { Program } from "./program.ts";
import { isResident, type ResidentValue } from "./residents.ts";
import { tableBytes, tableWords } from "./table.ts";
import { Trial } from "./trial.ts";

/** Made once for each structure, and run on any data. */
export class LoadedPlan {
  readonly #engine: Engine;
  readonly #plan: Plan;
  readonly #program: Program;
  #loaded: Loaded | undefined;
  readonly #trial = new Trial();
  #hasRun = false;
  #table = 0;
  /** The arena whose addresses are in the table, once that is filled in. */
  #arena: number | undefined;
  /** Where the inputs of the run under way lie; undefined: to be laid behind the buffers. */
  readonly #inputs: (number | undefined)[] = [];
  /** Whether several outputs are one buffer. */
  readonly #hasTwins: boolean;
  /** Whether it is made anew for the next graph of its structure; who has it may still run it. */
  #isDropped = false;
  /** Of its module; compiled, it takes a few times as much. */
  readonly bytes: number;

  constructor(engine: Engine, plan: Plan) {
    this.#engine = engine;
    this.#plan = plan;
    // Before it is written: instructions have no place for addresses beyond 32 bits.
    engine.heap.checkFits(plan.layout.bytes);
    this.#program = new Program(plan, engine.heap, (step) => this.#host(step));
    this.bytes = this.#program.module.length;
    const buffers = plan.results.flatMap((one) => (one.kind === "buffer" ? [one.buffer] : []));
    this.#hasTwins = new Set(buffers).size < buffers.length;
  }

  /** Gives back the memory that it alone uses. A run makes it ready again. */
  unload(): void {
    if (this.#table !== 0) this.#engine.heap.free(this.#table);
    this.#table = 0;
    this.#arena = undefined;
  }

  /** It is no longer among the plans that are kept. */
  drop(): void {
    this.#isDropped = true;
    this.unload();
  }

  run(
    given: readonly Value[],
    homes: readonly (Home | undefined)[],
    accept?: (outputs: readonly Value[]) => void,
  ): readonly Value[] {
    const atHome: (ResidentValue | undefined)[] = [];
    try {
      const isLoaded = this.#isLoaded();
      this.#place(given, homes, atHome);
      const { heap } = this.#engine;
      heap.words[this.#table / 4 + tableWords.failedCheck] = 0;
      if (isLoaded) this.#runAsIsFaster();
      else this.#program.run(this.#table);
      this.#checkFailure();
      const outputs = this.#plan.results.map((result, i) => {
        if (result.kind === "input") {
          const value = given[result.position]!;
          // A parameter's place is used again; only its own nodes may hold what is there.
          return isResident(value) ? value.read() : value;
        }
        const { buffer } = result;
        return atHome[i] ?? readFrom(heap, this.#addressOf(buffer), buffer.dtype, buffer.size);
      });
      accept?.(outputs);
      return outputs;
    } finally {
      for (const value of atHome) if (value) value.isNew = false;
      if (this.#isDropped) this.unload();
    }
  }

  /** Whether other threads can take part; if they could, and have not loaded it yet, they are told to. */
  #isLoaded(): boolean {
    if (!this.#program.isForThreads) return false;
    const { pool } = this.#engine;
    if (!pool) return false;
    if (this.#loaded && pool.has(this.#loaded)) return true;
    // What runs only once is not worth it; and loading goes on while this thread runs it alone.
    if (this.#hasRun) this.#loaded = pool.load(this.#program.module);
    this.#hasRun = true;
    return false;
  }

  #runAsIsFaster(): void {
    const isTimed = this.#trial.isTimed();
    const start = isTimed ? performance.now() : 0;
    const isTogether = this.#trial.isTogether();
    const isDone = isTogether && this.#isDoneTogether();
    if (!isDone) this.#program.run(this.#table);
    // What was to be done together, while others were busy, says nothing of either way.
    if (isDone !== isTogether) return;
    this.#trial.note(isTimed ? performance.now() - start : 0);
  }

  /**
   * Whether several threads have done it. Where one is lost in the middle of it, all is to be done
   * again: what a run reads from outside it never writes, so that it can begin anew from there.
   */
  #isDoneTogether(): boolean {
    const outcome = this.#engine.pool!.run(this.#loaded!, this.#table, this.#program.segments());
    if (outcome !== "lost") return outcome === "done";
    this.#engine.leaveThreads();
    this.#engine.heap.words[this.#table / 4 + tableWords.failedCheck] = 0;
    return false;
  }

  /** Where in the heap's words the address of a buffer is. */
  #entryOf(buffer: Buffer): number {
    return this.#table / 4 + tableWords.buffers + buffer.id;
  }

  #addressOf(buffer: Buffer): number {
    return this.#engine.heap.words[this.#entryOf(buffer)]! >>> 0;
  }

  #setAddress(buffer: Buffer, address: number): void {
    this.#engine.heap.words[this.#entryOf(buffer)] = address;
  }

  /** Finds places for all that it reads and writes; those of outputs with a home are `atHome`. */
  #place(
    given: readonly Value[],
    homes: readonly (Home | undefined)[],
    atHome: (ResidentValue | undefined)[],
  ): void {
    try {
      this.#tryToPlace(given, homes, atHome);
    } catch (error) {
      if (!(error instanceof MemoryError) || error.isHopeless) throw error;
      // What is free may lie in pieces between what this run uses.
      this.#engine.empty();
      this.#tryToPlace(given, homes, atHome);
    }
  }

  #tryToPlace(
    given: readonly Value[],
    homes: readonly (Home | undefined)[],
    atHome: (ResidentValue | undefined)[],
  ): void {
    const { inputs, layout, buffers } = this.#plan;
    this.#engine.begin(given);
    this.#findHomes(homes, atHome);
    // Inputs that do not lie in memory are laid behind the arena's buffers.
    let end = layout.bytes;
    for (let i = 0; i < inputs.length; i++) {
      const buffer = inputs[i];
      if (!buffer) continue;
      const address = this.#inMemory(given[i]!);
      this.#inputs[i] = address;
      if (address === undefined) end += arenaBytesOf(buffer);
    }
    if (this.#table === 0) this.#table = this.#engine.heap.allocate(tableBytes(buffers));
    const arena = this.#engine.arenaOf(end);
    // From here on no block is allocated.
    this.#readyTable(arena);
    this.#setOutputs(atHome, arena);
    this.#setInputs(given, arena + layout.bytes);
  }

  #findHomes(homes: readonly (Home | undefined)[], atHome: (ResidentValue | undefined)[]): void {
    const { results } = this.#plan;
    for (let i = 0; i < results.length; i++) {
      const [home, result] = [homes[i], results[i]!];
      atHome[i] = undefined;
      if (!home || result.kind === "input") continue;
      const { buffer } = result;
      // Two outputs may be one buffer; only one of them can be its home.
      if (this.#hasTwins && results.some((one, j) => atHome[j] && isOf(one, buffer))) continue;
      atHome[i] = this.#engine.residents.next(home, buffer.dtype, buffer.size);
    }
  }

  #setOutputs(atHome: readonly (ResidentValue | undefined)[], arena: number): void {
    const { results, layout } = this.#plan;
    for (let i = 0; i < results.length; i++) {
      const result = results[i]!;
      if (result.kind === "input") continue;
      const { buffer } = result;
      const value = atHome[i];
      if (value) this.#setAddress(buffer, value.address);
      else if (!this.#hasTwins || !results.some((one, j) => atHome[j] && isOf(one, buffer))) {
        this.#setAddress(buffer, arena + layout.offsets.get(buffer)!);
      }
    }
  }

  #setInputs(given: readonly Value[], behind: number): void {
    const { inputs } = this.#plan;
    let next = behind;
    for (let i = 0; i < inputs.length; i++) {
      const buffer = inputs[i];
      if (!buffer) continue;
      const address = this.#inputs[i];
      this.#setAddress(buffer, address ?? next);
      if (address !== undefined) continue;
      const value = given[i]!;
      writeTo(this.#engine.heap, next, isResident(value) ? value.moved() : dataOf(value));
      next += arenaBytesOf(buffer);
    }
  }

  /** Where a value lies from run to run, if it does. */
  #inMemory(value: Value): number | undefined {
    const { residents, constants } = this.#engine;
    return isResident(value) ? residents.addressOf(value) : constants.addressOf(dataOf(value));
  }

  /** Fills in the addresses of what lies in the arena, unless they are there from the last run. */
  #readyTable(arena: number): void {
    if (this.#arena === arena) return;
    for (const [buffer, offset] of this.#plan.layout.offsets) {
      this.#setAddress(buffer, arena + offset);
    }
    this.#arena = arena;
  }

  #checkFailure(): void {
    const { words } = this.#engine.heap;
    const check = words[this.#table / 4 + tableWords.failedCheck]!;
    if (check === 0) return;
    const index = words[this.#table / 4 + tableWords.failedIndex]!;
    throw outOfRange(this.#plan.checks[check - 1]!, index);
  }

  /** Computes a node that no kernel does, on the arrays of its buffers. */
  #host(step: number): void {
    const { heap } = this.#engine;
    const host = this.#plan.steps[step]!;
    if (host.kind !== "host") throw new Error(`unreachable: step ${step} is a kernel`);
    const inputs = host.inputs.map((buffer) =>
      readFrom(heap, this.#addressOf(buffer), buffer.dtype, buffer.size),
    );
    const [output] = host.writes;
    writeTo(heap, this.#addressOf(output!), interpret(host.node, inputs));
  }
}

function isOf(result: Result, buffer: Buffer): boolean {
  return result.kind === "buffer" && result.buffer === buffer;
}
