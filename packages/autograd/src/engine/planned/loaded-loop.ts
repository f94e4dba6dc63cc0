// Loops on a device: the body's program is run once per iteration, bound to other parts of the loop's
// buffers each time. No device knows of loops; the condition of one is read between iterations.
import type { NablaError } from "../../graph/errors.ts";
import { outOfRange } from "../../graph/indices.ts";
import { runsAt, unfinished } from "../../ops/loop.ts";
import { allocate } from "../../scalar/dtype.ts";
import { answered, type Task } from "../background.ts";
import type { Outcome, Program } from "../device.ts";
import type { Buffer } from "../kernel/language.ts";
import type { Pauses } from "../pauses.ts";
import type { LoopStep, Plan } from "../plan/steps.ts";
import type { Engine } from "./engine.ts";
import { runByHost } from "./host-call.ts";

/** The loops of a plan, by the number of their segments. */
export function loopsOf(engine: Engine, plan: Plan): readonly (LoadedLoop | undefined)[] {
  return plan.segments.map((segment) =>
    segment.kind === "loop" ? new LoadedLoop(engine, segment) : undefined,
  );
}

export class LoadedLoop {
  readonly step: LoopStep;
  readonly #program: Program;
  readonly #inner: readonly (LoadedLoop | undefined)[];
  /** Whether its own program is for threads, in this run. */
  #isForThreads = false;
  /** Where the carries are, in the current run. */
  #places: Buffer[] = [];

  constructor(engine: Engine, step: LoopStep) {
    this.step = step;
    this.#program = engine.device.load(step.plan);
    this.#inner = loopsOf(engine, step.plan);
  }

  get bytes(): number {
    return this.#inner.reduce((sum, loop) => sum + (loop?.bytes ?? 0), this.#program.bytes);
  }

  /** Allocates what it keeps between runs. */
  reserve(engine: Engine): void {
    engine.reserve(this.#program);
    for (const loop of this.#inner) loop?.reserve(engine);
  }

  unload(): void {
    this.#program.unload();
    for (const loop of this.#inner) loop?.unload();
  }

  /** Whether several threads could take part, now. */
  isForThreads(): boolean {
    this.#isForThreads = this.#program.isForThreads();
    const inner = this.#inner.map((loop) => loop?.isForThreads());
    return this.#isForThreads || inner.includes(true);
  }

  /** Runs all iterations, in a program that is placed; with pauses between them, if it is awaited. */
  *run(outer: Program, isTogether: boolean, pauses?: Pauses): Task<LoopEnd> {
    const { plan, operation, inputs, arena, carries } = this.step;
    const { body } = operation;
    const { length, isReversed, condition = -1 } = body;
    const isByCarry = condition >= 0 && condition < carries.length;
    const program = this.#program;
    program.placeIn(outer, arena);
    this.#bindShared(outer);
    this.#places = inputs.slice(0, carries.length);
    let failure: NablaError | undefined;
    let outcome: Outcome = isTogether ? "together" : "alone";
    let chosen = condition < 0 ? undefined : yield* answered(outer.read(inputs[condition]!));
    let count = 0;
    for (let i = 0; i < length; i++) {
      const pause = pauses?.next();
      if (pause) yield pause;
      const index = isReversed ? length - 1 - i : i;
      if (!runsAt(body, chosen, index)) {
        if (isByCarry && this.step.stacks.length === 0) break;
        this.#skip(outer, index);
        continue;
      }
      this.#bindIteration(outer, count, index, i === length - 1);
      const end = yield* this.#runBody(isTogether, count++ === 0, pauses);
      if (end.outcome === "again") return end;
      if (end.outcome === "alone") outcome = "alone";
      failure ??= end.failure;
      if (!isByCarry) continue;
      // After a failed check, the condition is meaningless and might hold forever.
      if (failure || (yield* answered(program.failure()))) break;
      chosen = yield* answered(program.read(bufferOf(plan, condition)));
    }
    yield* this.#copyLast(outer);
    const own = yield* answered(program.failure());
    if (own) failure = outOfRange(plan.checks[own.check]!, own.index);
    if (isByCarry && runsAt(body, chosen, 0)) failure ??= unfinished(operation);
    return { outcome, failure };
  }

  /** Runs the segments of the body: in the first iteration those, too, that all share. */
  *#runBody(isTogether: boolean, isFirst: boolean, pauses?: Pauses): Task<LoopEnd> {
    const { segments } = this.step.plan;
    let outcome: Outcome = "together";
    let failure: NablaError | undefined;
    for (let j = 0; j < segments.length; j++) {
      const segment = segments[j]!;
      let how: Outcome = "together";
      if (segment.kind === "kernels") {
        if (segment.isOnce && !isFirst) continue;
        if (isTogether && this.#isForThreads) how = this.#program.run(j, true);
        else this.#program.run(j, false);
      }
      if (segment.kind === "host") yield* runByHost(this.#program, segment);
      if (segment.kind === "loop") {
        const inner = yield* this.#inner[j]!.run(this.#program, isTogether, pauses);
        failure ??= inner.failure;
        how = inner.outcome;
      }
      if (how === "again") return { outcome: how, failure: undefined };
      if (how === "alone") outcome = how;
    }
    return { outcome, failure };
  }

  /** Binds the inputs that all iterations share. */
  #bindShared(outer: Program): void {
    const { plan, operation, inputs, carries } = this.step;
    for (let i = carries.length + operation.body.sequences; i < inputs.length; i++) {
      const buffer = plan.inputs[i];
      if (buffer) this.#program.bindTo(buffer, outer, inputs[i]!, 0);
    }
  }

  /** Binds what differs in an iteration, before which `count` have run, with the elements at `index`. */
  #bindIteration(outer: Program, count: number, index: number, isLast: boolean): void {
    const { plan, operation, inputs, carries, last } = this.step;
    const program = this.#program;
    for (let i = 0; i < carries.length; i++) {
      const own = plan.inputs[i];
      if (own) program.bindTo(own, outer, this.#places[i]!, 0);
      const to = (isLast && last[i]) || carries[i]![count % 2]!;
      program.bindTo(bufferOf(plan, i), outer, to, 0);
      this.#places[i] = to;
    }
    for (let i = carries.length; i < carries.length + operation.body.sequences; i++) {
      const own = plan.inputs[i];
      if (own) program.bindTo(own, outer, inputs[i]!, index * own.size);
    }
    this.#bindStacks(outer, index);
  }

  /** Binds the elements of the stacks. */
  #bindStacks(outer: Program, index: number): void {
    const { plan, carries, stacks } = this.step;
    stacks.forEach((stack, i) => {
      const own = bufferOf(plan, carries.length + i);
      this.#program.bindTo(own, outer, stack, index * own.size);
    });
  }

  /** Writes zeros to the elements of the stacks in an iteration that does not run. */
  #skip(outer: Program, index: number): void {
    const { plan, carries, stacks } = this.step;
    this.#bindStacks(outer, index);
    for (let i = 0; i < stacks.length; i++) {
      const own = bufferOf(plan, carries.length + i);
      this.#program.write(own, allocate(own.dtype, own.size));
    }
  }

  /** Copies the last values of carries to where they are not yet. */
  *#copyLast(outer: Program): Task<void> {
    const { last, copies } = this.step;
    for (const { carry, buffer } of [
      ...last.map((one, i) => ({ carry: i, buffer: one })),
      ...copies,
    ]) {
      const from = this.#places[carry]!;
      if (buffer && buffer !== from) outer.write(buffer, yield* answered(outer.read(from)));
    }
  }
}

/** How a loop ran, and what failed first. */
export interface LoopEnd {
  readonly outcome: Outcome;
  readonly failure: NablaError | undefined;
}

function bufferOf({ results }: Plan, i: number): Buffer {
  const result = results[i]!;
  if (result.kind === "input") throw new Error("unreachable: results of a body are its own");
  return result.buffer;
}
