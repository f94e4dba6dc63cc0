// Comma-separated values (RFC 4180): records of a file as they come, and tables of all of them.
import { NablaError } from "@nabla/autograd";
import { checkOptions, count, describe, isPlainObject, oneOf } from "@nabla/autograd/checks";
import { texts } from "../checks.ts";
import { subjectOf } from "../sources.ts";
import { type Column, type ColumnKind, columnOf } from "./columns.ts";
import { mostCharacters, type TextSource, textOf, tooLong } from "./lines.ts";
import { type Table, tableOf } from "./table.ts";

export interface CsvRowOptions {
  /** Between fields, one character. Default: ",". */
  readonly delimiter?: string;
  /** The names of the columns, of a file whose first record has none. Default: the first record. */
  readonly names?: readonly string[];
  /** Of a record. Default: 2^20. */
  readonly mostCharacters?: number;
}

export interface CsvOptions extends CsvRowOptions {
  /**
   * Kinds of columns: for example "category" for classes called 0 and 1. Default: "number" if all values
   * are numbers that float64 can represent, else "category" if there are at most 1,000 different texts,
   * each twice on average, else "text".
   */
  readonly columns?: Readonly<Record<string, ColumnKind>>;
  /** Which fields are missing values. Default: those of pandas: "", "NA", "N/A", "NaN", "null", "None", … */
  readonly missing?: readonly string[];
}

const rowKinds = {
  delimiter: [
    (x: unknown) => typeof x === "string" && x.length === 1 && !/["\r\n\ufeff]/.test(x),
    "one character",
  ] as const,
  names: texts,
  mostCharacters: count,
};

/** The fields that stand for a missing value in `pandas.read_csv`. */
const usuallyMissing: readonly string[] = [
  ...["", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN"],
  ...["<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"],
];

/**
 * The records of a CSV file one after the other, as texts by the names of the columns: for
 * `from(() => csvRows(path))`, whatever its size. Empty lines are passed over. Throws `NablaError` for a record
 * with more or fewer fields than there are columns, for quotes that do not match, for a name that two
 * columns have, and for a record of more than `mostCharacters`, with the number of the record.
 *
 * @example
 * const text = 'name,age\n"Ada, Countess",36\n';
 * for await (const { name, age } of csvRows({ text })) console.log(name, Number(age));
 * // => Ada, Countess 36
 */
export async function* csvRows(
  source: TextSource,
  options: CsvRowOptions = {},
): AsyncGenerator<Readonly<Record<string, string>>, void, undefined> {
  const subject = subjectOf("csvRows", source);
  checkOptions(subject, options, rowKinds);
  let names: readonly string[] | undefined;
  for await (const record of recordsOf(subject, source, options)) {
    if (names) yield Object.fromEntries(record.map((field, i) => [names![i]!, field]));
    else names = record;
  }
}

/**
 * Reads the table of a CSV file, using several times its size in memory. Throws `NablaError` like
 * `csvRows`, for a file without records, and for a value that is not of the kind in `columns`, with its
 * record.
 *
 * @example
 * const text = "age,city\n36,London\n,Paris\n41,London\n50,Paris\n";
 * const table = await csv({ text }, { columns: { city: "category" } });
 * table.count; // => 4
 * table.columns.age!.values; // => Float64Array [36, NaN, 41, 50]
 * table.columns.city!.values; // => Int32Array [0, 1, 0, 1]
 */
export async function csv(source: TextSource, options: CsvOptions = {}): Promise<Table> {
  const subject = subjectOf("csv", source);
  const columns = [
    (x: unknown) => isPlainObject(x) && Object.values(x).every((kind) => kinds[0](kind)),
    `an object of ${kinds[1]}`,
  ] as const;
  checkOptions(subject, options, { ...rowKinds, columns, missing: texts });
  const { columns: stated = {}, missing = usuallyMissing } = options;
  let names: readonly string[] = [];
  let fields: string[][] | undefined;
  for await (const record of recordsOf(subject, source, options)) {
    if (fields) record.forEach((field, i) => fields![i]!.push(field));
    else {
      names = record;
      fields = names.map(() => []);
    }
  }
  if (!fields) throw new NablaError(`${subject}: there are no records, not even names of columns`);
  const unknown = Object.keys(stated).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const all = names.map(describe).join(", ").slice(0, 200);
    throw new NablaError(`${subject}: there is no column ${describe(unknown)} among ${all}`);
  }
  const isMissing = new Set(missing);
  const found = names.map((name, i): readonly [string, Column] => {
    const kind = Object.hasOwn(stated, name) ? stated[name] : undefined;
    return [name, columnOf(`${subject}: ${describe(name)}`, fields[i]!, kind, isMissing)];
  });
  return tableOf(Object.fromEntries(found));
}

const kinds = oneOf("number", "category", "text");

/** The names of the columns, then the records, each with as many fields. */
async function* recordsOf(
  subject: string,
  source: TextSource,
  { delimiter = ",", names, mostCharacters: most = mostCharacters }: CsvRowOptions,
): AsyncGenerator<readonly string[], void, undefined> {
  const { default: papa } = await import("papaparse");
  let width = names?.length;
  if (names) yield checkedNames(subject, names);
  let rest = "";
  let number = 0;
  const take = function* (isLast: boolean): Generator<readonly string[], void, undefined> {
    const parsed = new papa.Parser({ delimiter, newline: "\n" }).parse(rest, 0, !isLast) as Parsed;
    const [error] = parsed.errors;
    const isEmpty = emptyLines(papa.Parser, delimiter, rest, parsed, !isLast);
    for (const [i, record] of parsed.data.entries()) {
      if (error && error.row !== undefined && error.row <= i) break;
      if (isEmpty(i)) continue;
      if (width === undefined) {
        width = record.length;
        yield checkedNames(subject, record);
        continue;
      }
      number++;
      if (record.reduce((sum, field) => sum + field.length, 0) > most) {
        throw tooLong(subject, `record ${number}`, most);
      }
      if (record.length !== width) {
        throw new NablaError(
          `${subject}: record ${number} has ${record.length} fields, expected ${width}`,
        );
      }
      yield record;
    }
    // In the record that has not ended, what seems wrong may be right when the rest has come.
    if (error && (isLast || (error.row ?? 0) < parsed.data.length)) {
      throw new NablaError(`${subject}: behind record ${number}: ${error.message}`);
    }
    rest = isLast ? "" : rest.slice(parsed.meta.cursor);
  };
  for await (const piece of textOf(subject, source)) {
    // In parts, so that a record that does not end is found before it has grown.
    for (let at = 0; at < piece.length; at += most) {
      rest += piece.slice(at, at + most);
      if (rest.includes("\n")) yield* take(false);
      if (rest.length > most) throw tooLong(subject, `record ${number + 1}`, most);
    }
  }
  if (rest !== "") yield* take(true);
}

/**
 * Which records are empty lines. The parser makes the same of them as of "" in quotes, which is a missing
 * value where there is one column: there it is asked again where records end.
 */
function emptyLines(
  Parser: new (
    options: object,
  ) => { parse(text: string, at: number, ignoresLast: boolean): unknown },
  delimiter: string,
  text: string,
  { data }: Parsed,
  ignoresLast: boolean,
): (record: number) => boolean {
  const isEmpty = (i: number): boolean => data[i]!.length === 1 && data[i]![0] === "";
  if (!text.includes('""') || !data.some((_, i) => isEmpty(i))) return isEmpty;
  const ends: number[] = [];
  const step = ({ meta }: Parsed): void => void ends.push(meta.cursor);
  new Parser({ delimiter, newline: "\n", step }).parse(text, 0, ignoresLast);
  return (i) => isEmpty(i) && text.slice(ends[i - 1] ?? 0, ends[i]).trim() === "";
}

interface Parsed {
  readonly data: readonly (readonly string[])[];
  readonly errors: readonly { readonly message: string; readonly row?: number }[];
  readonly meta: { readonly cursor: number };
}

function checkedNames(subject: string, names: readonly string[]): readonly string[] {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new NablaError(`${subject}: two columns are called ${describe(twice)}`);
  }
  if (names.length > mostColumns) {
    throw new NablaError(
      `${subject}: has ${names.length} columns, expected ${mostColumns} at most`,
    );
  }
  return names;
}

/** Beyond, looking for a name that is there twice would take long. */
const mostColumns = 10_000;
