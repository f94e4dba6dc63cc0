// What the statements of a kernel are written with.
import type { Statement } from "../kernel/language.ts";
import type { Scopes } from "./scopes.ts";
import type { Values } from "./values.ts";

export interface KernelWriter {
  readonly scopes: Scopes;
  readonly values: Values;
  /** Elements in a vector. */
  readonly lanes: 2 | 4;
  /** Where in the table running totals may be. */
  readonly totalsOffset: number;
  statement(statement: Statement): void;
}
