// Back ends, which run graphs, as the rest of the library sees them.
import type { Home, Value } from "../graph/node.ts";
import type { Graph } from "../graph/order.ts";
import type { Task } from "./background.ts";
import type { Plan } from "./plan/steps.ts";

/** A graph prepared to run any number of times. */
export interface Prepared {
  /**
   * Computes the values of the outputs from those of the inputs; `homes`: where each output may
   * stay. If `accept` throws, no home's value changes.
   */
  run(
    values: readonly Value[],
    homes: readonly (Home | undefined)[],
    accept?: (outputs: readonly Value[]) => void,
  ): readonly Value[];
  /** The same, to be awaited: long runs may go on elsewhere. Absent if all run here. */
  task?(
    values: readonly Value[],
    homes: readonly (Home | undefined)[],
    accept?: (outputs: readonly Value[]) => void,
  ): Task<readonly Value[]>;
}

/** Runs graphs. */
export interface Backend {
  /** The name that selects it. */
  readonly name: string;
  /** Why it cannot be used on this host; undefined if it can. Asked before anything else. */
  problem?(): string | undefined;
  prepare(graph: Graph): Prepared;
  /** Whether its values can only be had by `task`. */
  readonly answersLater?: boolean;
  /** What would run to compute the graph's outputs; absent if that is each node separately. */
  plan?(graph: Graph): Plan;
  /** Where the graph would run, and why not where it might; absent if there is one place. */
  note?(graph: Graph): string | undefined;
  /** Bytes in use, by purpose; absent if unknown. */
  readonly memory?: BackendMemory;
  /** How many threads run large graphs; one if absent. */
  threads?(): number;
}

/** Bytes in use, by purpose. */
export interface BackendMemory {
  /** Intermediate results: the most that any run so far has needed. */
  readonly arena: number;
  readonly parameters: number;
  /** Constants used repeatedly. */
  readonly cache: number;
}
