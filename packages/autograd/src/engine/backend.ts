// What runs graphs, chosen by name.
import { NablaError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import type { Data } from "../scalar/dtype.ts";
import { run } from "./reference/run.ts";

/** Names of the back ends. "reference": plain JavaScript. */
export type BackendName = "reference";

/** What runs a graph. */
export interface Backend {
  readonly name: BackendName;
  /** The values of `outputs`; `order` holds all nodes without a value that they need, inputs first. */
  run(order: readonly Node[], outputs: readonly Node[]): readonly Data[];
}

const backends: Readonly<Record<BackendName, Backend>> = {
  reference: { name: "reference", run },
};

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
