// Matrix products as C: a tile of rows and of vectors of columns is kept in registers while the loop
// over the inner variable runs.
import {
  addIndices,
  blocksOfMultiply,
  constantIndex,
  type Multiply,
  Substitution,
  type Total,
  term,
  type Variable,
} from "@nabla/autograd/backend";
import { addInBlocks } from "./blocks.ts";
import { columnsOf } from "./columns.ts";
import { isMatrixVector, writeMatrixVector } from "./matrix-vector.ts";
import { operatorText, registerType } from "./operators.ts";
import { bestHeight, bestWidth } from "./tiles.ts";
import type { Vector } from "./vector.ts";
import type { Writer } from "./writer.ts";

/** Rows at once where there is one column. */
const rowsOfOneColumn = 8;

/** Writes the product, tile by tile. */
export function writeMultiply(multiply: Multiply, writer: Writer): void {
  const { scopes, lanes, machine } = writer;
  const { row, column } = multiply;
  if (isMatrixVector(multiply, lanes)) {
    writeMatrixVector(multiply, writer);
    return;
  }
  if (column.size === 1) {
    scopes.inSteps(row, rowsOfOneColumn, (rows) => writeTile(multiply, rows, 1, writer));
    return;
  }
  const all = columnsOf(column, lanes);
  scopes.inSteps(row, bestHeight(row.size, all, machine), (rows) => {
    const step = bestWidth(rows, all, machine).width * lanes;
    scopes.inSteps(column, step, (columns) => writeTile(multiply, rows, columns, writer, step));
  });
}

/** `rows` rows and `columns` columns, from the counters on; that of the columns is a multiple of `step`. */
function writeTile(
  multiply: Multiply,
  rows: number,
  columns: number,
  writer: Writer,
  step: number = columns,
): void {
  const { scopes, values } = writer;
  const { row, column, inner, left, right, total } = multiply;
  const lanes = multiply.column.size === 1 ? 1 : writer.lanes;
  const vectors = Math.ceil(columns / lanes);
  const type = registerType(total.dtype, lanes);
  const totals = Array.from({ length: rows }, () =>
    Array.from({ length: vectors }, () => scopes.fresh("t")),
  );
  const all = totals.flat();
  for (const name of all) scopes.line(`${type} ${name} = (${type}){0};`);
  const vectorAt = (vector: number): Vector | undefined =>
    lanes === 1
      ? undefined
      : { variable: column, lanes, valid: Math.min(lanes, columns - vector * lanes), step };
  const write = () => {
    const rights = Array.from({ length: vectors }, (_, vector) => {
      values.vector = vectorAt(vector);
      return values.inLanes(values.shifted(column, vector * lanes).value(right), lanes);
    });
    totals.forEach((ofRow, r) => {
      values.vector = vectorAt(0);
      const element = values.inLanes(values.shifted(row, r).value(left), lanes);
      ofRow.forEach((name, vector) => {
        const operands = [element, rights[vector]!, name];
        const text = operatorText({ operator: "mulAdd", on: total.dtype, operands, lanes });
        scopes.line(`${name} = ${text};`);
      });
    });
    values.vector = undefined;
  };
  const blocks = blocksOfMultiply(multiply);
  addInBlocks(all, total.dtype, lanes, inner, blocks, { step: 1, write }, writer);
  writeEpilogues(multiply, totals, { type, lanes, vectorAt }, writer);
}

/** The statements after a product: a loop over the rows of a tile, since they may be long. */
function writeEpilogues(
  { row, column, total, body }: Multiply,
  totals: readonly (readonly string[])[],
  {
    type,
    lanes,
    vectorAt,
  }: {
    readonly type: string;
    readonly lanes: number;
    readonly vectorAt: (vector: number) => Vector | undefined;
  },
  writer: Writer,
): void {
  const { scopes, values } = writer;
  const vectors = totals[0]!.length;
  const tile = scopes.fresh("tile");
  scopes.line(`const ${type} ${tile}[${totals.length * vectors}] = {${totals.flat().join(", ")}};`);
  const inTile: Variable = { kind: "variable", name: "r", size: totals.length };
  scopes.loop(inTile, 0, totals.length, 1, () => {
    for (let vector = 0; vector < vectors; vector++) {
      const own: Total = { kind: "total", dtype: total.dtype };
      const here = new Substitution(
        new Map([
          [row, addIndices(term(row), term(inTile))],
          [column, addIndices(term(column), constantIndex(vector * lanes))],
        ]),
        { totals: new Map([[total, own]]) },
      );
      values.vector = vectorAt(vector);
      scopes.block("{", () => {
        const name = scopes.fresh("t");
        const position = `${vectors} * ${scopes.counterOf(inTile)} + ${vector}`;
        scopes.line(`const ${type} ${name} = ${tile}[${position}];`);
        scopes.bindTotal(own, { name, lanes });
        for (const one of body) writer.statement(here.statement(one));
      });
      values.vector = undefined;
    }
  });
}
