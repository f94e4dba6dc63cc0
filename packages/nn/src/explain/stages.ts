// A network divided for backpropagation: dense layers, and the functions between them that compute
// activations from weighted sums.
import { NablaError, type Tensor } from "@nabla/autograd";
import type { Dense } from "../dense.ts";
import { applyLayer, type Layer, type LayerFunction } from "../layer.ts";
import { layersOf } from "../sequential.ts";

/** A dense layer, and the functions that follow it. */
export interface Stage {
  /** The layer's position in the model, as in the names of its parameters: "0", "2.1". */
  readonly name: string;
  readonly layer: Dense;
  readonly functions: readonly (Layer | LayerFunction)[];
}

export interface Stages {
  /** What is done to the input before the first dense layer. */
  readonly preparation: readonly (Layer | LayerFunction)[];
  readonly stages: readonly Stage[];
}

/** The stages of a model. Throws `NablaError` if layers other than dense ones have parameters. */
export function stagesOf(operation: string, model: Layer): Stages {
  const preparation: (Layer | LayerFunction)[] = [];
  const stages: (Stage & { functions: (Layer | LayerFunction)[] })[] = [];
  for (const { name, layer } of flattened(model, "")) {
    if (isDense(layer)) {
      stages.push({ name, layer, functions: [] });
    } else if (typeof layer === "function" || layer.parameters().length === 0) {
      (stages.at(-1)?.functions ?? preparation).push(layer);
    } else {
      throw new NablaError(
        `${operation}: ${titleOf(name)} has parameters and is not dense; ` +
          "expected dense layers and functions",
      );
    }
  }
  if (stages.length > 0) return { preparation, stages };
  throw new NablaError(`${operation}: the model has no dense layer`);
}

/** What errors call a layer. */
export function titleOf(name: string): string {
  return name === "" ? "the layer" : `layer ${name}`;
}

export function applyAll(functions: readonly (Layer | LayerFunction)[], x: Tensor): Tensor {
  return functions.reduce<Tensor>((activations, layer) => applyLayer(layer, activations), x);
}

/** The layers of sequences, and of sequences in them. */
function* flattened(
  layer: Layer | LayerFunction,
  name: string,
): Generator<{ readonly name: string; readonly layer: Layer | LayerFunction }> {
  const inner = layersOf(layer);
  if (!inner) {
    yield { name, layer };
    return;
  }
  for (const [i, one] of inner.entries()) {
    yield* flattened(one, name === "" ? String(i) : `${name}.${i}`);
  }
}

function isDense(layer: Layer | LayerFunction): layer is Dense {
  const { weight, inputFeatures, outputFeatures } = layer as Partial<Dense>;
  return weight?.rank === 2 && inputFeatures !== undefined && outputFeatures !== undefined;
}
