// Kernels as C functions. Innermost loops are vectors along the variable for which stores are
// contiguous; the remainder is a vector of which not all lanes are stored.
import {
  allStatements,
  type DType,
  elementParts,
  isForVectors,
  type Kernel,
  type PrefixLoop,
  type Statement,
  sharedLoop,
  type KernelValue as Value,
  type Variable,
  valuesOf,
} from "@nabla/autograd/backend";
import type { Machine } from "../processor.ts";
import { writeAhead } from "./ahead.ts";
import { writeMultiply } from "./multiply.ts";
import { literalText, operatorText, registerType } from "./operators.ts";
import { writeReduce } from "./reduce.ts";
import { Scopes } from "./scopes.ts";
import { togetherOf, turnedLoads, writeTurned } from "./turned.ts";
import { Values } from "./values.ts";
import type { Writer } from "./writer.ts";

/** A kernel's function. */
export interface KernelText {
  readonly text: string;
  /** Which of the kernel's arguments it takes, in order. */
  readonly parameters: readonly number[];
  /** Of its vectors. */
  readonly lanes: number;
}

/**
 * The kernel as a function of the run table, which of how many parts to run if it is divided, and
 * its arguments, of buffers the addresses. (GCC 12 takes
 * for one object what is addressed from one base, and has left out calls whose stores it missed so.)
 */
export function kernelText(
  kernel: Kernel,
  name: string,
  machine: Machine,
  isDivided: boolean,
): KernelText {
  const lanes = lanesOf(kernel, machine);
  const writer = new StatementWriter(lanes, machine);
  for (const statement of kernel.body) {
    const shared = isDivided ? sharedLoop(statement, machine.tile.rows) : undefined;
    writer.scopes.shared = shared?.variable;
    writer.statement(statement);
  }
  const { parameters } = writer.values;
  const part = isDivided ? ["long part", "long parts"] : [];
  const declared = ["uint32_t *table", ...part, ...parameters.values()].join(", ");
  const text = [`KERNEL ${name}(${declared}) {`, ...writer.scopes.lines, "}"];
  return { text: text.join("\n"), parameters: [...parameters.keys()], lanes };
}

type For = Extract<Statement, { kind: "for" }>;

class StatementWriter implements Writer {
  readonly scopes: Scopes = new Scopes();
  readonly values: Values = new Values(this.scopes);
  readonly lanes: number;
  readonly machine: Machine;

  constructor(lanes: number, machine: Machine) {
    this.lanes = lanes;
    this.machine = machine;
  }

  statement(statement: Statement): void {
    switch (statement.kind) {
      case "for":
        this.#for(statement);
        return;
      case "store":
        this.values.store(statement.buffer, statement.index, statement.value);
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

  #for({ variable, order, body }: For): void {
    const all = () => body.forEach((part) => this.statement(part));
    if (isForVectors(variable, body)) this.#inVectors(variable, all);
    else if (order !== "any" || !this.#goesTurned(variable, body)) {
      this.scopes.loop(variable, 0, variable.size, 1, () => {
        writeAhead(variable, body, this);
        all();
      });
    }
  }

  /** Writes a loop around one in vectors that go from row to row of what they read; else does nothing. */
  #goesTurned(outer: Variable, body: readonly Statement[]): boolean {
    const { scopes, lanes } = this;
    const [inner, ...others] = body;
    if (inner?.kind !== "for" || others.length > 0) return false;
    if (!isForVectors(inner.variable, inner.body)) return false;
    const loads = turnedLoads(inner.body, outer, inner.variable, lanes);
    const [first] = loads;
    if (!first) return false;
    const together = togetherOf(first);
    const whole = outer.size - (outer.size % together);
    scopes.loop(outer, 0, whole, together, () => {
      this.#inVectors(inner.variable, () => {
        writeTurned(inner.body, loads, outer, together, this);
      });
    });
    scopes.loop(outer, whole, outer.size, 1, () => this.statement(inner));
    return true;
  }

  /** `write` for vectors along `variable`. */
  #inVectors(variable: Variable, write: () => void): void {
    const { scopes, values, lanes } = this;
    const rest = variable.size % lanes;
    const end = variable.size - rest;
    values.vector = { variable, lanes, valid: lanes };
    scopes.loop(variable, 0, end, lanes, write);
    values.vector = { variable, lanes, valid: rest };
    scopes.loop(variable, end, variable.size, lanes, write);
    values.vector = undefined;
  }

  #accumulate({ buffer, index, value }: Extract<Statement, { kind: "accumulate" }>): void {
    const { values, scopes } = this;
    const { lanes } = values;
    const { dtype } = buffer;
    const elements = values.inLanes(value, lanes);
    const type = registerType(dtype, lanes);
    const [stored, sum] = [scopes.fresh("v"), scopes.fresh("v")];
    scopes.line(`const ${type} ${stored} = ${values.loaded(buffer, index, lanes)};`);
    const text = operatorText({ operator: "add", on: dtype, operands: [stored, elements], lanes });
    scopes.line(`const ${type} ${sum} = ${text};`);
    values.storeName(buffer, index, sum);
  }

  /** One total; or one per lane, for as many totals side by side. */
  #prefix({ before, total, start, variable, next, body }: PrefixLoop): void {
    const { scopes, values } = this;
    const { lanes } = values;
    const type = registerType(total.dtype, lanes);
    const last = scopes.fresh("t");
    scopes.line(`${type} ${last} = ${literalText(start, total.dtype, lanes)};`);
    scopes.loop(variable, 0, variable.size, 1, () => {
      scopes.bindTotal(before, { name: last, lanes });
      const name = values.inLanes(next, lanes);
      scopes.bindTotal(total, { name, lanes });
      for (const statement of body) this.statement(statement);
      scopes.line(`${last} = ${name};`);
    });
  }
}

/** How many elements a kernel's vectors have. */
export function lanesOf(kernel: Kernel, { bytes }: Machine): number {
  return bytes / (dtypesOf(kernel).has("float64") ? 8 : 4);
}

/** All dtypes that a kernel computes in. */
function dtypesOf(kernel: Kernel): ReadonlySet<DType> {
  const dtypes = new Set<DType>();
  const seen = new Set<Value>();
  for (const statement of allStatements(kernel.body)) {
    if ("buffer" in statement) dtypes.add(statement.buffer.dtype);
    if ("total" in statement) dtypes.add(statement.total.dtype);
    for (const value of valuesOf(statement)) {
      for (const part of elementParts(value, seen)) {
        dtypes.add(part.dtype);
        if (part.kind === "apply") dtypes.add(part.on);
      }
    }
  }
  return dtypes;
}
