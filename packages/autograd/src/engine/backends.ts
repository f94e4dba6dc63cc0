// Back ends by name: built-in and registered ones.
import { describe } from "../graph/describe.ts";
import { NablaError } from "../graph/errors.ts";
import type { Backend } from "./backend.ts";
import { referenceBackend } from "./reference/backend.ts";
import { wasmBackend } from "./wasm/backend.ts";

/**
 * Names of back ends. "wasm": WebAssembly with vectors. "reference": plain JavaScript. Packages may
 * register others.
 */
export type BackendName = "wasm" | "reference" | (string & {});

const backends = new Map<string, Backend>(
  [wasmBackend, referenceBackend].map((backend) => [backend.name, backend]),
);

let current: Backend | undefined;

/** The back end that graphs run on: WebAssembly if the host supports it, else the reference. */
export function currentBackend(): Backend {
  current ??= defaultBackend();
  return current;
}

function defaultBackend(): Backend {
  const problem = wasmBackend.problem();
  if (problem === undefined) return wasmBackend;
  console.warn(`nabla: all is computed in plain JavaScript, many times slower: ${problem}`);
  return referenceBackend;
}

/** Chooses the back end by name. Throws `NablaError` if there is none of that name. */
export function chooseBackend(name: string): void {
  const backend = backends.get(name);
  if (!backend) {
    const names = [...backends.keys()].map((known) => `"${known}"`);
    throw new NablaError(
      `setBackend: ${describe(name)} is not a back end, expected ${names.join(" or ")}`,
    );
  }
  const problem = backend.problem?.();
  if (problem !== undefined) {
    throw new NablaError(`setBackend: "${name}" cannot be used: ${problem}`);
  }
  current = backend;
}

/**
 * Registers a back end under its name, for `setBackend`. Throws `NablaError` if it is not a back
 * end, and if another has the name.
 */
export function register(backend: Backend): void {
  const { name, prepare } = (backend ?? {}) as {
    readonly name?: unknown;
    readonly prepare?: unknown;
  };
  if (typeof name !== "string" || typeof prepare !== "function") {
    throw new NablaError(
      `register: got ${describe(backend)}, expected a back end, with a name and \`prepare\``,
    );
  }
  const known = backends.get(backend.name);
  if (known && known !== backend) {
    throw new NablaError(`register: there is another back end of the name "${backend.name}"`);
  }
  backends.set(backend.name, backend);
}
