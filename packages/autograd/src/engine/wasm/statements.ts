// Statements of the kernel language as instructions. Innermost loops are vectorized along the
// variable for which stores are contiguous; the remainder is a vector of which not all lanes are
// stored.
import type { DType } from "../../scalar/dtype.ts";
import { allStatements, elementParts, valuesOf } from "../kernel/dependence.ts";
import { nanosecondsOf } from "../kernel/estimate.ts";
import {
  type Kernel,
  type PrefixLoop,
  type Statement,
  type Value,
  type Variable,
} from "../kernel/language.ts";
import { partsWorth, sharedLoop } from "../kernel/parallel.ts";
import { isForVectors } from "../kernel/vectors.ts";
import { addOperator } from "./arithmetic.ts";
import { FunctionBody } from "./encoder.ts";
import type { NumberArguments } from "./extents.ts";
import type { KernelWriter } from "./kernel-writer.ts";
import { addLiteral, type Lanes, registerType } from "./lanes.ts";
import { writeMultiply } from "./multiply.ts";
import { writeReduce } from "./reduce.ts";
import { kernelParameters } from "./run-table.ts";
import { Scopes } from "./scopes.ts";
import { tileRows, wasmRates } from "./target.ts";
import type { Host, HostFunction } from "./value-writer.ts";
import { Values } from "./values.ts";

/** The context in which a kernel's function is written. */
export interface KernelContext extends Host {
  /** Which of its numbers are arguments. */
  readonly numbers: NumberArguments;
}

/** A kernel as a function. */
export interface KernelFunction {
  readonly body: FunctionBody;
  /** Whether it can run in parts; else each call runs all. */
  readonly isDivided: boolean;
  /** Whether it calls functions of the host, by their numbers in the module. */
  readonly callsHost: boolean;
}

/** What is known of a kernel's time. */
export interface KernelWork {
  /** How many parts its loops are worth dividing into. 1: it is not divided. */
  readonly parts: number;
  /** The estimated time on one thread. */
  readonly nanoseconds: number;
}

/**
 * Writes the kernel as a function of the table's address, the thread's number, the part to run, the
 * number of parts, and the offset of the kernel's argument list in the table. `isWorthParts`:
 * whether several threads should be able to run it.
 */
export function writeKernel(
  kernel: Kernel,
  context: KernelContext,
  isWorthParts: boolean,
): KernelFunction {
  let callsHost = false;
  const hostFunction: HostFunction = (operator, on, arity) => {
    callsHost = true;
    return context.hostFunction(operator, on, arity);
  };
  const body = written(kernel, { ...context, hostFunction }, isWorthParts);
  if (!isWorthParts || !callsHost) return { body, isDivided: isWorthParts, callsHost };
  // Other threads lack the host's functions.
  return { body: written(kernel, context, false), isDivided: false, callsHost };
}

/** Estimates the kernel's time; from `leastShared` nanoseconds on it is divided, if it can be. */
export function workOf(kernel: Kernel, leastShared: number): KernelWork {
  const nanoseconds = nanosecondsOf(kernel, wasmRates);
  return { parts: partsWorth(kernel, nanoseconds, leastShared, tileRows), nanoseconds };
}

function written(kernel: Kernel, context: KernelContext, isShared: boolean): FunctionBody {
  const body = new FunctionBody(kernelParameters);
  const writer = new StatementWriter(kernel, body, context);
  for (const statement of kernel.body) {
    writer.scopes.shared = isShared ? sharedLoop(statement, tileRows)?.variable : undefined;
    writer.statement(statement);
  }
  return body;
}

class StatementWriter implements KernelWriter {
  readonly scopes: Scopes;
  readonly values: Values;
  readonly lanes: 2 | 4;

  constructor(kernel: Kernel, body: FunctionBody, context: KernelContext) {
    this.scopes = new Scopes(body, context.numbers);
    this.values = new Values(this.scopes, context);
    this.lanes = dtypesOf(kernel).has("float64") ? 2 : 4;
  }

  statement(statement: Statement): void {
    switch (statement.kind) {
      case "for":
        this.#for(statement);
        return;
      case "store":
        this.#store(statement);
        return;
      case "accumulate":
        this.#accumulate(statement);
        return;
      case "reduce":
        writeReduce(statement, this);
        return;
      case "prefix":
        this.#prefix(statement);
        return;
      case "multiply":
        writeMultiply(statement, this);
    }
  }

  #for({ variable, body }: Extract<Statement, { kind: "for" }>): void {
    const all = () => body.forEach((part) => this.statement(part));
    if (isForVectors(variable, body)) this.#inVectors(variable, all);
    else this.scopes.loop(variable, 0, this.scopes.sizeOf(variable), 1, all);
  }

  /** `write` for vectors along `variable`. */
  #inVectors(variable: Variable, write: () => void): void {
    const { scopes, values, lanes } = this;
    const rest = scopes.restOf(variable, lanes);
    const [end, size] = [scopes.wholeOf(variable, lanes), scopes.sizeOf(variable)];
    const along = (valid: number) => () => values.along({ variable, lanes, valid }, write);
    scopes.loop(variable, 0, end, lanes, along(lanes));
    if (rest > 0) scopes.loop(variable, end, size, lanes, along(rest));
  }

  /** How many elements are currently processed at a time. */
  get #lanesNow(): Lanes {
    return this.values.vector ? this.lanes : 1;
  }

  #store({ buffer, index, value }: Extract<Statement, { kind: "store" }>): void {
    this.values.store(buffer, index, this.values.inLanes(value, this.#lanesNow));
  }

  #accumulate({ buffer, index, value }: Extract<Statement, { kind: "accumulate" }>): void {
    const { values } = this;
    const { code, body } = this.scopes;
    const { dtype } = buffer;
    const lanes = this.#lanesNow;
    const elements = values.inLanes(value, lanes);
    const stored = values.load(buffer, index, lanes);
    const sum = body.local(registerType(dtype, lanes));
    const operands = [stored, elements];
    addOperator(code, body, { operator: "add", on: dtype, operands, lanes });
    code.set(sum);
    values.store(buffer, index, sum);
  }

  /** One total; or one per lane, for as many totals side by side. */
  #prefix({ before, total, start, variable, next, body }: PrefixLoop): void {
    const { scopes, values } = this;
    const lanes = this.#lanesNow;
    const last = scopes.body.local(registerType(total.dtype, lanes));
    addLiteral(scopes.code, start, total.dtype, lanes);
    scopes.code.set(last);
    scopes.loop(variable, 0, scopes.sizeOf(variable), 1, () => {
      scopes.bindTotal(before, last);
      scopes.bindTotal(total, values.inLanes(next, lanes));
      for (const statement of body) this.statement(statement);
      scopes.code.get(scopes.totalOf(total)).set(last);
    });
  }
}

/** All dtypes that a kernel computes in. */
function dtypesOf(kernel: Kernel): ReadonlySet<DType> {
  const dtypes = new Set<DType>();
  const seen = new Set<Value>();
  const add = (value: Value): void => {
    for (const part of elementParts(value, seen)) {
      dtypes.add(part.dtype);
      if (part.kind === "apply") dtypes.add(part.on);
    }
  };
  for (const statement of allStatements(kernel.body)) {
    if ("buffer" in statement) dtypes.add(statement.buffer.dtype);
    valuesOf(statement).forEach(add);
  }
  return dtypes;
}
