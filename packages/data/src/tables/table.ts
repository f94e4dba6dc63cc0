// Tables: columns by name, and their parts.
import { NablaError, random, type Seed } from "@nabla/autograd";
import { anything, checkOptions, describe, isPlainObject, text } from "@nabla/autograd/checks";
import type { Column } from "./columns.ts";

/** Columns of one length by name. Made by `csv`. */
export interface Table {
  /** How many rows there are. */
  readonly count: number;
  readonly columns: Readonly<Record<string, Column>>;
}

/** The table of columns that have one length. */
export function tableOf(columns: Readonly<Record<string, Column>>): Table {
  const [first] = Object.values(columns);
  return { count: first?.values.length ?? 0, columns };
}

export interface SplitOptions {
  /** Seed or key of the draw. */
  readonly key: Seed;
  /** How much of all is for validation, between 0 and 1. Default: 0.2. */
  readonly validation?: number;
  /**
   * A column of categories or texts, whose rows with the same value stay together: all of a person, say.
   * Rows where it is missing are by themselves.
   */
  readonly by?: string;
}

/**
 * A table in two parts, drawn by a key: the same key gives the same parts, whose rows stay in order.
 * Throws `NablaError` where one part would be empty.
 *
 * @example
 * const table = await csv({ text: "x\n1\n2\n3\n4\n5\n" });
 * const { train, validation } = await split(table, { key: 3 });
 * [train.count, validation.count]; // => [4, 1]
 */
export async function split(
  table: Table,
  options: SplitOptions,
): Promise<{ readonly train: Table; readonly validation: Table }> {
  checkTable("split", table);
  const part = [
    (x: unknown) => typeof x === "number" && x > 0 && x < 1,
    "a number between 0 and 1",
  ] as const;
  checkOptions("split", options, { key: anything, validation: part, by: text });
  const { key, validation: fraction = 0.2, by } = options;
  if (key === undefined) throw new NablaError("split: key is undefined, expected a seed or a key");
  const groups = groupsOf(table, by);
  const wanted = fraction * table.count;
  const order = await random.permutation(groups.length, { seed: key }).data();
  const chosen: number[] = [];
  for (const place of order) {
    const group = groups[place]!;
    // The number of rows that is nearest to what is wanted; a group that is too large stays in training.
    if (chosen.length + group.length / 2 > wanted) continue;
    chosen.push(...group);
  }
  if (chosen.length === 0 || chosen.length === table.count) {
    const of = `${table.count} rows in ${groups.length} groups`;
    throw new NablaError(`split: one part of ${of} would be empty by validation ${fraction}`);
  }
  const isChosen = new Set(chosen);
  const rows = Array.from({ length: table.count }, (_, i) => i);
  return {
    train: rowsOf(
      table,
      rows.filter((row) => !isChosen.has(row)),
    ),
    validation: rowsOf(
      table,
      rows.filter((row) => isChosen.has(row)),
    ),
  };
}

/** The rows that stay together. */
function groupsOf(table: Table, by: string | undefined): readonly (readonly number[])[] {
  const rows = Array.from({ length: table.count }, (_, i) => i);
  if (by === undefined) return rows.map((row) => [row]);
  const column = columnIn("split", table, by);
  if (column.kind === "number") {
    throw new NablaError(`split: ${describe(by)} has numbers, expected categories or texts`);
  }
  const missing = column.kind === "category" ? -1 : null;
  const groups = new Map<unknown, number[]>();
  for (const row of rows) {
    const value = column.values[row]!;
    const own = value === missing ? Symbol("missing") : value;
    const group = groups.get(own);
    if (group) group.push(row);
    else groups.set(own, [row]);
  }
  return [...groups.values()];
}

/** Some rows of a table. */
function rowsOf(table: Table, rows: readonly number[]): Table {
  const columns = Object.entries(table.columns).map(([name, column]): [string, Column] => {
    switch (column.kind) {
      case "number":
        return [name, { ...column, values: Float64Array.from(rows, (row) => column.values[row]!) }];
      case "category":
        return [name, { ...column, values: Int32Array.from(rows, (row) => column.values[row]!) }];
      case "text":
        return [name, { ...column, values: rows.map((row) => column.values[row]!) }];
    }
  });
  return { count: rows.length, columns: Object.fromEntries(columns) };
}

/** Throws `NablaError` for what is no table. */
export function checkTable(operation: string, table: unknown): void {
  if (isPlainObject(table) && isPlainObject(table["columns"])) return;
  throw new NablaError(`${operation}: got ${describe(table)}, expected a table, as csv gives it`);
}

/** A column by its name. */
export function columnIn(operation: string, table: Table, name: string): Column {
  if (Object.hasOwn(table.columns, name)) return table.columns[name]!;
  const all = Object.keys(table.columns).map(describe).join(", ").slice(0, 200);
  throw new NablaError(`${operation}: there is no column ${describe(name)} among ${all}`);
}
