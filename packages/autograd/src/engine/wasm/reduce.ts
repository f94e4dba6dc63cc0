// Reductions as instructions: 16 accumulators (kernel/reduction.ts), in vectors if elements are
// dealt to them evenly, else in memory; or one, or one per lane, if elements are combined in order.
import type { DType } from "../../scalar/dtype.ts";
import type { ReduceLoop, Variable } from "../kernel/language.ts";
import { blocksOfReduce, manyTotals } from "../kernel/reduction.ts";
import { addOperator } from "./arithmetic.ts";
import { addInBlocks, loopsInBlocks, WideTotals } from "./blocks.ts";
import type { Local } from "./encoder.ts";
import { addExtent } from "./extents.ts";
import type { Instruction } from "./instructions.ts";
import type { KernelWriter } from "./kernel-writer.ts";
import { addExtract, addLiteral, type Lanes, registerType } from "./lanes.ts";
import { addTotalsOfThread, runningBytes, totalsOffset } from "./run-table.ts";
import { totalsFrom } from "./totals.ts";

/** Writes the reduction, and binds its total. */
export function writeReduce(reduce: ReduceLoop, writer: KernelWriter): void {
  const write =
    reduce.lanes === 1 ? inOrder : isDealtEvenly(reduce.variables, writer) ? inVectors : inMemory;
  writer.scopes.bindTotal(reduce.total, write(reduce, writer));
}

/**
 * Whether the 16 accumulators take elements in whole rounds, except at the end of a single
 * variable.
 */
function isDealtEvenly(variables: ReduceLoop["variables"], { scopes }: KernelWriter): boolean {
  const last = variables.at(-1)!;
  return variables.length === 1 || (last.size % manyTotals === 0 && !scopes.isArgument(last));
}

/** Leaves two accumulators combined on the stack. */
function addCombined(
  { combine, total }: ReduceLoop,
  a: Local,
  b: Local,
  lanes: Lanes,
  { scopes: { code, body } }: KernelWriter,
): void {
  addOperator(code, body, { operator: combine, on: total.dtype, operands: [a, b], lanes });
}

/** One accumulator; or one per lane, for as many results. */
function inOrder(reduce: ReduceLoop, writer: KernelWriter): Local {
  const { scopes, values } = writer;
  const { total, start, variables, value } = reduce;
  const lanes: Lanes = values.vector ? writer.lanes : 1;
  const local = scopes.body.local(registerType(total.dtype, lanes));
  addLiteral(scopes.code, start, total.dtype, lanes);
  scopes.code.set(local);
  const write = () => {
    addCombined(reduce, local, values.inLanes(value, lanes), lanes, writer);
    scopes.code.set(local);
  };
  const blocks = blocksOfReduce(reduce);
  addInBlocks([local], total.dtype, lanes, variables, blocks, { step: 1, write }, writer);
  return local;
}

/** All accumulators in vectors. */
function inVectors(reduce: ReduceLoop, writer: KernelWriter): Local {
  const { scopes, values, lanes } = writer;
  const { total, start, variables, value } = reduce;
  const { dtype } = total;
  const last = variables.at(-1)!;
  const rest = last.size % manyTotals;
  const isShort = last.size < manyTotals && !scopes.isArgument(last);
  const used = isShort ? Math.ceil(rest / lanes) : manyTotals / lanes;
  const totals = totalsFrom(start, used, dtype, writer);
  const take = (local: Local, position: number, valid: number) => {
    const moved = position === 0 ? value : values.shifted(last, position).value(value);
    const elements = values.along({ variable: last, lanes, valid }, () => values.wide(moved));
    addCombined(reduce, local, elements, lanes, writer);
    if (valid < lanes) scopes.code.get(local).v128(maskOf(valid, dtype)).add("v128.bitselect");
    scopes.code.set(local);
  };
  const write = () => totals.forEach((local, i) => take(local, i * lanes, lanes));
  const [end, size] = [scopes.wholeOf(last, manyTotals), scopes.sizeOf(last)];
  // A remainder occurs only with a single variable.
  const writeRest = () => {
    if (typeof size === "object") {
      writeUnknownRest(last, lanes, writer, (done, valid) =>
        take(totals[done / lanes]!, done, valid),
      );
      return;
    }
    scopes.loop(last, end, size, manyTotals, () => {
      for (let done = 0; done < rest; done += lanes)
        take(totals[done / lanes]!, done, Math.min(lanes, rest - done));
    });
  };
  const turns = { step: manyTotals, write, writeRest };
  addInBlocks(totals, dtype, lanes, variables, blocksOfReduce(reduce), turns, writer);
  return inHalves(reduce, totals, writer);
}

/** Takes what remains after whole rounds, if the size is an argument: whole vectors, then the last. */
function writeUnknownRest(
  last: Variable,
  lanes: 2 | 4,
  { scopes }: KernelWriter,
  take: (done: number, valid: number) => void,
): void {
  const [whole, size] = [scopes.wholeOf(last, manyTotals), scopes.sizeOf(last)];
  const valid = scopes.restOf(last, lanes);
  const condition = scopes.body.local("i32");
  const inner = scopes.scoped(() => {
    for (let done = 0; done < manyTotals; done += lanes) {
      const { code } = scopes;
      const remaining = () => addExtent(addExtent(code, size), whole).add("i32.sub");
      remaining()
        .i32(done + lanes)
        .add("i32.ge_s")
        .set(condition);
      scopes.when(condition, () => take(done, lanes));
      if (valid === 0) continue;
      remaining()
        .i32(done + valid)
        .add("i32.eq")
        .set(condition);
      scopes.when(condition, () => take(done, valid));
    }
  }, [last]);
  addExtent(scopes.code, whole).set(scopes.counterOf(last)).append(inner);
}

/** Accumulators i and i + 8, then i + 4, i + 2, i + 1; leaves out those without elements. */
function inHalves(reduce: ReduceLoop, totals: readonly Local[], writer: KernelWriter): Local {
  const { scopes, lanes } = writer;
  const { code, body } = scopes;
  const { dtype } = reduce.total;
  for (let half = manyTotals / lanes / 2; half >= 1; half /= 2) {
    for (let i = 0; i < half && i + half < totals.length; i++) {
      addCombined(reduce, totals[i]!, totals[i + half]!, lanes, writer);
      code.set(totals[i]!);
    }
  }
  const result = body.local(registerType(dtype, 1));
  const [left] = totals;
  if (!left) {
    addLiteral(code, reduce.start, dtype, 1);
    code.set(result);
    return result;
  }
  const upper = body.local("v128");
  for (let half = lanes / 2; half >= 1; half /= 2) {
    const bytes = half * (dtype === "float64" ? 8 : 4);
    const moved = Array.from({ length: 16 }, (_, i) => (i + bytes) % 16);
    code.get(left).get(left);
    code.add("i8x16.shuffle", ...moved).set(upper);
    addCombined(reduce, left, upper, lanes, writer);
    code.set(left);
  }
  addExtract(code, left, dtype, 0);
  code.set(result);
  return result;
}

/** Accumulators in memory, element by element. */
function inMemory(reduce: ReduceLoop, writer: KernelWriter): Local {
  const { scopes, values } = writer;
  const { total, start, variables, value } = reduce;
  const { code, body } = scopes;
  // Each thread has its own.
  const table = body.local("i32");
  addTotalsOfThread(code, body);
  code.set(table);
  const type = registerType(total.dtype, 1);
  const [load, store] = [`${type}.load`, `${type}.store`] as [Instruction, Instruction];
  const [turn, local, element] = [body.local("i32"), body.local(type), body.local(type)];
  const startLocal = body.local(type);
  const offsetOf = (position: number) => totalsOffset + 8 * position;
  addLiteral(code, start, total.dtype, 1);
  code.set(startLocal);
  for (let i = 0; i < manyTotals; i++) code.get(table).get(startLocal).memory(store, offsetOf(i));
  code.get(table).set(turn);
  const write = () => {
    const next = values.scalar(value);
    const inner = scopes.code;
    inner.get(turn).memory(load, totalsOffset).set(local);
    inner.get(turn);
    addCombined(reduce, local, next, 1, writer);
    inner.memory(store, totalsOffset);
    // The next accumulator, or the first again.
    inner.get(turn).i32(8).add("i32.add").get(table).add("i32.sub");
    inner.i32(runningBytes - 1).add("i32.and");
    inner.get(table).add("i32.add").set(turn);
  };
  const blocks = blocksOfReduce(reduce);
  const wide = blocks && new WideTotals(manyTotals, total.dtype, 1, writer);
  /** `change` for each accumulator, which is in `local` meanwhile. */
  const forEach = (change: "take" | "giveBack") => {
    if (!wide) return;
    for (let i = 0; i < manyTotals; i++) {
      scopes.code.get(table).memory(load, offsetOf(i)).set(local);
      wide[change](i, local);
      scopes.code.get(table).get(local).memory(store, offsetOf(i));
    }
  };
  loopsInBlocks(variables, blocks, { step: 1, write }, scopes, () => forEach("take"));
  forEach("giveBack");
  for (let half = manyTotals / 2; half >= 1; half /= 2) {
    for (let i = 0; i < half; i++) {
      code.get(table).memory(load, offsetOf(i)).set(local);
      code
        .get(table)
        .memory(load, offsetOf(i + half))
        .set(element);
      code.get(table);
      addCombined(reduce, local, element, 1, writer);
      code.memory(store, offsetOf(i));
    }
  }
  code.get(table).memory(load, totalsOffset).set(local);
  return local;
}

/** Ones in the valid lanes. */
function maskOf(valid: number, dtype: DType): Uint8Array {
  return new Uint8Array(16).fill(255, 0, valid * (dtype === "float64" ? 8 : 4));
}
