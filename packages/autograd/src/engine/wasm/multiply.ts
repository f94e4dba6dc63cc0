// Matrix products as instructions. A tile of (usually) 4 rows and 2 vectors of columns is kept in
// registers while the loop over the inner variable runs: eight accumulators, each used once for
// every element of a row and vector of columns that is loaded. The inner loop is not unrolled, and
// the tile no larger: beyond that, V8 11 has spilled registers to the stack.
import type { Multiply } from "../kernel/language.ts";
import { blocksOfMultiply } from "../kernel/reduction.ts";
import { addInBlocks } from "./blocks.ts";
import type { KernelWriter } from "./kernel-writer.ts";
import { isMatrixVector, writeMatrixVector } from "./matrix-vector.ts";
import { tileRows } from "./target.ts";
import { addProduct, totalsFrom, writeEpilogue } from "./totals.ts";

/**
 * Vectors of columns by number of rows: fewer rows leave registers, and independent sums, for more.
 */
const vectorsOfTile = [0, 6, 4, 2, 2] as const;
/** Rows if there is only one vector of columns. */
const rowsOfNarrow = 6;

/** Writes the product, tile by tile. */
export function writeMultiply(multiply: Multiply, writer: KernelWriter): void {
  const { scopes, lanes } = writer;
  if (isMatrixVector(multiply, lanes)) {
    writeMatrixVector(multiply, writer);
    return;
  }
  const { row, column } = multiply;
  const isNarrow = column.size <= lanes && !scopes.isArgument(row);
  scopes.inSteps(row, isNarrow ? rowsOfNarrow : tileRows, (rows) => {
    const vectors = vectorsOfTile[rows] ?? 1;
    scopes.inSteps(column, vectors * lanes, (columns) => {
      writeTile(multiply, rows, columns, writer);
    });
  });
}

/** `rows` rows and `columns` columns, from the counters on. */
function writeTile(multiply: Multiply, rows: number, columns: number, writer: KernelWriter): void {
  const { values, lanes } = writer;
  const { row, column, inner, left, right, total } = multiply;
  const vectors = Math.ceil(columns / lanes);
  const all = totalsFrom(0, rows * vectors, total.dtype, writer);
  const totals = Array.from({ length: rows }, (_, r) => all.slice(r * vectors, (r + 1) * vectors));
  const vectorAt = (vector: number) => ({
    variable: column,
    lanes,
    valid: Math.min(lanes, columns - vector * lanes),
  });
  const write = () => {
    const rights = Array.from({ length: vectors }, (_, vector) =>
      values.along(vectorAt(vector), () =>
        values.wide(values.shifted(column, vector * lanes).value(right)),
      ),
    );
    totals.forEach((ofRow, r) => {
      // The same in all lanes of all vectors.
      const element = values.along(vectorAt(0), () =>
        values.wide(values.shifted(row, r).value(left)),
      );
      ofRow.forEach((local, vector) =>
        addProduct(local, element, rights[vector]!, total.dtype, writer),
      );
    });
  };
  const blocks = blocksOfMultiply(multiply);
  addInBlocks(all, total.dtype, lanes, inner, blocks, { step: 1, write }, writer);
  totals.forEach((ofRow, r) => {
    ofRow.forEach((local, vector) => {
      const moved = new Map([
        [row, r],
        [column, vector * lanes],
      ]);
      writeEpilogue(multiply, local, vectorAt(vector), moved, writer);
    });
  });
}
