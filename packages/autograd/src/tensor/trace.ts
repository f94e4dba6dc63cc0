// Traces: records what a function does besides building its graph.
import type { Node, Value } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";
import type { Pass } from "./passes.ts";

/** The effects of a traced function. */
export interface Trace {
  /**
   * Whether the graph is replayed (`compile`), so that anything that may change between calls must
   * be looked up; otherwise it is used once, with present values (`vmap`).
   */
  readonly isReplayed: boolean;
  /**
   * Whether the graph represents several, with different random draws: all iterations of a loop, or all
   * examples of `vmap`.
   */
  readonly isRepeated: boolean;
  /** Keys of random draws, in order: each call of the compiled function draws new ones. */
  readonly keys: Node[];
  /** External numbers, and how to ask for them at each call. */
  readonly asked: Map<Node, () => Value>;
  /** Stand-ins for tensors that existed before, and how to find these at each call. */
  readonly found: Map<Node, () => Node>;
  /**
   * Guards: whether all conditions that the function branched on still hold; if not, it is traced again.
   */
  readonly guards: (() => boolean)[];
  /** Nodes that each call computes and checks before it keeps anything. */
  readonly guarded: Node[];
  /** Stand-ins for the values of parameters, by parameter. */
  readonly parameters: Map<object, Node>;
  /** Undoes assignments, one function per parameter. */
  readonly assigned: Map<object, () => void>;
  /** Restores gradients, one function per parameter. */
  readonly differentiated: Map<object, () => void>;
  /** Uses of gradients, by cell. */
  readonly gradients: Map<object, GradientUse>;
  /** The requested gradients of parameters. */
  readonly asks: GradientsAsked[];
  /** Whether parameters were frozen, by cell, where the function decided by it. */
  readonly frozen: Map<object, boolean>;
}

/** A call of `backward`, or of `gradients` with respect to parameters. */
export interface GradientsAsked {
  readonly operation: string;
  /** The nodes that gradients reach. */
  readonly order: readonly Node[];
  /** Whether the gradient of this parameter is used; known at the end of the trace. */
  readonly wants: (parameter: object, trace: Trace) => boolean;
}

/** How a traced function uses the gradient of a parameter. */
export interface GradientUse {
  /** Whether the gradient that it leaves replaces the old one, instead of being added to it. */
  isWhole: boolean;
  /** The stand-in for the gradient that a call finds, and for the passes that it is from. */
  stand: Node | undefined;
  pass: Pass | undefined;
  /** Whether an optimiser had used them before. */
  wasUsed: boolean;
}

/** The active traces, outermost first. */
let traces: readonly Trace[] = [];

/** The innermost active trace, if any. */
export function currentTrace(): Trace | undefined {
  return traces.at(-1);
}

/** The active trace whose graph is replayed, if any. */
export function replayedTrace(): Trace | undefined {
  return traces.find(({ isReplayed }) => isReplayed);
}

/**
 * Whether the value of `node`, which is known now, changes in later calls of the traced function:
 * that of a random draw or an external number.
 */
export function changesWithCalls(node: Node): boolean {
  const trace = replayedTrace();
  if (!trace) return false;
  const { keys, asked } = trace;
  const changes = (one: Node) => keys.includes(one) || asked.has(one);
  const inputsOf = (one: Node) => (changes(one) || one.cell.value ? [] : one.inputs);
  return topologicalOrder([node], inputsOf).some(changes);
}

/** The innermost active trace whose graph stands for several, if any. */
export function repeatedTrace(): Trace | undefined {
  return traces.findLast(({ isRepeated }) => isRepeated);
}

/** Whether the function of a trace is still being called. */
export function isActive(trace: Trace): boolean {
  return traces.includes(trace);
}

/** Whether a traced function has assigned something to the parameter. */
export function isAssigned(parameter: object): boolean {
  return traces.some(({ assigned }) => assigned.has(parameter));
}

/** Calls `f` and records its effects. Assignments stay until they are undone. */
export function traced<Result>(
  f: () => Result,
  {
    isReplayed,
    isRepeated = false,
  }: Pick<Trace, "isReplayed"> & Partial<Pick<Trace, "isRepeated">>,
): {
  readonly result: Result;
  readonly trace: Trace;
} {
  const outer = traces;
  const trace: Trace = {
    isReplayed,
    isRepeated,
    keys: [],
    asked: new Map(),
    found: new Map(),
    guards: [],
    guarded: [],
    parameters: new Map(),
    assigned: new Map(),
    differentiated: new Map(),
    gradients: new Map(),
    asks: [],
    frozen: new Map(),
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

/** Calls `f` as if no function were traced: for values that each call asks for. */
export function untraced<Result>(f: () => Result): Result {
  const outer = traces;
  traces = [];
  try {
    return f();
  } finally {
    traces = outer;
  }
}

/** Undoes everything that a traced function did to parameters. */
export function undo({ assigned, differentiated }: Trace): void {
  for (const restore of [...assigned.values(), ...differentiated.values()]) restore();
}
