// Reductions as C: 16 accumulators (kernel/reduction.ts of autograd), in vectors if elements are
// dealt to them evenly, else one by one; or one, or one per lane, if elements are combined in order.
import {
  blocksOfReduce,
  divideIndex,
  elementParts,
  type Index,
  manyTotals,
  type ReduceLoop,
  Substitution,
  type SumBlocks,
  strideAlong,
  term,
  type Variable,
} from "@nabla/autograd/backend";
import { addInBlocks } from "./blocks.ts";
import { literalText, operatorText, registerType, selectText } from "./operators.ts";
import type { Writer } from "./writer.ts";

/** Writes the reduction, and binds its total. */
export function writeReduce(given: ReduceLoop, writer: Writer): void {
  const { lanes, total } = given;
  if (lanes === 1) {
    inOrder(given, writer);
    return;
  }
  const blocks = blocksOfReduce(given);
  const reduce = isDealtEvenly(given) ? given : (merged(given, blocks) ?? given);
  const write = isDealtEvenly(reduce) ? inVectors : oneByOne;
  writer.scopes.bindTotal(total, { name: write(reduce, blocks, writer), lanes: 1 });
}

/** Whether elements next to each other along the last axis always go to accumulators next to each other. */
function isDealtEvenly({ variables }: ReduceLoop): boolean {
  return variables.length === 1 || variables.at(-1)!.size % manyTotals === 0;
}

/**
 * The reduction with its last axes as one, so that it is dealt evenly, if these are side by side in
 * memory, and whole in each block; else undefined.
 */
function merged(reduce: ReduceLoop, blocks: SumBlocks | undefined): ReduceLoop | undefined {
  const { variables, value } = reduce;
  for (let from = variables.length - 2; from >= (blocks ? blocks.loop + 1 : 0); from--) {
    const [outer, ...inner] = variables.slice(from) as [Variable, ...Variable[]];
    const size = inner.reduce((product, one) => product * one.size, outer.size);
    const all: Variable = { kind: "variable", name: outer.name, size };
    const places = new Map<Variable, Index>();
    let rest = term(all);
    for (const variable of [...inner].reverse()) {
      const { quotient, remainder } = divideIndex(rest, variable.size);
      places.set(variable, remainder);
      rest = quotient;
    }
    places.set(outer, rest);
    const own = new Substitution(places).value(value);
    const isSideBySide = elementParts(own).every(
      (part) => part.kind !== "load" || [0, 1].includes(strideAlong(part.index, all) ?? -1),
    );
    if (!isSideBySide) return undefined;
    const candidate = { ...reduce, variables: [...variables.slice(0, from), all], value: own };
    if (isDealtEvenly(candidate)) return candidate;
  }
  return undefined;
}

function combined(reduce: ReduceLoop, a: string, b: string, lanes: number): string {
  const { combine, total } = reduce;
  return operatorText({ operator: combine, on: total.dtype, operands: [a, b], lanes })!;
}

/** One accumulator; or one per lane, for as many results. */
function inOrder(reduce: ReduceLoop, writer: Writer): void {
  const { scopes, values } = writer;
  const { total, start, variables, value } = reduce;
  const { lanes } = values;
  const name = scopes.fresh("t");
  const type = registerType(total.dtype, lanes);
  scopes.line(`${type} ${name} = ${literalText(start, total.dtype, lanes)};`);
  const write = () => {
    scopes.line(`${name} = ${combined(reduce, name, values.inLanes(value, lanes), lanes)};`);
  };
  addInBlocks(
    [name],
    total.dtype,
    lanes,
    variables,
    blocksOfReduce(reduce),
    { step: 1, write },
    writer,
  );
  scopes.bindTotal(total, { name, lanes });
}

/** All accumulators in vectors. */
function inVectors(reduce: ReduceLoop, blocks: SumBlocks | undefined, writer: Writer): string {
  const { scopes, values } = writer;
  const lanes = Math.min(writer.lanes, manyTotals);
  const { total, start, variables, value } = reduce;
  const { dtype } = total;
  const last = variables.at(-1)!;
  const rest = last.size % manyTotals;
  const type = registerType(dtype, lanes);
  const totals = Array.from({ length: manyTotals / lanes }, () => scopes.fresh("t"));
  for (const name of totals) scopes.line(`${type} ${name} = ${literalText(start, dtype, lanes)};`);
  const take = (name: string, position: number, valid: number) => {
    values.vector = { variable: last, lanes, valid };
    const moved = position === 0 ? value : values.shifted(last, position).value(value);
    const next = combined(reduce, name, values.inLanes(moved, lanes), lanes);
    if (valid === lanes) scopes.line(`${name} = ${next};`);
    else {
      const mask = Array.from({ length: lanes }, (_, lane) => (lane < valid ? -1 : 0)).join(", ");
      const chosen = selectText([`((i32x${lanes}){${mask}})`, next, name], dtype, lanes);
      scopes.line(`${name} = ${chosen};`);
    }
    values.vector = undefined;
  };
  const end = last.size - rest;
  const write = () => totals.forEach((name, i) => take(name, i * lanes, lanes));
  // A remainder occurs only with a single variable.
  const writeRest = () =>
    scopes.loop(last, end, last.size, manyTotals, () => {
      for (let done = 0; done < rest; done += lanes) {
        take(totals[done / lanes]!, done, Math.min(lanes, rest - done));
      }
    });
  const turns = { step: manyTotals, write, writeRest };
  addInBlocks(totals, dtype, lanes, variables, blocks, turns, writer);
  return inHalves(reduce, totals, lanes, writer);
}

/** Accumulators in an array, element by element. */
function oneByOne(reduce: ReduceLoop, blocks: SumBlocks | undefined, writer: Writer): string {
  const { scopes, values } = writer;
  const { total, start, variables, value } = reduce;
  const { dtype } = total;
  const [all, turn] = [scopes.fresh("all"), scopes.fresh("turn")];
  scopes.line(`${registerType(dtype, 1)} ${all}[${manyTotals}];`);
  const each = `for (int l = 0; l < ${manyTotals}; l++)`;
  scopes.line(`${each} ${all}[l] = ${literalText(start, dtype, 1)};`);
  scopes.line(`unsigned ${turn} = 0;`);
  const write = () => {
    const element = values.inLanes(value, 1);
    const here = `${all}[${turn}]`;
    scopes.line(`${here} = ${combined(reduce, here, element, 1)};`);
    scopes.line(`${turn} = (${turn} + 1) % ${manyTotals};`);
  };
  const totals = Array.from({ length: manyTotals }, (_, i) => `${all}[${i}]`);
  addInBlocks(totals, dtype, 1, variables, blocks, { step: 1, write }, writer);
  return inHalves(reduce, totals, 1, writer);
}

/** Accumulators i and i + 8, then i + 4, i + 2, i + 1: first whole vectors, then within one. */
function inHalves(
  reduce: ReduceLoop,
  totals: readonly string[],
  lanes: number,
  { scopes }: Writer,
): string {
  const halved = (names: readonly string[], wide: number): readonly string[] => {
    const half = names.length / 2;
    const type = registerType(reduce.total.dtype, wide);
    return names.slice(0, half).map((name, i) => {
      const sum = scopes.fresh("t");
      scopes.line(`const ${type} ${sum} = ${combined(reduce, name, names[half + i]!, wide)};`);
      return sum;
    });
  };
  let names = totals;
  while (names.length > 1) names = halved(names, lanes);
  if (lanes === 1) return names[0]!;
  const [vector] = names as readonly [string];
  names = Array.from({ length: lanes }, (_, lane) => `${vector}[${lane}]`);
  while (names.length > 1) names = halved(names, 1);
  return names[0]!;
}
