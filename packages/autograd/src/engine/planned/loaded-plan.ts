// A plan with its program loaded on a device. A run places inputs, runs the segments with host
// nodes in between, and keeps or reads the results.

import { outOfRange } from "../../graph/indices.ts";
import { dataOf, type Home, type Value } from "../../graph/node.ts";
import type { Data } from "../../scalar/dtype.ts";
import { answered, type Task } from "../background.ts";
import { type Address, type Failure, MemoryError, type Outcome, type Program } from "../device.ts";
import type { Buffer } from "../kernel/language.ts";
import { Pauses } from "../pauses.ts";
import { isCalledOnce, type Plan, type Result } from "../plan/steps.ts";
import type { Engine } from "./engine.ts";
import { callHost, doneNow, runByHost, tellFailure } from "./host-call.ts";
import type { LoadedLoop } from "./loaded-loop.ts";
import type { ResidentValue } from "./residents.ts";
import { loops } from "./supplied.ts";
import { Trial } from "./thread-trial.ts";

/** Awaited runs of more milliseconds must not block the caller. */
let longRun = 3;

/** For tests, which run everything that is awaited elsewhere. */
export function setLongRun(milliseconds: number): number {
  const before = longRun;
  longRun = milliseconds;
  return before;
}

/** Made once per structure, and run on any data. */
export class LoadedPlan {
  readonly #engine: Engine;
  readonly #plan: Plan;
  readonly #program: Program;
  readonly #loops: readonly (LoadedLoop | undefined)[];
  /** Whether its own program, not a loop's alone, is for threads in this run. */
  #isForThreads = false;
  #trial = new Trial();
  /** Segments that the current run does not repeat. */
  readonly #done = new Set<number>();
  /** What the program counted when the trial began. */
  #replacements = 0;
  /** Milliseconds of the last awaited run. */
  #milliseconds: number | undefined;
  /** Addresses of the current run's inputs; undefined for those given to this run only. */
  readonly #inputs: (Address | undefined)[] = [];
  /** Whether several outputs are one buffer. */
  readonly #hasTwins: boolean;
  /** Whether it is no longer cached; whoever has it may still run it. */
  #isDropped = false;

  constructor(engine: Engine, plan: Plan) {
    this.#engine = engine;
    this.#plan = plan;
    // Checked before code is generated: instructions may be unable to encode such addresses.
    engine.checkFits(plan.layout.bytes);
    this.#program = engine.device.load(plan);
    const hasLoops = plan.segments.some(({ kind }) => kind === "loop");
    this.#loops = hasLoops ? loops.part(engine, plan) : [];
    const buffers = plan.results.flatMap((one) => (one.kind === "buffer" ? [one.buffer] : []));
    this.#hasTwins = new Set(buffers).size < buffers.length;
  }

  /** Its approximate size. */
  get bytes(): number {
    return this.#loops.reduce((sum, loop) => sum + (loop?.bytes ?? 0), this.#program.bytes);
  }

  /** Where it runs, and why not where it might. */
  get note(): string | undefined {
    return this.#program.note;
  }

  /** Frees its own memory. The next run loads it again. */
  unload(): void {
    this.#program.unload();
    for (const loop of this.#loops) loop?.unload();
  }

  /** Called when it is no longer cached. */
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
      const isForThreads = this.#begin(given, homes, atHome);
      if (isForThreads) this.#runAsIsFaster();
      else if (this.#runSegments(false) === "again") this.#runAgain();
      this.#checkFailure(now(this.#program.failure()));
      const outputs = this.#plan.results.map((_, i) => now(this.#output(i, given, atHome)));
      accept?.(outputs);
      return outputs;
    } catch (error) {
      this.#fail();
      throw error;
    } finally {
      this.#end(atHome);
    }
  }

  /** The same; long runs use another thread, and results are read when the device answers. */
  *task(
    given: readonly Value[],
    homes: readonly (Home | undefined)[],
    accept?: (outputs: readonly Value[]) => void,
  ): Task<readonly Value[]> {
    const atHome: (ResidentValue | undefined)[] = [];
    try {
      const isForThreads = this.#begin(given, homes, atHome);
      yield* this.#runAwaited(isForThreads);
      this.#checkFailure(yield* answered(this.#program.failure()));
      const read = this.#plan.results.map((_, i) => this.#output(i, given, atHome));
      const numbers = this.#plan.results.map((result, i) => this.#number(result, atHome[i]));
      const outputs: Value[] = [];
      for (let i = 0; i < read.length; i++) {
        outputs.push(yield* answered(read[i]!));
        const number = numbers[i];
        if (number) atHome[i]!.data = yield* answered(number);
      }
      accept?.(outputs);
      return outputs;
    } catch (error) {
      this.#fail();
      throw error;
    } finally {
      this.#end(atHome);
    }
  }

  /** Whether several threads could take part. */
  #begin(
    given: readonly Value[],
    homes: readonly (Home | undefined)[],
    atHome: (ResidentValue | undefined)[],
  ): boolean {
    this.#done.clear();
    // Before anything is placed: threads load programs into memory.
    this.#isForThreads = this.#program.isForThreads();
    const ofLoops = this.#loops.map((loop) => loop?.isForThreads());
    const isForThreads = this.#isForThreads || ofLoops.includes(true);
    this.#place(given, homes, atHome);
    const { replacements = 0 } = this.#program;
    if (replacements !== this.#replacements) {
      this.#replacements = replacements;
      this.#trial = new Trial();
    }
    return isForThreads;
  }

  #end(atHome: readonly (ResidentValue | undefined)[]): void {
    for (const value of atHome) if (value) value.isNew = false;
    if (this.#isDropped) this.unload();
  }

  /** Tells the host functions that were called. */
  #fail(): void {
    for (const i of this.#done) {
      const segment = this.#plan.segments[i]!;
      if (segment.kind === "host") tellFailure(segment);
    }
  }

  #output(
    i: number,
    given: readonly Value[],
    atHome: readonly (ResidentValue | undefined)[],
  ): Value | Promise<Value> {
    const result = this.#plan.results[i]!;
    if (result.kind === "buffer") return atHome[i] ?? this.#program.read(result.buffer);
    const value = given[result.position]!;
    // A parameter's slot is reused; only its own nodes may hold a reference to it.
    return this.#engine.residents.has(value) ? value.read() : value;
  }

  /**
   * Reads a parameter's value of one element, if it could not be read at once later: numbers that a
   * program decides by, such as how many steps were taken, do not have to be awaited.
   */
  #number(result: Result, value: ResidentValue | undefined): Data | Promise<Data> | undefined {
    const isNumber = this.#engine.device.answersLater && value?.size === 1;
    return isNumber && result.kind === "buffer" ? this.#program.read(result.buffer) : undefined;
  }

  /** Runs all segments: long ones of kernels on another thread, if there is one. */
  *#runAwaited(isForThreads: boolean): Task<void> {
    const { segments } = this.#plan;
    const program = this.#program;
    const isTogether = isForThreads && this.#trial.isTogether();
    const isLong = (this.#milliseconds ?? program.milliseconds ?? 0) > longRun;
    let milliseconds = 0;
    let outcome: Outcome = isTogether ? "together" : "alone";
    for (let i = 0; i < segments.length; i++) {
      const segment = segments[i]!;
      const start = performance.now();
      if (segment.kind !== "kernels") {
        const how = yield* this.#runBetween(i, isTogether, new Pauses());
        if (how === "again") {
          this.#runAgain();
          return;
        }
        if (how === "alone") outcome = how;
        milliseconds += performance.now() - start;
        continue;
      }
      const isOwn = isTogether && this.#isForThreads;
      const started = isLong ? program.start?.(i, isOwn) : undefined;
      if (started) yield started;
      const ended = started?.end();
      const begun = performance.now();
      const how = ended?.outcome ?? program.run(i, isOwn);
      if (how === "again") {
        this.#runAgain();
        return;
      }
      milliseconds += ended?.milliseconds ?? performance.now() - begun;
      if (how === "alone" && isOwn) outcome = how;
    }
    this.#milliseconds = milliseconds;
    if (isForThreads) this.#trial.note(milliseconds, (outcome === "together") === isTogether);
  }

  #runAsIsFaster(): void {
    const isTimed = this.#trial.isTimed();
    const start = isTimed ? performance.now() : 0;
    const isTogether = this.#trial.isTogether();
    const outcome = this.#runSegments(isTogether);
    if (outcome === "again") this.#runAgain();
    const isAsWanted = (outcome === "together") === isTogether;
    this.#trial.note(isTimed ? performance.now() - start : 0, isAsWanted);
  }

  /**
   * A run never writes what it reads from outside, so it can start again. Host functions, in which other
   * processes may take part, are not called again.
   */
  #runAgain(): void {
    while (this.#runSegments(false) === "again");
  }

  #runSegments(isTogether: boolean): Outcome {
    const { segments } = this.#plan;
    let outcome: Outcome = isTogether ? "together" : "alone";
    for (let i = 0; i < segments.length; i++) {
      const segment = segments[i]!;
      const isOwn = isTogether && this.#isForThreads;
      const isKernels = segment.kind === "kernels";
      const how = isKernels
        ? this.#program.run(i, isOwn)
        : doneNow(this.#runBetween(i, isTogether));
      if (how === "again") return how;
      if (how === "alone" && (isOwn || !isKernels)) outcome = how;
    }
    return outcome;
  }

  /** Runs a segment that is not of kernels. */
  *#runBetween(i: number, isTogether: boolean, pauses?: Pauses): Task<Outcome> {
    const segment = this.#plan.segments[i]!;
    if (segment.kind === "host") {
      if (!isCalledOnce(segment)) yield* runByHost(this.#program, segment);
      else if (!this.#done.has(i)) {
        // Its output stays until the end of the run.
        this.#done.add(i);
        yield* callHost(this.#engine, this.#program, segment);
      }
      return isTogether ? "together" : "alone";
    }
    const { outcome, failure } = yield* this.#loops[i]!.run(this.#program, isTogether, pauses);
    if (failure) throw failure;
    return outcome;
  }

  #checkFailure(failure: Failure | undefined): void {
    if (failure) throw outOfRange(this.#plan.checks[failure.check]!, failure.index);
  }

  /** Places everything that it reads and writes; outputs with a home stay there: `atHome`. */
  #place(
    given: readonly Value[],
    homes: readonly (Home | undefined)[],
    atHome: (ResidentValue | undefined)[],
  ): void {
    try {
      this.#tryToPlace(given, homes, atHome);
    } catch (error) {
      if (!(error instanceof MemoryError) || error.isHopeless) throw error;
      // Free memory may be fragmented by what this run uses.
      this.#engine.empty();
      this.#tryToPlace(given, homes, atHome);
    }
  }

  #tryToPlace(
    given: readonly Value[],
    homes: readonly (Home | undefined)[],
    atHome: (ResidentValue | undefined)[],
  ): void {
    const { inputs } = this.#plan;
    this.#engine.begin(given);
    this.#findHomes(homes, atHome);
    const alone: Buffer[] = [];
    for (let i = 0; i < inputs.length; i++) {
      const buffer = inputs[i];
      if (!buffer) continue;
      const address = this.#inMemory(given[i]!);
      this.#inputs[i] = address;
      if (address === undefined) alone.push(buffer);
    }
    for (const loop of this.#loops) loop?.reserve(this.#engine);
    this.#engine.place(this.#program, alone);
    // From here on no block is allocated.
    this.#bindOutputs(atHome);
    this.#giveInputs(given);
  }

  #findHomes(homes: readonly (Home | undefined)[], atHome: (ResidentValue | undefined)[]): void {
    const { results } = this.#plan;
    for (let i = 0; i < results.length; i++) {
      const [home, result] = [homes[i], results[i]!];
      atHome[i] = undefined;
      if (!home || result.kind === "input") continue;
      const { buffer } = result;
      // Two outputs may be one buffer, which can only be in one home.
      if (this.#hasTwins && results.some((one, j) => atHome[j] && isOf(one, buffer))) continue;
      atHome[i] = this.#engine.residents.next(home, buffer.dtype, buffer.size);
    }
  }

  #bindOutputs(atHome: readonly (ResidentValue | undefined)[]): void {
    const { results } = this.#plan;
    for (let i = 0; i < results.length; i++) {
      const [value, result] = [atHome[i], results[i]!];
      if (value && result.kind === "buffer") this.#program.bind(result.buffer, value.address);
    }
  }

  #giveInputs(given: readonly Value[]): void {
    const { residents } = this.#engine;
    const { inputs } = this.#plan;
    for (let i = 0; i < inputs.length; i++) {
      const [buffer, address, value] = [inputs[i], this.#inputs[i], given[i]!];
      if (!buffer) continue;
      if (address !== undefined) this.#program.bind(buffer, address);
      else this.#program.write(buffer, residents.has(value) ? value.moved() : dataOf(value));
    }
  }

  /** The address of a value that is kept in memory between runs, if it is. */
  #inMemory(value: Value): Address | undefined {
    const { residents, constants } = this.#engine;
    return residents.has(value) ? residents.addressOf(value) : constants.addressOf(dataOf(value));
  }
}

function isOf(result: Result, buffer: Buffer): boolean {
  return result.kind === "buffer" && result.buffer === buffer;
}

/** The value of a device that answers at once: runs on others are awaited. */
function now<T>(given: T | Promise<T>): T {
  if (given instanceof Promise) throw new Error("unreachable: a device that answers later");
  return given;
}
