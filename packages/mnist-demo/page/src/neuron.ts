// One neuron of a network: its desired changes by the three avenues.
import { gradients, type Tensor } from "@nabla/autograd";
import { type Layer, type LayerNudges, quadraticCost } from "@nabla/nn";
import { type NeuronLook, type NeuronView, numbers, type Place } from "./inspection.ts";

/** Looks at the neuron in that place. */
export function atNeuron(place: Place): NeuronView<NeuronTensors> {
  return {
    tensors: (layers) => ofNeuron(layers, place),
    look: (network, digits, tensors) => neuronLook(network, digits, tensors, place),
  };
}

/** The nudges of one neuron; after `vmap` with an axis of digits in front. */
type NeuronTensors = {
  readonly weightedSum: Tensor;
  readonly activation: Tensor;
  readonly previous: Tensor;
  readonly wantedActivation: Tensor;
  readonly wantedSum: Tensor;
  readonly wantedBias: Tensor;
  readonly wantedWeights: Tensor;
  readonly wantedPrevious: Tensor;
  /** [neurons of the next layer]; none for an output. */
  readonly wantedByNext: readonly Tensor[];
  readonly byBias: Tensor;
  readonly byWeights: Tensor;
  readonly byPrevious: Tensor;
};

function ofNeuron(layers: readonly LayerNudges[], place: Place): NeuronTensors {
  const { index } = place;
  const [layer, next] = [layers[place.layer]!, layers[place.layer + 1]];
  const { bias, weights, previousActivations, effects, ...rest } = layer.neuron(index);
  return {
    ...rest,
    previous: layer.previousActivations,
    wantedBias: bias!,
    wantedWeights: weights,
    wantedPrevious: previousActivations,
    wantedByNext: next ? [next.avenues.previousActivations.at(index)] : [],
    byBias: effects.bias,
    byWeights: effects.weights,
    byPrevious: effects.previousActivations,
  };
}

function neuronLook(
  network: Layer,
  { images, targets }: { readonly images: Tensor; readonly targets: Tensor },
  neuron: NeuronTensors,
  place: Place,
): NeuronLook {
  const parameters = network.parameters();
  const [weight, bias] = [parameters[2 * place.layer]!, parameters[2 * place.layer + 1]!];
  const cost = quadraticCost(network.forward(images), targets);
  const [ofWeight, ofBias] = gradients(cost, [weight, bias]);
  const column = (x: Tensor): number[] => numbers(x.transpose().at(place.index));
  const mean = (x: Tensor): number => x.mean().itemSync();
  const first = (x: Tensor): number => x.at(0).itemSync();
  const wantedWeights = numbers(neuron.wantedWeights.mean(0));
  const wantedBias = mean(neuron.wantedBias);
  const byGradient = [...column(ofWeight), ofBias.at(place.index).itemSync()];
  const byNudges = [...wantedWeights, wantedBias];
  return {
    place,
    weightedSum: first(neuron.weightedSum),
    activation: first(neuron.activation),
    bias: bias.at(place.index).itemSync(),
    weights: column(weight),
    previous: numbers(neuron.previous.at(0)),
    wantedActivation: mean(neuron.wantedActivation),
    wantedSum: mean(neuron.wantedSum),
    wantedBias,
    wantedWeights,
    wantedPrevious: numbers(neuron.wantedPrevious.mean(0)),
    wantedByNext: neuron.wantedByNext.flatMap((wanted) => numbers(wanted.mean(0))),
    effects: {
      bias: mean(neuron.byBias),
      weights: mean(neuron.byWeights),
      previousActivations: mean(neuron.byPrevious),
    },
    difference: Math.max(...byGradient.map((g, i) => Math.abs(-g - byNudges[i]!))),
  };
}
