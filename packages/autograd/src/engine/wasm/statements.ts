// Statements of the kernel language as instructions. Innermost loops go in vectors, along the loop
// variable by which what is stored lies side by side; what is left over at the end is a vector of
// which not all lanes are stored.
import type { DType } from "../../scalar/dtype.ts";
import { isWorthSharing } from "../kernel/cost.ts";
import { strideAlong } from "../kernel/dependence.ts";
import type { Kernel, Reduce, Scan, Statement, Value, Variable } from "../kernel/language.ts";
import { addOperator } from "./arithmetic.ts";
import { FunctionBody, type Local } from "./encoder.ts";
import type { Instruction } from "./instructions.ts";
import { addExtract, addLiteral, type Lanes, registerType } from "./lanes.ts";
import { writeMultiply } from "./multiply.ts";
import type { ProductWriter } from "./product-writer.ts";
import { type HostFunction, ValueWriter } from "./values.ts";

/** Running totals of a reduction (kernel/language.ts, `Reduce`). */
const totalsOfReduce = 16;
/** Bytes of a run's table for running totals that are not in registers. */
export const totalsBytes: number = 8 * totalsOfReduce;

/** What a kernel's function is written with. */
export interface Surroundings {
  readonly hostFunction: HostFunction;
  /** Where in the table running totals may be. */
  readonly totalsOffset: number;
  /** Whether a product and its addition may be one instruction, rounded once. */
  readonly isFused: boolean;
}

/** A kernel as a function. */
export interface KernelFunction {
  readonly body: FunctionBody;
  /** Whether its loops are divided among the parts of a run; else the whole is done by each call. */
  readonly isShared: boolean;
}

/** Writes the kernel as a function of the table's address, the part of a run and the number of parts. */
export function writeKernel(kernel: Kernel, surroundings: Surroundings): KernelFunction {
  const isShared = isWorthSharing(kernel) && kernel.body.every(outermostVariable);
  const writer = written(kernel, surroundings, isShared);
  // The host's functions are not there in other threads.
  if (!isShared || !writer.values.callsHost) return { body: writer.values.body, isShared };
  return { body: written(kernel, surroundings, false).values.body, isShared: false };
}

function written(kernel: Kernel, surroundings: Surroundings, isShared: boolean): StatementWriter {
  const body = new FunctionBody(["i32", "i32", "i32"]);
  const writer = new StatementWriter(kernel, body, surroundings);
  for (const statement of kernel.body) {
    writer.values.shared = isShared ? outermostVariable(statement) : undefined;
    writer.statement(statement);
  }
  return writer;
}

/** The variable of the loop around all of a statement. */
function outermostVariable(statement: Statement): Variable | undefined {
  if (statement.kind === "for") return statement.variable;
  return statement.kind === "multiply" ? statement.row : undefined;
}

class StatementWriter implements ProductWriter {
  readonly values: ValueWriter;
  readonly lanes: 2 | 4;
  readonly isFused: boolean;
  readonly #totalsOffset: number;

  constructor(kernel: Kernel, body: FunctionBody, surroundings: Surroundings) {
    this.values = new ValueWriter(body, surroundings);
    this.lanes = dtypesOf(kernel).has("float64") ? 2 : 4;
    this.isFused = surroundings.isFused;
    this.#totalsOffset = surroundings.totalsOffset;
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
        this.#reduce(statement);
        return;
      case "scan":
        this.#scan(statement);
        return;
      case "multiply":
        writeMultiply(statement, this);
    }
  }

  #for({ variable, body }: Extract<Statement, { kind: "for" }>): void {
    const all = () => body.forEach((part) => this.statement(part));
    if (!isForVectors(variable, body)) this.values.loop(variable, 0, variable.size, 1, all);
    else this.inVectors(variable, 0, variable.size, all);
  }

  /** `write` for vectors along `variable`, from `from` to `to`. */
  inVectors(variable: Variable, from: number, to: number, write: () => void): void {
    const { values, lanes } = this;
    const rest = (to - from) % lanes;
    values.vector = { variable, lanes, valid: lanes };
    values.loop(variable, from, to - rest, lanes, write);
    values.vector = { variable, lanes, valid: rest };
    values.loop(variable, to - rest, to, lanes, write);
    values.vector = undefined;
  }

  #store({ buffer, index, value }: Extract<Statement, { kind: "store" }>): void {
    const { values } = this;
    if (values.vector) values.storeWide(buffer, index, values.wide(value));
    else values.store(buffer, index, values.scalar(value));
  }

  #accumulate({ buffer, index, value }: Extract<Statement, { kind: "accumulate" }>): void {
    const { values } = this;
    const { dtype } = buffer;
    const lanes: Lanes = values.vector ? this.lanes : 1;
    const element = lanes === 1 ? values.scalar(value) : values.wide(value);
    // Not a value by name: it is another each time.
    const stored = values.load(buffer, index, lanes);
    const sum = values.body.local(registerType(dtype, lanes));
    addOperator(values.code, values.body, {
      operator: "add",
      on: dtype,
      operands: [stored, element],
      lanes,
    });
    values.code.set(sum);
    if (lanes === 1) values.store(buffer, index, sum);
    else values.storeWide(buffer, index, sum);
  }

  /** One running total; or one in each lane, for as many scans side by side. */
  #scan({ before, total, start, variable, next, body }: Scan): void {
    const { values } = this;
    const lanes: Lanes = values.vector ? this.lanes : 1;
    const last = values.body.local(registerType(total.dtype, lanes));
    addLiteral(values.code, start, total.dtype, lanes);
    values.code.set(last);
    values.loop(variable, 0, variable.size, 1, () => {
      values.bindTotal(before, last);
      values.bindTotal(total, lanes === 1 ? values.scalar(next) : values.wide(next));
      for (const statement of body) this.statement(statement);
      values.code.get(values.totalOf(total)).set(last);
    });
  }

  // Reductions

  #reduce(reduce: Reduce): void {
    if (reduce.lanes === 1) this.#reduceInOrder(reduce);
    else if (isDealtEvenly(reduce)) this.#reduceInVectors(reduce);
    else this.#reduceInTurn(reduce);
  }

  /** Leaves `combine` of two locals on the stack. */
  #combine({ combine, total }: Reduce, a: Local, b: Local, lanes: Lanes): void {
    const { code, body } = this.values;
    addOperator(code, body, { operator: combine, on: total.dtype, operands: [a, b], lanes });
  }

  /** One running total; or one in each lane, for as many results. */
  #reduceInOrder(reduce: Reduce): void {
    const { values } = this;
    const { total, start, variables, value } = reduce;
    const lanes: Lanes = values.vector ? this.lanes : 1;
    const local = values.body.local(registerType(total.dtype, lanes));
    addLiteral(values.code, start, total.dtype, lanes);
    values.code.set(local);
    this.values.loops(variables, () => {
      const element = lanes === 1 ? values.scalar(value) : values.wide(value);
      this.#combine(reduce, local, element, lanes);
      values.code.set(local);
    });
    values.bindTotal(total, local);
  }

  /** All running totals in vectors. */
  #reduceInVectors(reduce: Reduce): void {
    const { values, lanes } = this;
    const { total, start, variables, value } = reduce;
    const { dtype } = total;
    const last = variables.at(-1)!;
    const rest = last.size % totalsOfReduce;
    const isShort = last.size < totalsOfReduce;
    const used = isShort ? Math.ceil(rest / lanes) : totalsOfReduce / lanes;
    const totals = Array.from({ length: used }, () => values.body.local("v128"));
    for (const local of totals) {
      addLiteral(values.code, start, dtype, lanes);
      values.code.set(local);
    }
    const take = (local: Local, position: number, valid: number) => {
      values.vector = { variable: last, lanes, valid };
      const moved = position === 0 ? value : values.shifted(last, position).value(value);
      const element = values.wide(moved);
      this.#combine(reduce, local, element, lanes);
      if (valid < lanes) {
        values.code.get(local).v128(maskOf(valid, dtype)).add("v128.bitselect");
      }
      values.code.set(local);
      values.vector = undefined;
    };
    const [outer, end] = [variables.slice(0, -1), last.size - rest];
    this.values.loops(outer, () => {
      values.loop(last, 0, end, totalsOfReduce, () =>
        totals.forEach((local, i) => take(local, i * lanes, lanes)),
      );
    });
    // Where there is a rest there is only one variable.
    values.loop(last, end, last.size, totalsOfReduce, () => {
      for (let done = 0; done < rest; done += lanes)
        take(totals[done / lanes]!, done, Math.min(lanes, rest - done));
    });
    this.#combineHalves(reduce, totals);
  }

  /** Totals i and i + 8, then i + 4, i + 2, i + 1; those that nothing was dealt to are left out. */
  #combineHalves(reduce: Reduce, totals: readonly Local[]): void {
    const { values, lanes } = this;
    const { dtype } = reduce.total;
    for (let half = totalsOfReduce / lanes / 2; half >= 1; half /= 2) {
      for (let i = 0; i < half && i + half < totals.length; i++) {
        this.#combine(reduce, totals[i]!, totals[i + half]!, lanes);
        values.code.set(totals[i]!);
      }
    }
    const result = values.body.local(registerType(dtype, 1));
    const [left] = totals;
    if (!left) {
      addLiteral(values.code, reduce.start, dtype, 1);
      values.code.set(result);
    } else {
      const upper = values.body.local("v128");
      for (let half = lanes / 2; half >= 1; half /= 2) {
        const bytes = half * (dtype === "float64" ? 8 : 4);
        const moved = Array.from({ length: 16 }, (_, i) => (i + bytes) % 16);
        values.code
          .get(left)
          .get(left)
          .add("i8x16.shuffle", ...moved)
          .set(upper);
        this.#combine(reduce, left, upper, lanes);
        values.code.set(left);
      }
      addExtract(values.code, left, dtype, 0);
      values.code.set(result);
    }
    values.bindTotal(reduce.total, result);
  }

  /** Running totals in memory, element by element. */
  #reduceInTurn(reduce: Reduce): void {
    const { values } = this;
    const { total, start, variables, value } = reduce;
    const { body } = values;
    const [runTable, part] = body.parameters as [Local, Local];
    // Each part has its own.
    const table = body.local("i32");
    values.code.get(part).i32(totalsBytes).add("i32.mul").get(runTable).add("i32.add").set(table);
    const type = registerType(total.dtype, 1);
    const [load, store] = [`${type}.load`, `${type}.store`] as [Instruction, Instruction];
    const totalsOffset = this.#totalsOffset;
    const [turn, local, element] = [body.local("i32"), body.local(type), body.local(type)];
    const startLocal = body.local(type);
    addLiteral(values.code, start, total.dtype, 1);
    values.code.set(startLocal);
    for (let i = 0; i < totalsOfReduce; i++)
      values.code
        .get(table)
        .get(startLocal)
        .memory(store, totalsOffset + 8 * i);
    values.code.get(table).set(turn);
    this.values.loops(variables, () => {
      const next = values.scalar(value);
      values.code.get(turn).memory(load, totalsOffset).set(local);
      values.code.get(turn);
      this.#combine(reduce, local, next, 1);
      values.code.memory(store, totalsOffset);
      // The next total, or the first again.
      values.code.get(turn).i32(8).add("i32.add").get(table).add("i32.sub");
      values.code
        .i32(totalsBytes - 1)
        .add("i32.and")
        .get(table)
        .add("i32.add")
        .set(turn);
    });
    for (let half = totalsOfReduce / 2; half >= 1; half /= 2) {
      for (let i = 0; i < half; i++) {
        values.code
          .get(table)
          .memory(load, totalsOffset + 8 * i)
          .set(local);
        values.code
          .get(table)
          .memory(load, totalsOffset + 8 * (i + half))
          .set(element);
        values.code.get(table);
        this.#combine(reduce, local, element, 1);
        values.code.memory(store, totalsOffset + 8 * i);
      }
    }
    values.code.get(table).memory(load, totalsOffset).set(local);
    values.bindTotal(total, local);
  }
}

/** Whether the 16 totals take elements in whole rounds, but at the end of the only variable. */
function isDealtEvenly({ variables }: Reduce): boolean {
  return variables.length === 1 || variables.at(-1)!.size % totalsOfReduce === 0;
}

/** Ones in the lanes that are wanted. */
function maskOf(valid: number, dtype: DType): Uint8Array {
  return new Uint8Array(16).fill(255, 0, valid * (dtype === "float64" ? 8 : 4));
}

/** Whether a loop goes in vectors: nothing but stores along it, which lie side by side. */
function isForVectors(variable: Variable, body: readonly Statement[]): boolean {
  return body.every((statement) => {
    switch (statement.kind) {
      case "store":
        return strideAlong(statement.index, variable) === 1;
      case "accumulate":
        // Elements of one vector must not meet at one place.
        return strideAlong(statement.index, variable) === 1;
      case "reduce":
        return statement.lanes === 1;
      case "scan":
        return isForVectors(variable, statement.body);
      default:
        return false;
    }
  });
}

/** All dtypes that a kernel computes in. */
function dtypesOf(kernel: Kernel): ReadonlySet<DType> {
  const dtypes = new Set<DType>();
  const seen = new Set<Value>();
  const visit = (value: Value): void => {
    if (seen.has(value)) return;
    seen.add(value);
    dtypes.add(value.dtype);
    if (value.kind === "apply") {
      dtypes.add(value.on);
      value.operands.forEach(visit);
    }
    if (value.kind === "cast") visit(value.operand);
    if (value.kind === "guard") [value.value, value.otherwise].forEach(visit);
  };
  const walk = (statement: Statement): void => {
    if ("value" in statement) visit(statement.value);
    if (statement.kind === "scan") visit(statement.next);
    if ("body" in statement) statement.body.forEach(walk);
    if ("buffer" in statement) dtypes.add(statement.buffer.dtype);
    if (statement.kind === "multiply") [statement.left, statement.right].forEach(visit);
  };
  kernel.body.forEach(walk);
  return dtypes;
}
