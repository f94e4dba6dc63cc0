// A plan as one WebAssembly module: a function for each kernel, `run`, which calls them in order,
// and `part`, by which several threads do so together. All addresses come from a table in memory
// that the caller fills (table.ts).
import type { DType } from "../../scalar/dtype.ts";
import type { OperatorName } from "../../scalar/operators.ts";
import type { Plan } from "../plan/plan.ts";
import { controlWords } from "./control.ts";
import { type Code, FunctionBody, type Local, ModuleWriter } from "./encoder.ts";
import { writeKernel } from "./statements.ts";
import { totalsOffset } from "./table.ts";
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
  /** Whether there is a function for a part of the run. */
  readonly isForThreads: boolean;
}

/** What the host has. */
export interface Features {
  /** Whether a product and its addition may be one instruction: relaxed SIMD. */
  readonly isFused: boolean;
  /** Whether memory is shared with other threads. */
  readonly isShared: boolean;
}

/** The plan's module. It exports `run`, and `part` if some of it is worth several threads. */
export function planToModule(plan: Plan, { isFused, isShared }: Features): PlanModule {
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
        }),
  );
  // All imports are known by now: what is defined is numbered behind them.
  const steps = written.map((kernel, step): StepFunction => {
    if (!kernel) return { index: host, isShared: false, step };
    return { index: module.define(kernel.body), isShared: kernel.isShared, step: undefined };
  });
  const run = module.define(runOf(steps));
  const isForThreads = isShared && steps.some((step) => step.isShared);
  const parts = isForThreads ? { part: module.define(partOf(steps, module)) } : {};
  const bytes = module.encoded({ run, ...parts }, isShared);
  return { bytes, hostOperators: [...hostOperators.values()], isForThreads };
}

/** A step's function: a kernel, or the host's function for `step`. */
interface StepFunction {
  readonly index: number;
  readonly isShared: boolean;
  readonly step: number | undefined;
}

/** `run(table)`: all steps, by one thread. */
function runOf(steps: readonly StepFunction[]): FunctionBody {
  const body = new FunctionBody(["i32"]);
  const [table] = body.parameters as [Local];
  for (const step of steps) callWhole(body.code, step, table);
  return body;
}

function callWhole(code: Code, { index, step }: StepFunction, table: Local): void {
  if (step === undefined) code.get(table).i32(0).i32(1).call(index);
  else code.i32(step).call(index);
}

/**
 * `part(table, part, parts, control)`: this thread's part of all steps. Threads wait for each other
 * before and after what they share; all else is done by part 0.
 */
function partOf(steps: readonly StepFunction[], module: ModuleWriter): FunctionBody {
  const body = new FunctionBody(["i32", "i32", "i32", "i32"]);
  const [table, part, parts, control] = body.parameters as [Local, Local, Local, Local];
  const { code } = body;
  const barrier = module.define(barrierFunction());
  const wait = () => code.get(control).get(parts).call(barrier);
  steps.forEach((step, i) => {
    const before = steps[i - 1];
    if (before && (before.isShared || step.isShared)) wait();
    if (step.isShared) code.get(table).get(part).get(parts).call(step.index);
    else {
      code.get(part).add("i32.eqz");
      code.block("if", () => callWhole(code, step, table));
    }
  });
  // So that the caller finds all done.
  if (steps.at(-1)?.isShared) wait();
  return body;
}

/** `barrier(control, parts)`: goes on when all have come, or one has failed. */
function barrierFunction(): FunctionBody {
  const body = new FunctionBody(["i32", "i32"]);
  const [control, parts] = body.parameters as [Local, Local];
  const wanted = body.local("i32");
  const { code } = body;
  code
    .get(control)
    .i32(1)
    .atomic("i32.atomic.rmw.add", 4 * controlWords.arrived);
  code.get(parts).add("i32.div_u").get(parts).add("i32.mul").get(parts).add("i32.add").set(wanted);
  code.block("loop", () => {
    code.get(control).atomic("i32.atomic.load", 4 * controlWords.arrived);
    code.get(wanted).add("i32.lt_u");
    code
      .get(control)
      .atomic("i32.atomic.load", 4 * controlWords.failed)
      .add("i32.eqz");
    code.add("i32.and").add("br_if", 0);
  });
  return body;
}
