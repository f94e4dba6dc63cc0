// Layers made of parameters and other layers: qualified names of everything below, and modes that
// apply to all parts.
import { NablaError, Parameter } from "@nabla/autograd";
import { checkKind, describe, plain } from "@nabla/autograd/checks";
import {
  type LayerFunction,
  type Model,
  type NamedParameter,
  namedBuffersOf,
  namedParametersOf,
  type Part,
  type Parts,
} from "./layer.ts";

/** All of a layer but its `forward`, which may be of any kind in a model of several inputs. */
export interface MadeOf extends Required<Omit<Model, "training" | "kind">> {}

/**
 * The properties of a layer with several parts: parameters under the names of the parts, those of a layer
 * prefixed with its name and a dot, as in PyTorch's `state_dict`; a shared one is named once. `train` and
 * `evaluate` apply to all parts; a compiled function stays in the mode in which it was traced. `buffers`
 * are its own cells that are not trained.
 *
 * @example
 * const parts = { inner: dense(4, 8), outer: dense(8, 4) };
 * const block = {
 *   ...madeOf(parts),
 *   forward: (x: Tensor) => x.add(parts.outer.forward(parts.inner.forward(x).relu())),
 * };
 * block.namedParameters().map(([name]) => name);
 * // => ["inner.weight", "inner.bias", "outer.weight", "outer.bias"]
 */
export function madeOf(parts: Parts, buffers: Readonly<Record<string, Parameter>> = {}): MadeOf {
  checkKind("madeOf", "parts", parts, plain);
  checkKind("madeOf", "buffers", buffers, plain);
  for (const [name, part] of Object.entries<unknown>(parts)) {
    if (!isPart(part)) throw notA(name, part, "a parameter, a layer or a function");
  }
  for (const [name, cell] of Object.entries<unknown>(buffers)) {
    if (!(cell instanceof Parameter)) throw notA(name, cell, "a parameter");
  }
  const parameters = firstNames(parts, namedParametersOf);
  const ownBuffers = Object.entries(buffers);
  const layers = Object.values(parts).flatMap((part) => (isLayer(part) ? [part] : []));
  return {
    parts,
    parameters: () => parameters().map(([, p]) => p),
    namedParameters: parameters,
    namedBuffers: () => [...ownBuffers, ...firstNames(withoutParameters(parts), namedBuffersOf)()],
    train() {
      for (const layer of layers) layer.train?.();
    },
    evaluate() {
      for (const layer of layers) layer.evaluate?.();
    },
  };
}

function isPart(part: unknown): boolean {
  if (part === undefined || typeof part === "function" || part instanceof Parameter) return true;
  return typeof (part as Model | null)?.parameters === "function";
}

function notA(name: string, given: unknown, expected: string): NablaError {
  return new NablaError(
    `madeOf: ${JSON.stringify(name)} is ${describe(given)}, expected ${expected}`,
  );
}

/** The qualified names of everything in the parts; a shared cell is listed under its first name. */
function firstNames(
  parts: Parts,
  namesOf: (layer: Model | LayerFunction) => readonly NamedParameter[],
): () => readonly NamedParameter[] {
  return () => {
    const seen = new Set<Parameter>();
    return Object.entries(parts)
      .flatMap(([name, part]): readonly NamedParameter[] => {
        if (part === undefined) return [];
        if (part instanceof Parameter) return [[name, part]];
        return namesOf(part).map(([inner, p]) => [`${name}.${inner}`, p]);
      })
      .filter(([, p]) => !seen.has(p) && seen.add(p));
  };
}

function withoutParameters(parts: Parts): Parts {
  return Object.fromEntries(
    Object.entries(parts).filter(([, part]) => !(part instanceof Parameter)),
  );
}

function isLayer(part: Part): part is Model {
  return typeof part === "object" && !(part instanceof Parameter);
}
