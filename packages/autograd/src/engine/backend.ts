// What runs graphs, chosen by name.
import { NablaError } from "../graph/errors.ts";
import type { Node, Value } from "../graph/node.ts";
import { run } from "./reference/run.ts";

/** Names of the back ends. "reference": plain JavaScript. */
export type BackendName = "reference";

/** A graph to run: from nodes that are given values to those whose values are wanted. */
export interface Graph {
  readonly inputs: readonly Node[];
  /** All other nodes that the outputs need, inputs first. */
  readonly order: readonly Node[];
  readonly outputs: readonly Node[];
}

/** A graph made ready to run any number of times. */
export interface Prepared {
  /** The values of the outputs, given those of the inputs; `homes`: where each output may stay. */
  run(values: readonly Value[], homes: readonly (object | undefined)[]): readonly Value[];
}

/** What runs graphs. */
export interface Backend {
  readonly name: BackendName;
  prepare(graph: Graph): Prepared;
}

const reference: Backend = {
  name: "reference",
  prepare: ({ inputs, order, outputs }) => ({
    run: (values) => run(order, outputs, new Map(inputs.map((node, i) => [node, values[i]!]))),
  }),
};

const backends: Readonly<Record<BackendName, Backend>> = { reference };

let current = backends.reference;

/** What graphs run on from now on. */
export function currentBackend(): Backend {
  return current;
}

/** Chooses the back end by name. Throws `NablaError` if there is none of that name. */
export function chooseBackend(name: string): void {
  if (!Object.hasOwn(backends, name)) {
    const names = Object.keys(backends).map((known) => `"${known}"`);
    throw new NablaError(`setBackend: "${name}" is not a back end, expected ${names.join(" or ")}`);
  }
  current = backends[name as BackendName];
}
