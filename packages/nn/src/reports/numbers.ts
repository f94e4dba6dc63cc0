// The numbers of a report by name, for all formats.
import { NablaError, printable } from "@nabla/autograd";
import { describe, isPlainObject } from "@nabla/autograd/checks";

/** The numbers of one property of a report: under its own name, or "metrics/recall/0" and so on. */
export interface NumbersOf {
  readonly property: string;
  readonly numbers: readonly (readonly [name: string, value: number])[];
}

/** The properties that have numbers by name. */
const records: ReadonlySet<string> = new Set(["costs", "metrics"]);

/** Metrics are nested less deeply than this. */
const mostNested = 16;

/**
 * The numbers of each property of a report; none for undefined ones. Throws `NablaError` if something is
 * not a number, and if two numbers have the same name.
 */
export function numbersIn(operation: string, report: unknown): readonly NumbersOf[] {
  if (!isPlainObject(report)) {
    throw new NablaError(
      `${operation}: the report is ${describe(report)}, expected one, as fit gives them`,
    );
  }
  for (const name of ["epoch", "step", "cost"]) {
    if (typeof report[name] === "number") continue;
    const given = describe(report[name]);
    throw new NablaError(`${operation}: ${name} of the report is ${given}, expected a number`);
  }
  const names = new Set<string>();
  const found = (value: unknown, name: string, depth: number): [string, number][] => {
    if (value === undefined) return [];
    if (typeof value === "number") {
      if (!names.has(name)) {
        names.add(name);
        return [[name, value]];
      }
      throw new NablaError(`${operation}: the report has two numbers named "${printable(name)}"`);
    }
    const isRecord = depth === 0 && records.has(name);
    let inner: Iterable<readonly [string | number, unknown]> | undefined;
    if (isRecord && isPlainObject(value)) inner = Object.entries(value);
    if (depth > 0 && depth < mostNested && Array.isArray(value)) {
      inner = (value as readonly unknown[]).entries();
    }
    if (inner) return [...inner].flatMap(([key, one]) => found(one, `${name}/${key}`, depth + 1));
    const what = depth < mostNested ? describe(value) : `nested ${mostNested} deep`;
    const expected = isRecord
      ? "a record"
      : depth > 0
        ? "a number, or a list of numbers"
        : "a number";
    throw new NablaError(
      `${operation}: "${printable(name)}" of the report is ${what}, expected ${expected}`,
    );
  };
  return Object.entries(report).map(([property, value]) => ({
    property,
    numbers: found(value, property, 0),
  }));
}

/**
 * A number as text that gives back the same number in `Number(text)`, Python's `float` and readers of
 * CSV: NaN, Infinity, -Infinity and -0, too.
 */
export function numberText(x: number): string {
  return Object.is(x, -0) ? "-0" : String(x);
}
