// Compiles a plan to one WebAssembly module: a function for each kernel, and one for each segment
// of the plan, which calls its kernels in order with their arguments. If several threads are worth
// it, also a function for each stretch of a segment: a kernel divided into parts, or what one
// thread does between such. All addresses come from a table in memory that the caller fills
// (run-table.ts).
import type { DType } from "../../scalar/dtype.ts";
import type { OperatorName } from "../../scalar/operators.ts";
import type { Given, Kernel } from "../kernel/language.ts";
import type { Plan } from "../plan/plan.ts";
import { FunctionBody, ModuleWriter } from "./encoder.ts";
import {
  addressOffset,
  listsOffset,
  parametersOf,
  runParameters,
  totalsOffset,
} from "./run-table.ts";
import { type KernelFunction, writeKernel } from "./statements.ts";
import type { HostFunction } from "./value-writer.ts";

/** An operator that the host computes, on elements of one dtype; imported as `operator dtype`. */
export interface HostOperator {
  readonly name: string;
  readonly operator: OperatorName;
  readonly on: DType;
}

export interface PlanModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly hostOperators: readonly HostOperator[];
  /** The argument lists of kernels, for the table. */
  readonly lists: Int32Array;
  readonly segments: readonly SegmentFunctions[];
}

/** The functions of a segment of kernels. */
export interface SegmentFunctions {
  /** Its number in the plan. */
  readonly segment: number;
  /** The exported name of the function that runs all of it. */
  readonly name: string;
  /** The estimated time on one thread. */
  readonly nanoseconds: number;
  /** What several threads run one after another; empty if one thread is enough. */
  readonly stretches: readonly Stretch[];
}

/** A part of a segment: one kernel that is divided, or kernels between such. */
export interface Stretch {
  /** The exported name of its function. */
  readonly position: number;
  /** How many parts it is worth dividing into. 1: one thread runs all. */
  readonly parts: number;
  /** The estimated time on one thread. */
  readonly nanoseconds: number;
}

/** Features of the host. */
export interface Features {
  /** Whether a multiply-add may be one instruction: relaxed SIMD. */
  readonly isFused: boolean;
  /** Whether memory is shared with other threads. */
  readonly isShared: boolean;
  /** Nanoseconds from which on a kernel is divided among threads. */
  readonly leastShared: number;
}

/** Compiles the plan's module. */
export function planToModule(plan: Plan, { isFused, isShared, leastShared }: Features): PlanModule {
  const module = new ModuleWriter();
  const hostOperators = new Map<string, HostOperator>();
  const hostFunction: HostFunction = (operator, on, arity) => {
    const name = `${operator} ${on}`;
    hostOperators.set(name, { name, operator, on });
    const parameters = Array.from({ length: arity }, () => "f64" as const);
    return module.import(name, { parameters, results: ["f64"] });
  };
  const lists = new Lists(plan);
  const context = {
    hostFunction,
    totalsOffset: totalsOffset(plan.buffers, lists.words.length),
    isFused,
    leastShared,
  };
  const written = new Map<Kernel, KernelFunction>();
  for (const step of plan.steps) {
    if (step.kind === "host" || written.has(step.kernel)) continue;
    written.set(step.kernel, writeKernel(step.kernel, context));
  }
  // All imports are known by now: defined functions are numbered after them.
  const indices = new Map([...written].map(([kernel, { body }]) => [kernel, module.define(body)]));
  const segments = plan.segments.flatMap((segment, i) => {
    if (segment.kind === "host") return [];
    const calls = segment.steps.map(({ kernel, given }): Call => {
      const { parts, nanoseconds } = written.get(kernel)!;
      return { index: indices.get(kernel)!, list: lists.offsetOf(given), parts, nanoseconds };
    });
    return { segment: i, calls, run: module.define(inOrder(calls)) };
  });
  const exported: Record<string, number> = {};
  let count = 0;
  const made = segments.map(({ segment, calls, run }): SegmentFunctions => {
    const name = segment === 0 ? "run" : `run ${segment}`;
    exported[name] = run;
    const isForThreads = isShared && calls.some(({ parts }) => parts > 1);
    const stretches = isForThreads ? stretchesOf(calls) : [];
    return {
      segment,
      name,
      nanoseconds: timeOf(calls),
      stretches: stretches.map((stretch): Stretch => {
        const [first] = stretch as [Call];
        const { parts } = first;
        const position = count++;
        exported[position] = module.define(parts > 1 ? partOf(first) : inOrder(stretch));
        return { position, parts, nanoseconds: timeOf(stretch) };
      }),
    };
  });
  return {
    bytes: module.encoded(exported, isShared),
    hostOperators: [...hostOperators.values()],
    lists: lists.words,
    segments: made,
  };
}

/** A kernel's function in the module, and the offset of a step's argument list in the table. */
interface Call {
  readonly index: number;
  readonly list: number;
  readonly parts: number;
  readonly nanoseconds: number;
}

function timeOf(calls: readonly Call[]): number {
  return calls.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0);
}

/** The argument lists of kernels, concatenated in the table. */
class Lists {
  readonly words: Int32Array;
  readonly #offsets = new Map<Given, number>();

  constructor({ buffers, steps }: Plan) {
    const words: number[] = [];
    for (const step of steps) {
      if (step.kind === "host" || this.#offsets.has(step.given)) continue;
      this.#offsets.set(step.given, listsOffset(buffers) + 4 * words.length);
      for (const one of step.given) {
        words.push(typeof one === "number" ? one : addressOffset(one.id));
      }
    }
    this.words = Int32Array.from(words);
  }

  /** The offset of a list in the table. */
  offsetOf(given: Given): number {
    return this.#offsets.get(given)!;
  }
}

/** Each divided kernel by itself, and those in between. */
function stretchesOf(calls: readonly Call[]): readonly (readonly Call[])[] {
  const stretches: Call[][] = [];
  calls.forEach((call, i) => {
    const isNew = call.parts > 1 || i === 0 || calls[i - 1]!.parts > 1;
    if (isNew) stretches.push([call]);
    else stretches.at(-1)!.push(call);
  });
  return stretches;
}

/** All of `calls`, by the first thread. */
function inOrder(calls: readonly Call[]): FunctionBody {
  const body = new FunctionBody(runParameters);
  const { table } = parametersOf(body);
  for (const { index, list } of calls) {
    body.code.get(table).i32(0).i32(0).i32(1).i32(list).call(index);
  }
  return body;
}

/** A part of one call, by any thread. */
function partOf({ index, list }: Call): FunctionBody {
  const body = new FunctionBody(runParameters);
  for (const parameter of body.parameters) body.code.get(parameter);
  body.code.i32(list).call(index);
  return body;
}
