// When and where graphs run.
import { type BackendName, chooseBackend, currentBackend } from "../engine/backend.ts";
import { realize as realizeNodes } from "../engine/realize.ts";
import { currentTrace } from "../engine/trace.ts";
import { nodeOf, type Tensor } from "./tensor.ts";

/**
 * Computes several tensors in one run, so that what they share is computed once, and keeps their
 * values.
 *
 * @example
 * const x = tensor([1, 2]).exp();
 * realize(x.sum(), x.mean());
 */
export function realize(...tensors: readonly Tensor[]): void {
  // A function that is being traced computes when it is called.
  if (currentTrace()) return;
  realizeNodes(
    "realize",
    tensors.map((x) => nodeOf("realize", x)),
  );
}

/**
 * What graphs run on: "wasm" (WebAssembly with vectors of 128 bits) wherever the host has that, else
 * "reference" (plain JavaScript).
 *
 * @example
 * backend(); // => "wasm"
 */
export function backend(): BackendName {
  return currentBackend().name;
}

/**
 * Chooses what graphs run on. Throws `NablaError` for a name that is not a back end's, and for "wasm"
 * where the host has no vectors.
 *
 * @example
 * setBackend("reference");
 * tensor([1, 2]).exp().sum().itemSync(); // => 10.1073
 * setBackend("wasm");
 */
export function setBackend(name: BackendName): void {
  chooseBackend(name);
}
