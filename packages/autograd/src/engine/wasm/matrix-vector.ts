// Products of a matrix and one column. Elements of a row are contiguous, but only those of
// different rows can be summed at the same time, since each row's sum keeps its order: so as many
// rows as a vector has lanes are loaded side by side, and transposed in registers.
import { bytesPerElement } from "../../scalar/dtype.ts";
import { strideAlong } from "../kernel/dependence.ts";
import type { Multiply, Value } from "../kernel/language.ts";
import { blocksOfMultiply } from "../kernel/reduction.ts";
import { addInBlocks } from "./blocks.ts";
import type { Local } from "./encoder.ts";
import type { KernelWriter } from "./kernel-writer.ts";
import { addReplace } from "./lanes.ts";
import { addProduct, totalsFrom, writeEpilogue } from "./totals.ts";

/** Vectors of rows at a time, with independent sums. */
const vectorsOfRows = 4;
/**
 * Rows a multiple of this many bytes apart compete for the 8 lines of one set of the first cache.
 */
const period = 4096;

function rowsAtOnce({ row, left }: Multiply, lanes: number): number {
  const stride = left.kind === "load" ? strideAlong(left.index, row) : undefined;
  const isCrowded = stride !== undefined && (stride * bytesPerElement(left.dtype)) % period === 0;
  return (isCrowded ? vectorsOfRows / 2 : vectorsOfRows) * lanes;
}

/**
 * Whether the product is one of a matrix whose rows can be loaded in whole vectors, and one column.
 */
export function isMatrixVector(multiply: Multiply, lanes: 2 | 4): boolean {
  const { row, column, inner, left, right, total } = multiply;
  const last = inner.at(-1)!;
  return (
    column.size === 1 &&
    row.size > 1 &&
    last.size >= lanes &&
    left.kind === "load" &&
    left.dtype === total.dtype &&
    right.dtype === total.dtype &&
    bytesPerElement(left.dtype) * lanes === 16 &&
    strideAlong(left.index, last) === 1
  );
}

/** Writes such a product. */
export function writeMatrixVector(multiply: Multiply, writer: KernelWriter): void {
  const { scopes, lanes } = writer;
  const { row } = multiply;
  scopes.inSteps(row, rowsAtOnce(multiply, lanes), (rows) => writeRows(multiply, rows, writer));
}

/** `count` rows from the counter on. */
function writeRows(multiply: Multiply, count: number, writer: KernelWriter): void {
  const { scopes, values, lanes } = writer;
  const { row, inner, left, right, total } = multiply;
  const { dtype } = total;
  const totals = totalsFrom(0, Math.ceil(count / lanes), dtype, writer);
  /** The rows in a vector of rows; the first one stands in for missing ones. */
  const rowsOf = (vector: number): readonly Value[] =>
    Array.from({ length: lanes }, (_, lane) => {
      const position = vector * lanes + lane;
      return values.shifted(row, position < count ? position : vector * lanes).value(left);
    });
  const last = inner.at(-1)!;
  const rest = scopes.restOf(last, lanes);
  const one = { variable: { kind: "variable", name: "lane", size: 1 }, lanes, valid: 1 } as const;
  const add = (local: Local, elements: Local, position: number) => {
    const operand = values.along(one, () =>
      values.wide(values.shifted(last, position).value(right)),
    );
    addProduct(local, elements, operand, dtype, writer);
  };
  const write = () => {
    totals.forEach((local, vector) => {
      const rows = values.along({ variable: last, lanes, valid: lanes }, () =>
        rowsOf(vector).map((value) => values.wide(value)),
      );
      turned(rows, writer).forEach((elements, position) => add(local, elements, position));
    });
  };
  const writeRest = () => {
    if (rest === 0) return;
    const [whole, size] = [scopes.wholeOf(last, lanes), scopes.sizeOf(last)];
    scopes.loop(last, whole, size, 1, () => {
      totals.forEach((local, vector) => {
        const [elements] = totalsFrom(0, 1, dtype, writer) as readonly [Local];
        rowsOf(vector).forEach((value, lane) => {
          const element = values.scalar(value);
          scopes.code.get(elements);
          addReplace(scopes.code, element, dtype, lane);
          scopes.code.set(elements);
        });
        add(local, elements, 0);
      });
    });
  };
  const turns = { step: lanes, write, writeRest };
  addInBlocks(totals, dtype, lanes, inner, blocksOfMultiply(multiply), turns, writer);
  totals.forEach((local, vector) => {
    const first = vector * lanes;
    const rows = { variable: row, lanes, valid: Math.min(lanes, count - first) };
    writeEpilogue(multiply, local, rows, new Map([[row, first]]), writer);
  });
}

/** Transposes a square of rows. */
function turned(rows: readonly Local[], { scopes, lanes }: KernelWriter): readonly Local[] {
  /** Selects words of 4 bytes, those of `b` numbered from 4 on. */
  const chosen = (a: Local, b: Local, words: readonly number[]): Local => {
    const result = scopes.body.local("v128");
    const bytes = words.flatMap((word) => [0, 1, 2, 3].map((byte) => 4 * word + byte));
    scopes.code
      .get(a)
      .get(b)
      .add("i8x16.shuffle", ...bytes)
      .set(result);
    return result;
  };
  const [low, high] = [
    [0, 1, 4, 5],
    [2, 3, 6, 7],
  ];
  const [a, b, c, d] = rows as readonly [Local, Local, Local, Local];
  if (lanes === 2) return [chosen(a, b, low), chosen(a, b, high)];
  const [odd, even] = [
    [0, 4, 1, 5],
    [2, 6, 3, 7],
  ];
  const [ab, cd] = [chosen(a, b, odd), chosen(c, d, odd)];
  const [abBehind, cdBehind] = [chosen(a, b, even), chosen(c, d, even)];
  return [
    chosen(ab, cd, low),
    chosen(ab, cd, high),
    chosen(abBehind, cdBehind, low),
    chosen(abBehind, cdBehind, high),
  ];
}
