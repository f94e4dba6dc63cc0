// Whether a function is being traced, and what it has done beside building its graph.
import type { Node, Value } from "../graph/node.ts";

/** What a traced function has done. */
export interface Trace {
  /** Keys of random draws, in order: each call of the compiled function draws anew. */
  readonly keys: Node[];
  /** Numbers from outside, and how to ask for them: each call of the compiled function asks anew. */
  readonly asked: Map<Node, () => Value>;
  /** Undoes what was assigned to parameters, one function for each, by the parameter. */
  readonly assigned: Map<object, () => void>;
  /** Gives parameters back the gradient that they had, likewise. */
  readonly differentiated: Map<object, () => void>;
}

let current: Trace | undefined;

/** The trace under way, if there is one. */
export function currentTrace(): Trace | undefined {
  return current;
}

/** Calls `f` and says what it has done. Whatever it assigned stays until it is undone. */
export function traced<Result>(f: () => Result): {
  readonly result: Result;
  readonly trace: Trace;
} {
  const outer = current;
  const trace: Trace = {
    keys: [],
    asked: new Map(),
    assigned: new Map(),
    differentiated: new Map(),
  };
  current = trace;
  try {
    return { result: f(), trace };
  } catch (error) {
    undo(trace);
    throw error;
  } finally {
    current = outer;
  }
}

/** Takes back all that a traced function has done to parameters. */
export function undo({ assigned, differentiated }: Trace): void {
  for (const restore of [...assigned.values(), ...differentiated.values()]) restore();
}
