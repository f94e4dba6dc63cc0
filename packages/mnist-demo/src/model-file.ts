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
 * The network in a safetensors file. Metadata that say nothing of model, activation and cost mean
 * mlp, sigmoid and quadratic. Throws `NablaError`, starting with `option`, for files that are none
 * or hold other layers.
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

/**
 * Throws `NablaError` if a checkpoint is of a network with other layers than the options'. What is
 * no checkpoint, or damaged, is left to `fit`, which reads all of it.
 */
export async function checkResumed(
  path: string,
  { model = "mlp", hidden }: Pick<NetworkOptions, "model" | "hidden">,
): Promise<void> {
  let tensors: Tensors;
  try {
    ({ tensors } = await readSafetensors(path));
  } catch (error) {
    if (error instanceof NablaError) return;
    throw error;
  }
  const weights = weightsIn(tensors, "model.");
  if (weights.length === 0) return;
  const kept = weights.some(({ rank }) => rank === 4) ? "cnn" : "mlp";
  const [of, got] = [
    `--model ${kept} --hidden ${hiddenOf(weights).join()}`,
    `--model ${model} --hidden ${hidden.join()}`,
  ];
  if (of !== got) throw new NablaError(`--resume: ${path} is of ${of}, got ${got}`);
}

type Tensors = Readonly<Record<string, Tensor>>;

/** The layers' weights, in order, of those whose names begin with `prefix`. */
function weightsIn(tensors: Tensors, prefix: string): readonly Tensor[] {
  return Object.entries(tensors)
    .flatMap(([name, weight]) => {
      const own = name.startsWith(prefix) ? name.slice(prefix.length) : "";
      const [, position] = /^(\d+)\.weight$/.exec(own) ?? [];
      return position === undefined ? [] : [{ at: Number(position), weight }];
    })
    .sort((a, b) => a.at - b.at)
    .map(({ weight }) => weight);
}

/** Neurons of each dense layer but the last. */
function hiddenOf(weights: readonly Tensor[]): readonly number[] {
  return weights.flatMap(({ rank, shape }) => (rank === 2 ? [shape[1]!] : [])).slice(0, -1);
}

function descriptionOf(
  tensors: Tensors,
  metadata: Readonly<Record<string, string>>,
): NetworkOptions {
  const said = <Name extends string>(what: string, names: readonly Name[], otherwise: Name): Name =>
    names.find((known) => known === metadata[what]) ?? otherwise;
  return {
    model: said("model", modelNames, "mlp"),
    hidden: hiddenOf(weightsIn(tensors, "")),
    activation: said("activation", activationNames, "sigmoid"),
    cost: said("cost", costNames, "quadratic"),
  };
}
