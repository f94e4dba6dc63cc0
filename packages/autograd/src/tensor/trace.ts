// Whether a function is being traced, and what it has done beside building its graph.
import type { Node, Value } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";
import type { Pass } from "./passes.ts";

/** What a traced function has done. */
export interface Trace {
  /**
   * Whether the graph is run again and again (`compile`), so that what may change from call to call
   * must be looked up; else it is used once, and what is there is there (`vmap`).
   */
  readonly isReplayed: boolean;
  /** Keys of random draws, in order: each call of the compiled function draws anew. */
  readonly keys: Node[];
  /** Numbers from outside, and how to ask for them: each call of the compiled function asks anew. */
  readonly asked: Map<Node, () => Value>;
  /** Nodes that stand for what was there before, and how to find what is there in a call. */
  readonly found: Map<Node, () => Node>;
  /** Whether all that the function decided by is as it was: else it is traced again. */
  readonly guards: (() => boolean)[];
  /** What each call of the compiled function computes and looks at before it keeps anything. */
  readonly guarded: Node[];
  /** What stands for the values of parameters, by the parameter. */
  readonly parameters: Map<object, Node>;
  /** Undoes what was assigned to parameters, one function for each, by the parameter. */
  readonly assigned: Map<object, () => void>;
  /** Gives parameters back the gradient that they had, likewise. */
  readonly differentiated: Map<object, () => void>;
  /** What was done to gradients, by the cell. */
  readonly gradients: Map<object, GradientUse>;
}

/** What a traced function has to do with a gradient that stands in a parameter. */
export interface GradientUse {
  /** Whether what it leaves is all that there is then, and not to be added to what was there. */
  isWhole: boolean;
  /** What stands for the gradient that a call finds, and for the calls that that is from. */
  stand: Node | undefined;
  pass: Pass | undefined;
  /** Whether an optimiser had used them before. */
  wasUsed: boolean;
}

/** Those under way, outermost first. */
let traces: readonly Trace[] = [];

/** The trace under way, if there is one: the innermost. */
export function currentTrace(): Trace | undefined {
  return traces.at(-1);
}

/** The trace under way whose graph is run again and again. */
export function replayedTrace(): Trace | undefined {
  return traces.find(({ isReplayed }) => isReplayed);
}

/**
 * Whether the value of `node`, which is known now, is another in later calls of the function that is
 * traced: that of a random draw, or of a number from outside.
 */
export function changesWithCalls(node: Node): boolean {
  const trace = replayedTrace();
  if (!trace) return false;
  const { keys, asked } = trace;
  const changes = (one: Node) => keys.includes(one) || asked.has(one);
  const inputsOf = (one: Node) => (changes(one) || one.cell.value ? [] : one.inputs);
  return topologicalOrder([node], inputsOf).some(changes);
}

/** Whether a function that is being traced has assigned something to the parameter. */
export function isAssigned(parameter: object): boolean {
  return traces.some(({ assigned }) => assigned.has(parameter));
}

/** Calls `f` and says what it has done. Whatever it assigned stays until it is undone. */
export function traced<Result>(
  f: () => Result,
  { isReplayed }: Pick<Trace, "isReplayed">,
): {
  readonly result: Result;
  readonly trace: Trace;
} {
  const outer = traces;
  const trace: Trace = {
    isReplayed,
    keys: [],
    asked: new Map(),
    found: new Map(),
    guards: [],
    guarded: [],
    parameters: new Map(),
    assigned: new Map(),
    differentiated: new Map(),
    gradients: new Map(),
  };
  traces = [...outer, trace];
  try {
    return { result: f(), trace };
  } catch (error) {
    undo(trace);
    throw error;
  } finally {
    traces = outer;
  }
}

/** What `f` gives, called as if no function were traced: for what each call asks anew. */
export function untraced<Result>(f: () => Result): Result {
  const outer = traces;
  traces = [];
  try {
    return f();
  } finally {
    traces = outer;
  }
}

/** Takes back all that a traced function has done to parameters. */
export function undo({ assigned, differentiated }: Trace): void {
  for (const restore of [...assigned.values(), ...differentiated.values()]) restore();
}
