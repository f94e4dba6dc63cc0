// A plan as one WebAssembly module: a function for each kernel, and `run`, which calls them in order.
// Where several threads are worth it, there are functions for segments of the run, too: kernels that
// are divided into parts, and what one thread does between. All addresses come from a table in memory
// that the caller fills (table.ts).
import type { DType } from "../../scalar/dtype.ts";
import type { OperatorName } from "../../scalar/operators.ts";
import type { Plan } from "../plan/plan.ts";
import { type Code, FunctionBody, type Local, ModuleWriter } from "./encoder.ts";
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
  /** What several threads do one after the other; empty where one has to do. */
  readonly segments: readonly Segment[];
}

/** A stretch of the run, exported by its number among them. */
export interface Segment {
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

/** The plan's module. It exports `run`, and its segments if some of it is worth several threads. */
export function planToModule(plan: Plan, { isFused, isShared, leastShared }: Features): PlanModule {
  const module = new ModuleWriter();
  const hostOperators = new Map<string, HostOperator>();
  const hostFunction: HostFunction = (operator, on, arity) => {
    const name = `${operator} ${on}`;
    hostOperators.set(name, { name, operator, on });
    const parameters = Array.from({ length: arity }, () => "f64" as const);
    return module.import(name, { parameters, results: ["f64"] });
  };
  const hasHostSteps = plan.steps.some(({ kind }) => kind === "host");
  const host = hasHostSteps ? module.import("host", { parameters: ["i32"], results: [] }) : 0;
  const written = plan.steps.map((step) =>
    step.kind === "host"
      ? undefined
      : writeKernel(step.kernel, {
          hostFunction,
          totalsOffset: totalsOffset(plan.buffers),
          isFused,
          leastShared,
        }),
  );
  // All imports are known by now: what is defined is numbered behind them.
  const steps = written.map((kernel, i): StepFunction => {
    const step = plan.steps[i]!;
    if (!kernel || step.kind === "host") return { index: host, step: i, parts: 1, nanoseconds: 0 };
    const { body, parts, nanoseconds } = kernel;
    return { index: module.define(body), step: undefined, parts, nanoseconds };
  });
  const run = module.define(inOrder(steps));
  const isForThreads = isShared && steps.some(({ parts }) => parts > 1);
  const stretches = isForThreads ? stretchesOf(steps) : [];
  const functions = stretches.map((stretch, i) => {
    const [first] = stretch as [StepFunction];
    return [String(i), first.parts > 1 ? first.index : module.define(inOrder(stretch))] as const;
  });
  const bytes = module.encoded({ run, ...Object.fromEntries(functions) }, isShared);
  const segments = stretches.map((stretch) => ({
    parts: stretch[0]!.parts,
    nanoseconds: stretch.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0),
  }));
  return { bytes, hostOperators: [...hostOperators.values()], segments };
}

/** A step's function: a kernel, or the host's function for `step`. */
interface StepFunction extends Segment {
  readonly index: number;
  readonly step: number | undefined;
}

/** Each step that is divided by itself, and those between. */
function stretchesOf(steps: readonly StepFunction[]): readonly (readonly StepFunction[])[] {
  const stretches: StepFunction[][] = [];
  steps.forEach((step, i) => {
    const isNew = step.parts > 1 || i === 0 || steps[i - 1]!.parts > 1;
    if (isNew) stretches.push([step]);
    else stretches.at(-1)!.push(step);
  });
  return stretches;
}

/** All of `steps`, by the first thread. */
function inOrder(steps: readonly StepFunction[]): FunctionBody {
  const body = new FunctionBody(runParameters);
  const { table } = parametersOf(body);
  for (const step of steps) callWhole(body.code, step, table);
  return body;
}

function callWhole(code: Code, { index, step }: StepFunction, table: Local): void {
  if (step === undefined) code.get(table).i32(0).i32(0).i32(1).call(index);
  else code.i32(step).call(index);
}
