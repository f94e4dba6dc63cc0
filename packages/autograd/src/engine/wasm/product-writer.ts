// What products are written with, of whatever shape.
import type { Statement } from "../kernel/language.ts";
import type { ValueWriter } from "./values.ts";

/** What a product is written with. */
export interface ProductWriter {
  readonly values: ValueWriter;
  /** Elements in a vector. */
  readonly lanes: 2 | 4;
  /** Whether a product and its addition may be one instruction, rounded once. */
  readonly isFused: boolean;
  statement(statement: Statement): void;
}
