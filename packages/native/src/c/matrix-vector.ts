// Products of a matrix and one column as C. Elements of a row are contiguous, but only those of
// different rows can be summed at the same time, since each row's sum keeps its order: so as many
// rows as a vector has lanes are loaded side by side, 16 bytes of each, and transposed in registers.
import {
  addIndices,
  blocksOfMultiply,
  bytesPerElement,
  constantIndex,
  type Multiply,
  Substitution,
  strideAlong,
  type Total,
  term,
  type KernelValue as Value,
} from "@nabla/autograd/backend";
import { addInBlocks } from "./blocks.ts";
import { operatorText, registerType } from "./operators.ts";
import { bytesAtOnce, turned } from "./turned.ts";
import type { Vector } from "./vector.ts";
import type { Writer } from "./writer.ts";

/** Rows at a time, if vectors have no more lanes. */
const rowsAtOnce = 16;
/**
 * Rows a multiple of this many bytes apart compete for the 8 lines of one set of the first cache.
 */
const period = 4096;

type Load = Extract<Value, { kind: "load" }>;

/** A product of a matrix whose rows can be loaded so. */
export type MatrixVector = Multiply & { readonly left: Load };

/** Whether the product is one of a matrix whose rows can be loaded 16 bytes at a time, and a column. */
export function isMatrixVector(multiply: Multiply, lanes: number): multiply is MatrixVector {
  const { row, column, inner, left, right, total } = multiply;
  const last = inner.at(-1)!;
  const together = bytesAtOnce / bytesPerElement(total.dtype);
  return (
    column.size === 1 &&
    row.size > 1 &&
    bytesPerElement(total.dtype) >= 4 &&
    lanes % together === 0 &&
    last.size >= together &&
    left.kind === "load" &&
    left.buffer.dtype === total.dtype &&
    right.dtype === total.dtype &&
    strideAlong(left.index, last) === 1
  );
}

/** Writes such a product. */
export function writeMatrixVector(multiply: MatrixVector, writer: Writer): void {
  const { row, left } = multiply;
  const { lanes, scopes } = writer;
  const stride = strideAlong(left.index, row);
  const isCrowded = stride !== undefined && (stride * bytesPerElement(left.dtype)) % period === 0;
  const rows = Math.max(lanes, isCrowded ? rowsAtOnce / 2 : rowsAtOnce);
  scopes.inSteps(row, rows, (count) => writeRows(multiply, count, writer));
}

/** `count` rows from the counter on. */
function writeRows(multiply: MatrixVector, count: number, writer: Writer): void {
  const { scopes, values, lanes } = writer;
  const { row, inner, left, right, total } = multiply;
  const { dtype } = total;
  const type = registerType(dtype, lanes);
  const last = inner.at(-1)!;
  const together = bytesAtOnce / bytesPerElement(dtype);
  const vectors = Array.from({ length: Math.ceil(count / lanes) }, (_, vector) => ({
    first: vector * lanes,
    total: scopes.fresh("t"),
  }));
  for (const { total: name } of vectors) scopes.line(`${type} ${name} = (${type}){0};`);
  /** The addresses of a vector's rows; the first one stands in for missing ones. */
  const addressesFrom = (first: number): readonly string[] =>
    Array.from({ length: lanes }, (_, lane) => {
      const position = first + lane < count ? first + lane : first;
      return values.address(values.shifted(row, position).value(left) as Load);
    });
  const one: Vector = {
    variable: { kind: "variable", name: "lane", size: 1 },
    lanes,
    valid: 1,
  };
  const add = (name: string, elements: string, position: number) => {
    values.vector = one;
    const factor = values.inLanes(values.shifted(last, position).value(right), lanes);
    values.vector = undefined;
    const operands = [elements, factor, name];
    scopes.line(`${name} = ${operatorText({ operator: "mulAdd", on: dtype, operands, lanes })};`);
  };
  const write = () => {
    for (const { first, total: name } of vectors) {
      const columns = turned(addressesFrom(first), type, together, writer);
      columns.forEach((elements, position) => add(name, elements, position));
    }
  };
  const whole = last.size - (last.size % together);
  const writeRest = () =>
    scopes.loop(last, whole, last.size, 1, () => {
      for (const { first, total: name } of vectors) {
        const elements = addressesFrom(first).map((address) => `*${address}`);
        add(name, `(${type}){${elements.join(", ")}}`, 0);
      }
    });
  const turns = { step: together, write, writeRest };
  const names = vectors.map(({ total: name }) => name);
  addInBlocks(names, dtype, lanes, inner, blocksOfMultiply(multiply), turns, writer);
  for (const { first, total: name } of vectors) {
    writeEpilogue(multiply, name, first, Math.min(lanes, count - first), writer);
  }
}

/** The statements after a product, for the totals of `valid` rows from `first` on. */
function writeEpilogue(
  { row, total, body }: MatrixVector,
  name: string,
  first: number,
  valid: number,
  writer: Writer,
): void {
  const { scopes, values, lanes } = writer;
  const own: Total = { kind: "total", dtype: total.dtype };
  const here = new Substitution(new Map([[row, addIndices(term(row), constantIndex(first))]]), {
    totals: new Map([[total, own]]),
  });
  values.vector = { variable: row, lanes, valid };
  scopes.block("{", () => {
    scopes.bindTotal(own, { name, lanes });
    for (const one of body) writer.statement(here.statement(one));
  });
  values.vector = undefined;
}
