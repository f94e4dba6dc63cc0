// What runs graphs, chosen by name.
import { describe } from "../graph/describe.ts";
import { NablaError } from "../graph/errors.ts";
import type { Home, Node, Value } from "../graph/node.ts";
import { run } from "./reference/run.ts";
import { prepare } from "./wasm/backend.ts";
import { wasmProblem } from "./wasm/usable.ts";

/** Names of the back ends. "wasm": WebAssembly with vectors. "reference": plain JavaScript. */
export type BackendName = "wasm" | "reference";

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
}

/** What runs graphs. */
export interface Backend {
  readonly name: BackendName;
  prepare(graph: Graph): Prepared;
}

const reference: Backend = {
  name: "reference",
  prepare: ({ inputs, order, outputs }) => ({
    run(values, _, accept) {
      const given = new Map(inputs.map((node, i) => [node, values[i]!]));
      const results = run(order, outputs, given);
      accept?.(results);
      return results;
    },
  }),
};

const wasm: Backend = {
  name: "wasm",
  prepare: ({ inputs, order, outputs }) => prepare(inputs, order, outputs),
};

const backends: Readonly<Record<BackendName, Backend>> = { wasm, reference };

let current: Backend | undefined;

/** What graphs run on from now on: WebAssembly where the host can use it, else the reference. */
export function currentBackend(): Backend {
  current ??= defaultBackend();
  return current;
}

function defaultBackend(): Backend {
  const problem = wasmProblem();
  if (problem === undefined) return wasm;
  console.warn(`nabla: all is computed in plain JavaScript, many times slower: ${problem}`);
  return reference;
}

/** Chooses the back end by name. Throws `NablaError` if there is none of that name here. */
export function chooseBackend(name: string): void {
  if (typeof name !== "string" || !Object.hasOwn(backends, name)) {
    const names = Object.keys(backends).map((known) => `"${known}"`);
    throw new NablaError(
      `setBackend: ${describe(name)} is not a back end, expected ${names.join(" or ")}`,
    );
  }
  const problem = name === "wasm" ? wasmProblem() : undefined;
  if (problem !== undefined) throw new NablaError(`setBackend: "wasm" cannot be used: ${problem}`);
  current = backends[name as BackendName];
}
