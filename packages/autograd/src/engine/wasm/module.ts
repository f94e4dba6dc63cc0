// A plan as one WebAssembly module: a function for each kernel, and `run`, which calls them in order.
// All addresses come from a table in memory that the caller fills:
//   words 0, 1: the failed check + 1, and the index that failed it
//   words 2 on: the address of each buffer
//   then: running totals of reductions
import type { DType } from "../../scalar/dtype.ts";
import type { OperatorName } from "../../scalar/operators.ts";
import type { Plan } from "../plan/plan.ts";
import { FunctionBody, ModuleWriter } from "./encoder.ts";
import { totalsBytes, writeKernel } from "./statements.ts";
import { type HostFunction, tableHead } from "./values.ts";

/** An operator that the host computes, on elements of one dtype; imported as `operator dtype`. */
export interface HostOperator {
  readonly name: string;
  readonly operator: OperatorName;
  readonly on: DType;
}

export interface PlanModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly hostOperators: readonly HostOperator[];
}

/** Bytes of a run's table. */
export function tableBytes({ buffers }: Plan): number {
  return totalsOffset(buffers) + totalsBytes;
}

function totalsOffset(buffers: number): number {
  return Math.ceil((4 * (tableHead + buffers)) / 8) * 8;
}

/** The plan's module. `isFused`: whether the host has relaxed SIMD. */
export function planToModule(plan: Plan, isFused: boolean): PlanModule {
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
  const bodies = plan.steps.map((step) => {
    if (step.kind === "host") return undefined;
    const body = new FunctionBody(["i32"]);
    writeKernel(step.kernel, body, {
      hostFunction,
      totalsOffset: totalsOffset(plan.buffers),
      isFused,
    });
    return body;
  });
  const run = new FunctionBody(["i32"]);
  const [table] = run.parameters;
  // All imports are known by now: what is defined is numbered behind them.
  const functions = bodies.map((body) => body && module.define(body));
  functions.forEach((index, step) => {
    if (index === undefined) run.code.i32(step).call(host);
    else run.code.get(table!).call(index);
  });
  const bytes = module.encoded(module.define(run));
  return { bytes, hostOperators: [...hostOperators.values()] };
}
