// What becomes of a neuron when its bias, its weights and the activations before it are changed as a
// digit desires.
import { type Tensor, zerosLike } from "@nabla/autograd";
import { type Layer, type LayerFunction, nudges, type Sequential } from "@nabla/nn";
import type { Digits } from "../../src/digits.ts";
import { digitOf, type Place, type Source } from "./inspection.ts";

/** Which avenues are used, and the step along them: desired changes times `size`. */
export interface AvenueStep {
  readonly bias: boolean;
  readonly weights: boolean;
  readonly previousActivations: boolean;
  readonly size: number;
}

export interface AvenueResult {
  readonly sum: Change;
  readonly activation: Change;
  /** The weighted sum afterwards, to first order: what the avenues' effects add up to. */
  readonly predictedSum: number;
}

interface Change {
  readonly before: number;
  readonly after: number;
}

export function tryAvenues(
  network: Layer,
  digits: Digits,
  source: Source,
  place: Place,
  { size, ...used }: AvenueStep,
): AvenueResult {
  const { image, target } = digitOf(digits, source);
  const layer = nudges(network, image.squeeze(0), target.squeeze(0)).layers[place.layer]!;
  const neuron = layer.neuron(place.index);
  const step = (isUsed: boolean, wanted: Tensor): Tensor =>
    isUsed ? wanted.mul(size) : zerosLike(wanted);
  const weights = layer.layer.weight.transpose().at(place.index);
  const newWeights = weights.add(step(used.weights, neuron.weights));
  const newPrevious = layer.previousActivations.add(
    step(used.previousActivations, neuron.previousActivations),
  );
  const newBias = layer.layer.bias!.at(place.index).add(step(used.bias, neuron.bias!));
  const after = newWeights.mul(newPrevious).sum().add(newBias);
  const predicted = (["bias", "weights", "previousActivations"] as const).reduce<Tensor>(
    (sum, avenue) => sum.add(step(used[avenue], neuron.effects[avenue])),
    neuron.weightedSum,
  );
  const activate = activationAfter(network, place.layer);
  return {
    sum: { before: neuron.weightedSum.itemSync(), after: numberOf(after) },
    activation: { before: neuron.activation.itemSync(), after: numberOf(activate(after)) },
    predictedSum: numberOf(predicted),
  };
}

/** The function behind a dense layer: layers are pixels to activations, and then these in pairs. */
function activationAfter(network: Layer, layer: number): LayerFunction {
  return (network as Layer & Sequential).layers[2 * layer + 2] as LayerFunction;
}

function numberOf(x: Tensor): number {
  return x.reshape([]).itemSync();
}
