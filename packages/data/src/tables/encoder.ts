// Encodes tables as tensors: which tensor columns represent which table columns is learnt from the
// training part.
import { NablaError, type Tensor, tensor } from "@nabla/autograd";
import {
  checkOptions,
  describe,
  isPlainObject,
  oneOf,
  text as textKind,
} from "@nabla/autograd/checks";
import { texts } from "../checks.ts";
import type { Column } from "./columns.ts";
import { checkTable, columnIn, type Table } from "./table.ts";

/** What is known of a column. */
interface Known {
  readonly name: string;
  /** Of a column of categories. */
  readonly categories?: readonly string[];
  /** Whether values were missing, for which there is a feature then. */
  readonly hasMissing: boolean;
}

export interface EncoderOptions {
  /** The columns that go in, of numbers or categories. Default: all of those but the target. */
  readonly inputs?: readonly string[];
  /** The column that should come out. */
  readonly target?: string;
}

export interface InputOptions {
  /** Default: "float64", as tables have numbers. */
  readonly dtype?: "float32" | "float64";
}

/** Makes tensors of tables with the same columns. Made by `tableEncoder`. */
export interface TableEncoder {
  /** What the columns of the inputs stand for: "age", "age missing", "city=Paris". */
  readonly features: readonly string[];
  /** For a categorical target: the names of the labels. */
  readonly classes: readonly string[] | undefined;
  /**
   * `[rows, features]`: numbers as they are in the table, NaN where one is missing; of categories 1 for the
   * one that a row has and 0 for the others, all 0 for one that the training part does not have. They are
   * float64: `standardization` gives the mean where one is missing, and float32. Without that layer,
   * `{ dtype: "float32" }` rounds them. Throws `NablaError` for a column of another kind than in training,
   * and for a number that float32 cannot hold, if it is asked for.
   */
  inputs(table: Table, options?: InputOptions): Tensor<[number, number]>;
  /** Numbers as float32 `[rows, 1]`, or labels of categories as int32 `[rows]`. */
  targets(table: Table): Tensor;
  /** All of it as text, for the metadata of the model's file; `encoderOf` reads it. */
  readonly text: string;
}

/**
 * How a table becomes tensors, learnt from its training part: the categories, and where values are
 * missing. Throws `NablaError` for columns that are not there, and for texts among the inputs.
 *
 * @example
 * const table = await csv({ text: "age,city,pays\n36,a,no\n,b,yes\n41,a,no\n50,b,yes\n" });
 * const encoder = tableEncoder(table, { target: "pays" });
 * encoder.features; // => ["age", "age missing", "city=a", "city=b"]
 * encoder.inputs(table).arraySync()[1]; // => [NaN, 1, 0, 1]
 * encoder.targets(table).arraySync(); // => [0, 1, 0, 1]
 */
export function tableEncoder(train: Table, options: EncoderOptions = {}): TableEncoder {
  const operation = "tableEncoder";
  checkTable(operation, train);
  checkOptions(operation, options, { inputs: texts, target: textKind });
  const { target } = options;
  const usual = () =>
    Object.entries(train.columns)
      .filter(([name, { kind }]) => name !== target && kind !== "text")
      .map(([name]) => name);
  const names = options.inputs ?? usual();
  if (names.length === 0) throw new NablaError(`${operation}: there are no inputs`);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new NablaError(`${operation}: ${describe(twice)} is twice among the inputs`);
  }
  if (target !== undefined && names.includes(target)) {
    throw new NablaError(`${operation}: ${describe(target)} is the target, and among the inputs`);
  }
  const knownOf = (name: string): Known => {
    const column = columnIn(operation, train, name);
    if (column.kind === "text") {
      throw new NablaError(
        `${operation}: ${describe(name)} has texts, expected numbers or categories; ` +
          'columns: { … : "category" } of csv makes categories of all texts',
      );
    }
    const hasMissing = Array.from(column.values).some((_, row) => isMissing(column, row));
    return column.kind === "category"
      ? { name, categories: column.categories, hasMissing }
      : { name, hasMissing };
  };
  return encoderBy(names.map(knownOf), target === undefined ? undefined : knownOf(target));
}

/**
 * The encoder that a text stands for, such as one kept with a model. Throws `NablaError` for other texts.
 *
 * @example
 * const table = await csv({ text: "x,y\n1,2\n3,4\n" });
 * const { text } = tableEncoder(table, { target: "y" });
 * encoderOf(text).features; // => ["x"]
 */
export function encoderOf(text: string): TableEncoder {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    // Said below, as of all that is none.
  }
  const isKnown = (x: unknown): x is Known =>
    isPlainObject(x) &&
    typeof x["name"] === "string" &&
    typeof x["hasMissing"] === "boolean" &&
    (x["categories"] === undefined || texts[0](x["categories"]));
  if (isPlainObject(said) && said["format"] === format && Array.isArray(said["inputs"])) {
    const { inputs, target } = said;
    if (inputs.every(isKnown) && (target === undefined || isKnown(target))) {
      return encoderBy(inputs, target);
    }
  }
  throw new NablaError(`encoderOf: got ${describe(text)}, expected the text of an encoder`);
}

const format = "nabla table encoder 1";

function encoderBy(inputs: readonly Known[], target: Known | undefined): TableEncoder {
  const features = inputs.flatMap(({ name, categories, hasMissing }) => [
    ...(categories ? categories.map((text) => `${name}=${text}`) : [name]),
    ...(hasMissing ? [`${name} missing`] : []),
  ]);
  return {
    features,
    classes: target?.categories,
    text: JSON.stringify({ format, inputs, target }),
    inputs(table, options = {}) {
      checkTable("inputs", table);
      checkOptions("inputs", options, { dtype: oneOf("float32", "float64") });
      const { count } = table;
      const isRounded = options.dtype === "float32";
      const values = new (isRounded ? Float32Array : Float64Array)(count * features.length);
      let at = 0;
      for (const known of inputs) {
        at = fill(values, at, features.length, knownColumn("inputs", table, known), known);
      }
      return tensor(values, { shape: [count, features.length] as [number, number] });
    },
    targets(table) {
      checkTable("targets", table);
      if (!target) throw new NablaError("targets: the encoder was made without a target");
      const column = knownColumn("targets", table, target);
      const missing = Array.from(column.values).findIndex((_, row) => isMissing(column, row));
      if (missing >= 0) {
        throw new NablaError(`targets: ${describe(target.name)} is missing in row ${missing}`);
      }
      if (column.kind === "number") {
        const shape: [number, number] = [table.count, 1];
        const values = Float32Array.from(column.values, (value, row) =>
          single("targets", target, value, row),
        );
        return tensor(values, { shape });
      }
      const places = placesOf(column, target);
      const other = column.values.findIndex((value) => !(places[value]! >= 0));
      if (other < 0) return tensor(column.values.map((value) => places[value]!));
      const given = describe(column.categories[column.values[other]!] ?? "another text");
      throw new NablaError(
        `targets: ${describe(target.name)} is ${given} in row ${other}, a class that training had not`,
      );
    },
  };
}

type Usable = Exclude<Column, { readonly kind: "text" }>;

/** The column of a table that is known by its name, of the kind that it had. */
function knownColumn(operation: string, table: Table, { name, categories }: Known): Usable {
  const column = columnIn(operation, table, name);
  // Texts of a table of few rows, which are categories in a larger one.
  if (column.kind === "text" && categories) {
    const all = [...new Set([...categories, ...column.values.filter((text) => text !== null)])];
    const places = new Map(all.map((text, i) => [text, i]));
    const values = Int32Array.from(column.values, (text) =>
      text === null ? -1 : places.get(text)!,
    );
    return { kind: "category", values, categories: all };
  }
  // A column without values, which csv takes for numbers.
  if (column.kind === "number" && categories && column.values.every(Number.isNaN)) {
    return { kind: "category", values: new Int32Array(column.values.length).fill(-1), categories };
  }
  const expected = categories ? "category" : "number";
  if (column.kind === expected) return column;
  throw new NablaError(
    `${operation}: ${describe(name)} is a column of kind "${column.kind}", "${expected}" in training; ` +
      `csv takes it for one by columns: { ${describe(name)}: "${expected}" }`,
  );
}

/** For each category of a column its place among those known; -1 for others. */
function placesOf(column: Usable, { categories = [] }: Known): readonly number[] {
  if (column.kind === "number") return [];
  const places = new Map(categories.map((text, i) => [text, i]));
  return column.categories.map((text) => places.get(text) ?? -1);
}

/** Writes the features of a column, from a place in each row on; gives the place behind them. */
function fill(
  values: Float32Array | Float64Array,
  at: number,
  width: number,
  column: Usable,
  known: Known,
): number {
  const places = placesOf(column, known);
  const end = at + (known.categories?.length ?? 1);
  column.values.forEach((value, row) => {
    const start = row * width;
    if (column.kind === "number") {
      const isRounded = values instanceof Float32Array;
      values[start + at] = isRounded ? single("inputs", known, value, row) : value;
    } else if (value >= 0 && places[value]! >= 0) values[start + at + places[value]!] = 1;
    if (known.hasMissing && isMissing(column, row)) values[start + end] = 1;
  });
  return end + (known.hasMissing ? 1 : 0);
}

/** A number that float32 rounds. Throws `NablaError` for one that would become infinite. */
function single(operation: string, { name }: Known, value: number, row: number): number {
  if (!Number.isFinite(value) || Number.isFinite(Math.fround(value))) return value;
  throw new NablaError(
    `${operation}: ${describe(name)} is ${value} in row ${row}, more than float32 can hold`,
  );
}

function isMissing({ kind, values }: Usable, row: number): boolean {
  return kind === "number" ? Number.isNaN(values[row]) : values[row] === -1;
}
