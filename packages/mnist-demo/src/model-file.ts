// The network that a file of parameters belongs to: its layers' sizes are those of the weights, and
// what else must be known stands in the file's metadata.

import { NablaError, type Tensor } from "@nabla/autograd";
import { type Layer, loadSafetensors, readSafetensors } from "@nabla/nn";
import { type NetworkOptions, networkOf } from "./network.ts";
import { activationNames, costNames, modelNames } from "./training-options.ts";

/** A network with the parameters of a file. */
export interface ReadModel {
  readonly network: Layer;
  readonly description: NetworkOptions;
}

/**
 * The network in a safetensors file. Metadata that say nothing of model, activation and cost mean mlp,
 * sigmoid and quadratic. Throws `NablaError`, starting with `option`, for files that are none or hold other
 * layers.
 */
export async function readModel(option: string, path: string): Promise<ReadModel> {
  try {
    const { tensors, metadata } = await readSafetensors(path);
    const description = descriptionOf(tensors, metadata);
    const network = networkOf(description);
    await loadSafetensors(network, path);
    return { network, description };
  } catch (error) {
    if (!(error instanceof NablaError)) throw error;
    throw new NablaError(`${option}: ${error.message}`);
  }
}

function descriptionOf(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>>,
): NetworkOptions {
  const sizes = Object.entries(tensors)
    .flatMap(([name, { rank, shape }]) => {
      const [, position] = /^(\d+)\.weight$/.exec(name) ?? [];
      return position === undefined || rank !== 2
        ? []
        : [{ at: Number(position), size: shape[1]! }];
    })
    .sort((a, b) => a.at - b.at)
    .map(({ size }) => size);
  const said = <Name extends string>(what: string, names: readonly Name[], otherwise: Name): Name =>
    names.find((known) => known === metadata[what]) ?? otherwise;
  return {
    model: said("model", modelNames, "mlp"),
    hidden: sizes.slice(0, -1),
    activation: said("activation", activationNames, "sigmoid"),
    cost: said("cost", costNames, "quadratic"),
  };
}
