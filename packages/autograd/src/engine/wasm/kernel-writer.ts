// The context in which statements of a kernel are written.
import type { Statement } from "../kernel/language.ts";
import type { Scopes } from "./scopes.ts";
import type { Values } from "./values.ts";

export interface KernelWriter {
  readonly scopes: Scopes;
  readonly values: Values;
  /** Elements in a vector. */
  readonly lanes: 2 | 4;
  statement(statement: Statement): void;
}
