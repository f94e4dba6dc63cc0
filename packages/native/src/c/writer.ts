// What statements are written with, for the files that write some kind of statement each.
import type { Statement } from "@nabla/autograd/backend";
import type { Machine } from "../processor.ts";
import type { Scopes } from "./scopes.ts";
import type { Values } from "./values.ts";

/** What statements are written with. */
export interface Writer {
  readonly scopes: Scopes;
  readonly values: Values;
  readonly lanes: number;
  readonly machine: Machine;
  statement(statement: Statement): void;
}
