// The network that a file of parameters belongs to: its layers' sizes are those of the weights, and what
// else must be known stands in the file's metadata.

import { readFile } from "node:fs/promises";
import { NablaError } from "@nabla/autograd";
import { type Layer, loadSafetensors } from "@nabla/nn";
import { type ActivationName, activationNames, type CostName, costNames } from "./options.ts";
import { type NetworkOptions, networkOf } from "./training.ts";

/** A network of dense layers with the parameters of a file. */
export interface ReadModel {
  readonly network: Layer;
  readonly description: NetworkOptions;
}

/**
 * The network in a safetensors file. Metadata that say nothing of activation and cost mean sigmoid and
 * quadratic. Throws `NablaError`, starting with `option`, for files that are none or hold other layers.
 */
export async function readModel(option: string, path: string): Promise<ReadModel> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new NablaError(`${option}: ${JSON.stringify(path)}: ${(error as Error).message}`);
  }
  const description = descriptionOf(bytes);
  const network = networkOf(description);
  try {
    loadSafetensors(network, bytes);
  } catch (error) {
    if (!(error instanceof NablaError)) throw error;
    throw new NablaError(`${option}: ${JSON.stringify(path)}: ${error.message}`);
  }
  return { network, description };
}

/** What the header says; what is wrong with it, `loadSafetensors` tells better. */
function descriptionOf(bytes: Uint8Array): NetworkOptions {
  const header = headerOf(bytes);
  const { activation, cost } = (header["__metadata__"] ?? {}) as Record<string, unknown>;
  const sizes = Object.entries(header)
    .flatMap(([name, value]) => {
      const [, position] = /^(\d+)\.weight$/.exec(name) ?? [];
      const shape: unknown = (value as { readonly shape?: unknown } | null)?.shape;
      const size: unknown = Array.isArray(shape) && shape.length === 2 ? shape[1] : undefined;
      const isSize = Number.isSafeInteger(size) && Number(size) > 0 && Number(size) <= mostNeurons;
      return position !== undefined && isSize
        ? [{ position: Number(position), size: Number(size) }]
        : [];
    })
    .sort((a, b) => a.position - b.position)
    .map(({ size }) => size);
  return {
    hidden: sizes.slice(0, -1).slice(0, mostLayers),
    activation:
      activationNames.find((name): name is ActivationName => name === activation) ?? "sigmoid",
    cost: costNames.find((name): name is CostName => name === cost) ?? "quadratic",
  };
}

/** A header may ask for any size: these fit into memory. */
const [mostNeurons, mostLayers] = [10_000, 20];

function headerOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    return typeof header === "object" && header !== null ? (header as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
