// What runs graphs, as the rest of the library sees it.
import type { Home, Node, Value } from "../graph/node.ts";
import type { Task } from "./background.ts";
import type { Plan } from "./plan/plan.ts";

/** A graph to run: from nodes that are given values to those whose values are wanted. */
export interface Graph {
  readonly inputs: readonly Node[];
  /** All other nodes that the outputs need, inputs first. */
  readonly order: readonly Node[];
  readonly outputs: readonly Node[];
}

/** A graph made ready to run any number of times. */
export interface Prepared {
  /**
   * The values of the outputs, given those of the inputs; `homes`: where each output may stay.
   * Where `accept` throws, no home has another value.
   */
  run(
    values: readonly Value[],
    homes: readonly (Home | undefined)[],
    accept?: (outputs: readonly Value[]) => void,
  ): readonly Value[];
  /** The same, for whoever awaits it: what takes long may go on elsewhere. Left out: all runs here. */
  task?(
    values: readonly Value[],
    homes: readonly (Home | undefined)[],
    accept?: (outputs: readonly Value[]) => void,
  ): Task<readonly Value[]>;
}

/** What runs graphs. */
export interface Backend {
  /** By which it is chosen. */
  readonly name: string;
  /** Why it cannot be used on this host; undefined where it can. Asked before anything else. */
  problem?(): string | undefined;
  prepare(graph: Graph): Prepared;
  /** Whether nobody can wait for its values but by `task`. */
  readonly answersLater?: boolean;
  /** What would run to compute the graph's outputs; none where that is each node by itself. */
  plan?(graph: Graph): Plan;
  /** Bytes in use, by what they are for; none if it does not say. */
  readonly memory?: BackendMemory;
  /** How many threads run what is large enough; one if it does not say. */
  threads?(): number;
}

/** Bytes in use, by what they are for. */
export interface BackendMemory {
  /** Intermediate results: as many as the largest run so far has needed. */
  readonly arena: number;
  readonly parameters: number;
  /** Constants that came back. */
  readonly cache: number;
}
