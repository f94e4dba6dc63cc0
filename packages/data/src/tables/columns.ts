// Columns of tables: numbers, categories, texts.
import { NablaError } from "@nabla/autograd";
import { describe } from "@nabla/autograd/checks";

/** What a column is. */
export type ColumnKind = "number" | "category" | "text";

/** Numbers; NaN where one is missing. */
export interface NumberColumn {
  readonly kind: "number";
  readonly values: Float64Array;
}

/** One of some texts, by its place among the categories; -1 where one is missing. */
export interface CategoryColumn {
  readonly kind: "category";
  readonly values: Int32Array;
  /** In the order of their code units. */
  readonly categories: readonly string[];
}

/** Texts; null where one is missing. */
export interface TextColumn {
  readonly kind: "text";
  readonly values: readonly (string | null)[];
}

export type Column = NumberColumn | CategoryColumn | TextColumn;

/** Maximum number of categories of a column whose kind is inferred. */
const mostCategories = 1000;

/** The column of some fields; of the kind that fits them if none is given. */
export function columnOf(
  subject: string,
  fields: readonly string[],
  kind: ColumnKind | undefined,
  missing: ReadonlySet<string>,
): Column {
  if (kind === "number" || kind === undefined) {
    const numbers = new Float64Array(fields.length);
    const other = fields.findIndex((field, i) => {
      const value = missing.has(field) ? Number.NaN : numberOf(field);
      numbers[i] = value ?? Number.NaN;
      return value === undefined;
    });
    if (other < 0) return { kind: "number", values: numbers };
    if (kind === "number") {
      const given = `record ${other + 1} has ${describe(fields[other])}`;
      throw new NablaError(`${subject}: ${given}, expected a number that float64 can hold`);
    }
  }
  const texts = new Set(fields.filter((field) => !missing.has(field)));
  if (kind === "text" || (kind === undefined && !isFew(texts.size, fields.length))) {
    return { kind: "text", values: fields.map((field) => (missing.has(field) ? null : field)) };
  }
  const categories = [...texts].sort(byCodeUnits);
  const places = new Map(categories.map((text, i) => [text, i]));
  const values = Int32Array.from(fields, (field) => places.get(field) ?? -1);
  return { kind: "category", values, categories };
}

/** Whether texts are few enough to be categories. */
function isFew(texts: number, fields: number): boolean {
  return texts <= mostCategories && 2 * texts <= fields;
}

/** An order that is the same on all hosts. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const decimal = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
const infinite = /^\s*([+-]?)inf(?:inity)?\s*$/i;

/** The number that a field says; undefined for none, for a whole number that float64 lacks, and beyond it. */
function numberOf(field: string): number | undefined {
  if (decimal.test(field)) {
    const value = Number(field);
    const isWhole = /^\s*[+-]?\d+\s*$/.test(field);
    if (!Number.isFinite(value)) return undefined;
    return isWhole && !Number.isSafeInteger(value) && BigInt(field) !== BigInt(value)
      ? undefined
      : value;
  }
  const found = infinite.exec(field);
  if (!found) return undefined;
  return found[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
