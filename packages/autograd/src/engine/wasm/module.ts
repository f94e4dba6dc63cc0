// Compiles a plan to one WebAssembly module: a function for each kernel, and one for each segment
// of the plan, which calls its kernels in order with their arguments. If several threads are worth
// it, also a function for each stretch of a segment: a kernel divided into parts, or what one
// thread does between such. All addresses come from a table in memory that the caller fills
// (run-table.ts).
import type { DType } from "../../scalar/dtype.ts";
import type { OperatorName } from "../../scalar/operators.ts";
import type { Given, Kernel } from "../kernel/language.ts";
import type { Plan } from "../plan/steps.ts";
import { ArgumentLists, argumentPositions, type NumbersOf } from "./argument-lists.ts";
import { FunctionBody, ModuleWriter } from "./encoder.ts";
import { noArguments } from "./extents.ts";
import { functionOf } from "./kernel-functions.ts";
import { parametersOf, runParameters } from "./run-table.ts";
import { type KernelWork, workOf } from "./statements.ts";
import type { HostFunction } from "./value-writer.ts";

/** An operator that the host computes, on elements of one dtype; imported as `operator dtype`. */
export interface HostOperator {
  readonly name: string;
  readonly operator: OperatorName;
  readonly on: DType;
}

/** The code of a plan, or of plans that differ in numbers only. */
export interface ModuleCode {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly hostOperators: readonly HostOperator[];
  /** By the kernels' order of mention: whether it can run in parts. */
  readonly isDivided: readonly boolean[];
  /** Whether it is for plans that differ in numbers: each step is then a stretch. */
  readonly isForMany: boolean;
  /** Those of the plan that it was written for. */
  readonly segments: readonly SegmentFunctions[];
}

/** What a plan has beside its code. */
export interface ModuleTables {
  /** The argument lists of kernels, for the table. */
  readonly lists: Int32Array;
  readonly segments: readonly SegmentFunctions[];
}

export type PlanModule = ModuleCode & Pick<ModuleTables, "lists">;

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

const noNumbers: NumbersOf = () => [];

/**
 * Compiles the plan's module. If there are numbers that are arguments of kernels, it is for all
 * plans that differ in these.
 */
export function planToModule(plan: Plan, features: Features, numbersOf?: NumbersOf): PlanModule {
  const { isFused, isShared, leastShared } = features;
  const module = new ModuleWriter();
  const hostOperators = new Map<string, HostOperator>();
  const hostFunction: HostFunction = (operator, on, arity) => {
    const name = `${operator} ${on}`;
    hostOperators.set(name, { name, operator, on });
    const parameters = Array.from({ length: arity }, () => "f64" as const);
    return module.import(name, { parameters, results: ["f64"] });
  };
  const lists = new ArgumentLists(plan, numbersOf ?? noNumbers);
  const works = worksOf(plan, leastShared);
  const written = [...kernelsOf(plan)].map(([kernel, given]) => {
    // Of many plans some may be worth it.
    const { parts } = numbersOf ? workOf(kernel, 0) : works.get(kernel)!;
    const numbers = numbersOf ? argumentPositions(numbersOf(kernel), given.length) : noArguments;
    return functionOf(kernel, { hostFunction, isFused, numbers }, parts > 1);
  });
  // All imports are known by now: defined functions are numbered after them.
  const functions = written.map(({ body }) => module.define(body));
  const code = { isDivided: written.map(({ isDivided }) => isDivided), isForMany: !!numbersOf };
  const segments = segmentsOf(plan, works, code, isShared, lists);
  const exported: Record<string, number> = {};
  for (const { own, calls } of segments) {
    exported[own.name] = module.define(inOrder(calls, functions));
  }
  for (const { own, calls, isDivided } of segments.flatMap((one) => one.exported)) {
    const [first] = calls as readonly [Call];
    const body = isDivided ? partOf(first, functions) : inOrder(calls, functions);
    exported[own.position] = module.define(body);
  }
  return {
    ...code,
    bytes: module.encoded(exported, isShared),
    hostOperators: [...hostOperators.values()],
    lists: lists.words,
    segments: segments.map(({ own }) => own),
  };
}

/** What a plan has beside code that it shares with another. */
export function tablesOf(
  plan: Plan,
  code: ModuleCode,
  { isShared, leastShared }: Features,
  numbersOf: NumbersOf = noNumbers,
): ModuleTables {
  const lists = new ArgumentLists(plan, numbersOf);
  // What is divided also depends on what is around the numbers: whole buffers.
  if (!code.isForMany) return { lists: lists.words, segments: code.segments };
  const works = worksOf(plan, leastShared);
  const segments = segmentsOf(plan, works, code, isShared, lists);
  return { lists: lists.words, segments: segments.map(({ own }) => own) };
}

/** The kernels of a plan, in the order of mention, with what they are given the first time. */
export function kernelsOf({ steps }: Plan): ReadonlyMap<Kernel, Given> {
  const kernels = new Map<Kernel, Given>();
  for (const step of steps) {
    if (step.kind === "kernel" && !kernels.has(step.kernel)) kernels.set(step.kernel, step.given);
  }
  return kernels;
}

type Works = ReadonlyMap<Kernel, KernelWork & { readonly kernel: number }>;

/** The estimates of all kernels, with their numbers. */
function worksOf(plan: Plan, leastShared: number): Works {
  const kernels = [...kernelsOf(plan).keys()];
  return new Map(
    kernels.map((kernel, i) => [kernel, { ...workOf(kernel, leastShared), kernel: i }]),
  );
}

/** A segment, or a stretch, with what it calls. */
interface Calling<Own> {
  readonly own: Own;
  readonly calls: readonly Call[];
}

type CallingSegment = Calling<SegmentFunctions> & {
  /** The stretches that the module exports, whether they are used or not. */
  readonly exported: readonly (Calling<Stretch> & { readonly isDivided: boolean })[];
};

function segmentsOf(
  plan: Plan,
  works: Works,
  { isDivided, isForMany }: Pick<ModuleCode, "isDivided" | "isForMany">,
  isShared: boolean,
  lists: ArgumentLists,
): readonly CallingSegment[] {
  let count = 0;
  return plan.segments.flatMap((segment, i): readonly CallingSegment[] => {
    if (segment.kind !== "kernels") return [];
    const calls = segment.steps.map((step): Call => {
      const { kernel, nanoseconds, parts } = works.get(step.kernel)!;
      const list = lists.offsetOf(step);
      return { kernel, nanoseconds, parts: isDivided[kernel] ? parts : 1, list };
    });
    const isForThreads = isShared && calls.some(({ parts }) => parts > 1);
    const isExported = isForMany ? isShared && isDivided.includes(true) : isForThreads;
    const stretches = isForMany ? calls.map((call) => [call]) : stretchesOf(calls);
    const exported = (isExported ? stretches : []).map((ofStretch) => {
      const [{ kernel, parts }] = ofStretch as readonly [Call];
      return {
        own: { position: count++, parts, nanoseconds: timeOf(ofStretch) },
        calls: ofStretch,
        isDivided: isForMany ? isDivided[kernel]! : parts > 1,
      };
    });
    const own: SegmentFunctions = {
      segment: i,
      name: i === 0 ? "run" : `run ${i}`,
      nanoseconds: timeOf(calls),
      stretches: isForThreads ? exported.map((one) => one.own) : [],
    };
    return [{ own, calls, exported }];
  });
}

/** A call of a kernel, by its number, and the offset of the step's argument list in the table. */
interface Call {
  readonly kernel: number;
  readonly list: number;
  readonly parts: number;
  readonly nanoseconds: number;
}

function timeOf(calls: readonly Call[]): number {
  return calls.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0);
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
function inOrder(calls: readonly Call[], functions: readonly number[]): FunctionBody {
  const body = new FunctionBody(runParameters);
  const { table } = parametersOf(body);
  for (const { kernel, list } of calls) {
    body.code.get(table).i32(0).i32(0).i32(1).i32(list).call(functions[kernel]!);
  }
  return body;
}

/** A part of one call, by any thread. */
function partOf({ kernel, list }: Call, functions: readonly number[]): FunctionBody {
  const body = new FunctionBody(runParameters);
  for (const parameter of body.parameters) body.code.get(parameter);
  body.code.i32(list).call(functions[kernel]!);
  return body;
}
