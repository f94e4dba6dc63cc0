// A plan as one WebAssembly module: a function for each kernel, and one for each of the plan's segments,
// which calls its kernels in order. Where several threads are worth it, there are functions for stretches
// of a segment, too: kernels that are divided into parts, and what one thread does between. All
// addresses come from a table in memory that the caller fills (table.ts).
import type { DType } from "../../scalar/dtype.ts";
import type { OperatorName } from "../../scalar/operators.ts";
import type { Plan } from "../plan/plan.ts";
import { FunctionBody, ModuleWriter } from "./encoder.ts";
import { writeKernel } from "./statements.ts";
import { parametersOf, runParameters, totalsOffset } from "./table.ts";
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
  readonly segments: readonly SegmentFunctions[];
}

/** A segment of the plan that is one of kernels. */
export interface SegmentFunctions {
  /** Its number in the plan. */
  readonly segment: number;
  /** By this name the module exports what does all of it. */
  readonly name: string;
  /** What several threads do one after the other; empty where one has to do. */
  readonly stretches: readonly Stretch[];
}

/** A part of a segment: one kernel that is divided, or what lies between such. */
export interface Stretch {
  /** By this number the module exports it. */
  readonly position: number;
  /** How many parts it is worth dividing into. 1: one thread does all. */
  readonly parts: number;
  /** About how long one thread takes. */
  readonly nanoseconds: number;
}

/** What the host has. */
export interface Features {
  /** Whether a product and its addition may be one instruction: relaxed SIMD. */
  readonly isFused: boolean;
  /** Whether memory is shared with other threads. */
  readonly isShared: boolean;
  /** Nanoseconds from which on a kernel is divided among threads. */
  readonly leastShared: number;
}

/** The plan's module. */
export function planToModule(plan: Plan, { isFused, isShared, leastShared }: Features): PlanModule {
  const module = new ModuleWriter();
  const hostOperators = new Map<string, HostOperator>();
  const hostFunction: HostFunction = (operator, on, arity) => {
    const name = `${operator} ${on}`;
    hostOperators.set(name, { name, operator, on });
    const parameters = Array.from({ length: arity }, () => "f64" as const);
    return module.import(name, { parameters, results: ["f64"] });
  };
  const context = {
    hostFunction,
    totalsOffset: totalsOffset(plan.buffers),
    isFused,
    leastShared,
  };
  const written = plan.segments.flatMap((segment, i) =>
    segment.kind === "host"
      ? []
      : { segment: i, kernels: segment.kernels.map((kernel) => writeKernel(kernel, context)) },
  );
  // All imports are known by now: what is defined is numbered behind them.
  const segments = written.map(({ segment, kernels }) => {
    const functions = kernels.map(
      ({ body, parts, nanoseconds }): KernelIndex => ({
        index: module.define(body),
        parts,
        nanoseconds,
      }),
    );
    return { segment, functions, run: module.define(inOrder(functions)) };
  });
  const exported: Record<string, number> = {};
  let count = 0;
  const made = segments.map(({ segment, functions, run }): SegmentFunctions => {
    const name = segment === 0 ? "run" : `run ${segment}`;
    exported[name] = run;
    const isForThreads = isShared && functions.some(({ parts }) => parts > 1);
    const stretches = isForThreads ? stretchesOf(functions) : [];
    return {
      segment,
      name,
      stretches: stretches.map((stretch): Stretch => {
        const [{ parts, index }] = stretch as [KernelIndex];
        const position = count++;
        exported[position] = parts > 1 ? index : module.define(inOrder(stretch));
        const nanoseconds = stretch.reduce((sum, one) => sum + one.nanoseconds, 0);
        return { position, parts, nanoseconds };
      }),
    };
  });
  return {
    bytes: module.encoded(exported, isShared),
    hostOperators: [...hostOperators.values()],
    segments: made,
  };
}

/** A kernel's function in the module. */
interface KernelIndex {
  readonly index: number;
  readonly parts: number;
  readonly nanoseconds: number;
}

/** Each kernel that is divided by itself, and those between. */
function stretchesOf(kernels: readonly KernelIndex[]): readonly (readonly KernelIndex[])[] {
  const stretches: KernelIndex[][] = [];
  kernels.forEach((kernel, i) => {
    const isNew = kernel.parts > 1 || i === 0 || kernels[i - 1]!.parts > 1;
    if (isNew) stretches.push([kernel]);
    else stretches.at(-1)!.push(kernel);
  });
  return stretches;
}

/** All of `kernels`, by the first thread. */
function inOrder(kernels: readonly KernelIndex[]): FunctionBody {
  const body = new FunctionBody(runParameters);
  const { table } = parametersOf(body);
  for (const { index } of kernels) body.code.get(table).i32(0).i32(0).i32(1).call(index);
  return body;
}
