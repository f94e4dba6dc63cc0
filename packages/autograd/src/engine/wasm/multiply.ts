// Products of matrices as instructions. A tile of (mostly) 4 rows and 2 vectors of columns is kept in
// registers while the loop over the inner variable runs: eight running totals, each used once for every
// element of a row and vector of columns that is loaded. The inner loop is not unrolled, and the
// tile no larger: V8 11 has spilled registers to the stack beyond that.
import type { Multiply, Total } from "../kernel/language.ts";
import { addIndices, constantIndex, term } from "../kernel/language.ts";
import { Substitution } from "../kernel/substitute.ts";
import { addMultiplyAdd } from "./arithmetic.ts";
import type { Local } from "./encoder.ts";
import { addLiteral } from "./lanes.ts";
import { isMatrixVector, writeMatrixVector } from "./matrix-vector.ts";
import type { ProductWriter } from "./product-writer.ts";

const rowsOfTile = 4;
/** Vectors of columns for so many rows: fewer rows leave registers, and sums that do not wait, for more. */
const vectorsOfTile = [0, 6, 4, 2, 2] as const;
/** Rows where there is but one vector of columns. */
const rowsOfNarrow = 6;

/** Some rows, or columns, from where a loop's counter is. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  /** How many a turn. */
  readonly step: number;
}

/** Whole steps, and then what is left over. */
function stretches(size: number, step: number): readonly Stretch[] {
  const rest = size % step;
  return [
    { from: 0, to: size - rest, step },
    { from: size - rest, to: size, step: rest },
  ].filter(({ from, to }) => from < to);
}

/** Writes the product, tile by tile. */
export function writeMultiply(multiply: Multiply, writer: ProductWriter): void {
  const { values, lanes } = writer;
  if (isMatrixVector(multiply, lanes)) {
    writeMatrixVector(multiply, writer);
    return;
  }
  const { row, column } = multiply;
  const height = column.size <= lanes ? rowsOfNarrow : rowsOfTile;
  for (const rows of stretches(row.size, height)) {
    const vectors = vectorsOfTile[rows.step] ?? 1;
    values.loop(row, rows.from, rows.to, rows.step, () => {
      for (const columns of stretches(column.size, vectors * lanes)) {
        values.loop(column, columns.from, columns.to, columns.step, () =>
          writeTile(multiply, rows.step, columns.step, writer),
        );
      }
    });
  }
}

/** `rows` rows and `columns` columns, from where the counters are. */
function writeTile(multiply: Multiply, rows: number, columns: number, writer: ProductWriter): void {
  const { values, lanes } = writer;
  const { row, column, inner, left, right, total, body } = multiply;
  const vectors = Math.ceil(columns / lanes);
  const totals = Array.from({ length: rows }, () =>
    Array.from({ length: vectors }, () => values.body.local("v128")),
  );
  for (const local of totals.flat()) {
    addLiteral(values.code, 0, total.dtype, lanes);
    values.code.set(local);
  }
  const validIn = (vector: number) => Math.min(lanes, columns - vector * lanes);
  values.loops(inner, () => {
    const rights = Array.from({ length: vectors }, (_, vector) => {
      values.vector = { variable: column, lanes, valid: validIn(vector) };
      return values.wide(values.shifted(column, vector * lanes).value(right));
    });
    totals.forEach((ofRow, r) => {
      const element = values.wide(values.shifted(row, r).value(left));
      ofRow.forEach((local, vector) =>
        addProduct(local, element, rights[vector]!, multiply, writer),
      );
    });
    values.vector = undefined;
  });
  totals.forEach((ofRow, r) => {
    ofRow.forEach((local, vector) => {
      const own: Total = { kind: "total", dtype: total.dtype };
      const replacements = new Map([
        [row, addIndices(term(row), constantIndex(r))],
        [column, addIndices(term(column), constantIndex(vector * lanes))],
      ]);
      const here = new Substitution(replacements, new Map([[total, own]]));
      values.vector = { variable: column, lanes, valid: validIn(vector) };
      const code = values.scoped(() => {
        values.bindTotal(own, local);
        for (const statement of body) writer.statement(here.statement(statement));
      });
      values.code.append(code);
      values.vector = undefined;
    });
  });
}

/** total += left * right. */
function addProduct(
  total: Local,
  left: Local,
  right: Local,
  multiply: Multiply,
  { values, lanes, isFused }: ProductWriter,
): void {
  const { code, body } = values;
  addMultiplyAdd(code, body, multiply.total.dtype, [left, right, total], lanes, isFused);
  code.set(total);
}
