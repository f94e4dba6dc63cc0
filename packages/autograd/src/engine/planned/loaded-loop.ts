// Loops on a device: the body's program is run once per iteration, bound to other parts of the loop's
// buffers each time. No device knows of loops.
import type { Data } from "../../scalar/dtype.ts";
import { answered, type Task } from "../background.ts";
import type { Failure, Outcome, Program } from "../device.ts";
import type { Buffer } from "../kernel/language.ts";
import type { Pauses } from "../pauses.ts";
import type { LoopStep, Plan, Segment } from "../plan/steps.ts";
import { interpret } from "../reference/interpret.ts";
import type { Engine } from "./engine.ts";

type HostSegment = Extract<Segment, { kind: "host" }>;

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
    const { plan, operation, arena } = this.step;
    const { length, isReversed } = operation.body;
    const program = this.#program;
    program.placeIn(outer, arena);
    this.#bindShared(outer);
    let failure: LoopFailure | undefined;
    let outcome: Outcome = isTogether ? "together" : "alone";
    for (let i = 0; i < length; i++) {
      const pause = pauses?.next();
      if (pause) yield pause;
      this.#bindIteration(outer, i, isReversed ? length - 1 - i : i);
      for (let j = 0; j < plan.segments.length; j++) {
        const segment = plan.segments[j]!;
        let how: Outcome = outcome;
        if (segment.kind === "kernels") {
          if (isTogether && this.#isForThreads) how = program.run(j, true);
          else program.run(j, false);
        }
        if (segment.kind === "host") yield* runByHost(program, segment);
        if (segment.kind === "loop") {
          const inner = yield* this.#inner[j]!.run(program, isTogether, pauses);
          failure ??= inner.failure;
          how = inner.outcome;
        }
        if (how === "again") return { outcome: how, failure: undefined };
        if (how === "alone") outcome = how;
      }
    }
    const own = yield* answered(program.failure());
    return { outcome, failure: own ? { plan, ...own } : failure };
  }

  /** Binds the inputs that all iterations share. */
  #bindShared(outer: Program): void {
    const { plan, operation, inputs, carries } = this.step;
    for (let i = carries.length + operation.body.sequences; i < inputs.length; i++) {
      const buffer = plan.inputs[i];
      if (buffer) this.#program.bindTo(buffer, outer, inputs[i]!, 0);
    }
  }

  /** Binds what differs in the iteration `turn`, which has the elements at `index`. */
  #bindIteration(outer: Program, turn: number, index: number): void {
    const { plan, operation, inputs, carries, last, others } = this.step;
    const { length, sequences } = operation.body;
    const program = this.#program;
    const isLast = turn === length - 1;
    for (let i = 0; i < carries.length; i++) {
      const places = carries[i]!;
      const own = plan.inputs[i];
      const from = turn === 0 ? inputs[i]! : places[(turn - 1) % 2]!;
      if (own) program.bindTo(own, outer, from, 0);
      const to = (isLast && last[i]) || places[turn % 2]!;
      program.bindTo(bufferOf(plan, i), outer, to, 0);
    }
    for (let i = carries.length; i < carries.length + sequences; i++) {
      const own = plan.inputs[i];
      if (own) program.bindTo(own, outer, inputs[i]!, index * own.size);
    }
    others.forEach(({ buffer, isStacked }, i) => {
      const own = bufferOf(plan, carries.length + i);
      program.bindTo(own, outer, buffer, isStacked ? index * own.size : 0);
    });
  }
}

/** How a loop ran, and what failed first. */
export interface LoopEnd {
  readonly outcome: Outcome;
  readonly failure: LoopFailure | undefined;
}

/** An index that was out of range, and the plan with the check. */
export interface LoopFailure extends Failure {
  readonly plan: Plan;
}

function bufferOf({ results }: Plan, i: number): Buffer {
  const result = results[i]!;
  if (result.kind === "input") throw new Error("unreachable: results of a body are its own");
  return result.buffer;
}

/** Computes a node that no kernel computes, on the arrays of its buffers. */
export function* runByHost(program: Program, { node, inputs, writes }: HostSegment): Task<void> {
  const read = inputs.map((buffer) => program.read(buffer));
  const arrays: Data[] = [];
  for (const array of read) arrays.push(yield* answered(array));
  program.write(writes[0]!, interpret(node, arrays));
}

/** Does a task of a device that answers at once. */
export function doneNow<T>(task: Task<T>): T {
  const { done, value } = task.next();
  if (!done) throw new Error("unreachable: a device that answers later");
  return value;
}
