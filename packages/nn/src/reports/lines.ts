// Reports as lines of files: CSV, for spreadsheets and tables, and JSON.
import { NablaError, printable } from "@nabla/autograd";
import { describe } from "@nabla/autograd/checks";
import type { AnyReport } from "../report.ts";
import { numbersIn, numberText } from "./numbers.ts";

/**
 * The columns of a table of reports: all numbers in any of them, in the order of the reports' properties,
 * such as "epoch", "cost", "costs/error", "metrics/accuracy"; for a metric that is a list
 * "metrics/recall/0" and so on. Reports within an epoch have no metrics: include one of an epoch's end,
 * or name the columns yourself. Throws `NablaError` for arguments that are not reports.
 *
 * @example
 * const report = { epoch: 1, step: 10, cost: 0.5, metrics: { recall: [0.5, 1] } };
 * csvColumns([report as never]);
 * // => ["epoch", "step", "cost", "metrics/recall/0", "metrics/recall/1"]
 */
export function csvColumns(reports: Iterable<AnyReport>): readonly string[] {
  if (
    typeof (reports as Partial<Iterable<AnyReport>> | undefined)?.[Symbol.iterator] !== "function"
  ) {
    throw new NablaError(`csvColumns: got ${describe(reports)}, expected a list of reports`);
  }
  const columns = new Map<string, Set<string>>();
  for (const report of reports) {
    for (const { property, numbers } of numbersIn("csvColumns", report)) {
      const known = columns.get(property) ?? new Set();
      for (const [name] of numbers) known.add(name);
      columns.set(property, known);
    }
  }
  return [...columns.values()].flatMap((names) => [...names]);
}

/**
 * The first line of a CSV file (RFC 4180): the names of the columns, with the line's end. Throws `NablaError`
 * unless they are different strings.
 *
 * @example
 * csvHeader(["epoch", 'metrics/a,"b"']).split("\r\n"); // => ['epoch,"metrics/a,""b"""', ""]
 */
export function csvHeader(columns: readonly string[]): string {
  checkColumns("csvHeader", columns);
  return `${columns.map(field).join(",")}\r\n`;
}

/**
 * A report as a row of a CSV file with these columns, with the line's end. All digits are kept; missing
 * values are empty; NaN, Infinity and -Infinity are written like this, as JavaScript's `Number` and
 * Python's `float` read them. Throws `NablaError` for an argument that is not a report, and for a number
 * that has no column.
 *
 * @example
 * const report = { epoch: 1, step: 10, cost: Number.NaN, metrics: undefined };
 * const columns = ["epoch", "step", "cost", "metrics/accuracy"];
 * csvRow(report as never, columns).split("\r\n"); // => ["1,10,NaN,", ""]
 */
export function csvRow(report: AnyReport, columns: readonly string[]): string {
  checkColumns("csvRow", columns);
  const numbers = new Map(numbersIn("csvRow", report).flatMap((one) => one.numbers));
  const known = new Set(columns);
  const lost = [...numbers.keys()].find((name) => !known.has(name));
  if (lost !== undefined) {
    throw new NablaError(
      `csvRow: the report has "${printable(lost)}", for which there is no column; ` +
        "csvColumns of all reports gives the columns",
    );
  }
  const fields = columns.map((name) => {
    const value = numbers.get(name);
    return value === undefined ? "" : numberText(value);
  });
  return `${fields.join(",")}\r\n`;
}

function checkColumns(operation: string, columns: unknown): asserts columns is readonly string[] {
  const all: readonly unknown[] = Array.isArray(columns) ? Array.from<unknown>(columns) : [];
  if (all.length === 0) {
    const given = Array.isArray(columns) ? "no columns" : describe(columns);
    throw new NablaError(`${operation}: got ${given}, expected a list of the columns' names`);
  }
  const wrong = all.findIndex((name) => typeof name !== "string");
  if (wrong !== -1) {
    throw new NablaError(
      `${operation}: column ${wrong} is ${describe(all[wrong])}, expected a string`,
    );
  }
  const again = all.find((name, i) => all.indexOf(name) < i);
  if (again === undefined) return;
  throw new NablaError(`${operation}: column ${describe(again)} is there twice`);
}

/** In quotes where it must be: with commas, quotes, line ends, or spaces that some readers cut off. */
function field(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * A report as a line of JSON, with the line's end; undefined values are left out. JSON has neither NaN
 * nor infinities: they are the strings "NaN", "Infinity" and "-Infinity"; since no other value of a
 * report is a string, a reader can convert them with `Number`, as below. Throws `NablaError` for an
 * argument that is not a report.
 *
 * @example
 * const line = jsonLine({ epoch: 1, step: 10, cost: Number.NaN, costs: { error: 0.5 } } as never);
 * line.trimEnd(); // => '{"epoch":1,"step":10,"cost":"NaN","costs":{"error":0.5}}'
 * JSON.parse(line, (_, x) => (typeof x === "string" ? Number(x) : x));
 * // => { epoch: 1, step: 10, cost: NaN, costs: { error: 0.5 } }
 */
export function jsonLine(report: AnyReport): string {
  numbersIn("jsonLine", report);
  return `${jsonText(report)}\n`;
}

function jsonText(value: unknown): string {
  if (typeof value === "number") {
    return Number.isFinite(value) ? numberText(value) : `"${numberText(value)}"`;
  }
  if (Array.isArray(value)) {
    // A hole keeps its place.
    return `[${Array.from(value, (one) => (one === undefined ? "null" : jsonText(one))).join(",")}]`;
  }
  const members = Object.entries(value as object).filter(([, one]) => one !== undefined);
  return `{${members.map(([name, one]) => `${JSON.stringify(name)}:${jsonText(one)}`).join(",")}}`;
}
