// What stands in place of parameters while `substitute` calls a function.
import type { Node } from "../graph/node.ts";

/** Stands in place of a parameter. */
export interface StandIn {
  /** The node of its value. */
  node(): Node;
  /** Takes what is assigned to the parameter. */
  assign(node: Node): void;
}

/** By parameter. */
let current: ReadonlyMap<object, StandIn> | undefined;

/** Whether any parameter is substituted now. */
export function isSubstituting(): boolean {
  return current !== undefined;
}

/** What stands in place of the parameter now, if anything does. */
export function standInOf(parameter: object): StandIn | undefined {
  return current?.get(parameter);
}

/** Calls `f` with `stands` in place of parameters. */
export function substituting<Result>(
  stands: ReadonlyMap<object, StandIn>,
  f: () => Result,
): Result {
  const outer = current;
  current = new Map([...(outer ?? []), ...stands]);
  try {
    return f();
  } finally {
    current = outer;
  }
}
