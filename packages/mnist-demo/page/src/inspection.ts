// What the network does with digits, and how they would change it: the numbers that the views show,
// each from a public call of the library.
import { gradients, oneHot, type Tensor, tensor, vmap } from "@nabla/autograd";
import {
  costTerms,
  type Dense,
  type Layer,
  type LayerNudges,
  nudges,
  quadraticCost,
  sequential,
} from "@nabla/nn";
import type { Digits } from "../../src/digits.ts";

/**
 * Which digits are looked at: some of the set, from one on, or one that was drawn, and perhaps said
 * to be a certain digit.
 */
export type Source =
  | { readonly kind: "examples"; readonly from: number; readonly count: number }
  | {
      readonly kind: "drawing";
      readonly pixels: Uint8Array;
      readonly label: number | undefined;
    };

/** A neuron's place: which dense layer, which neuron in it. */
export interface Place {
  readonly layer: number;
  readonly index: number;
}

export interface LayerLook {
  readonly inputs: number;
  /** The first digit's. */
  readonly activations: readonly number[];
  /**
   * The desired change of each activation, averaged over the digits: minus the derivative of the
   * cost.
   */
  readonly wanted: readonly number[];
  /** [inputs][neurons]; left out where there are too many to draw. */
  readonly weights: readonly (readonly number[])[] | undefined;
}

/** A neuron, and its desired changes by three avenues, averaged over the digits. */
export interface NeuronLook {
  readonly place: Place;
  /** The first digit's. */
  readonly weightedSum: number;
  readonly activation: number;
  readonly bias: number;
  readonly weights: readonly number[];
  /** The first digit's activations before. */
  readonly previous: readonly number[];
  readonly wantedActivation: number;
  readonly wantedSum: number;
  readonly wantedBias: number;
  readonly wantedWeights: readonly number[];
  readonly wantedPrevious: readonly number[];
  /**
   * What each neuron of the next layer alone desires of this one's activation, which add up to
   * `wantedActivation`; none for an output.
   */
  readonly wantedByNext: readonly number[];
  /** How far each avenue would move the weighted sum for a unit of step. */
  readonly effects: {
    readonly bias: number;
    readonly weights: number;
    readonly previousActivations: number;
  };
  /**
   * The same wanted changes of bias and weights, by the gradient of the digits' mean cost: how far
   * the avenues' averages are from it at most.
   */
  readonly difference: number;
}

export interface Look {
  /** The first digit, and what it is; undefined for a drawing of which nobody said. */
  readonly pixels: Uint8Array;
  readonly label: number | undefined;
  /** The mean cost of the digits; undefined without a label. */
  readonly cost: number | undefined;
  /** What each output adds to the cost of the first digit; undefined without a label. */
  readonly terms: readonly number[] | undefined;
  readonly layers: readonly LayerLook[];
  readonly neuron: NeuronLook | undefined;
}

/** A layer with more inputs than this has its weights shown as pictures, not as lines. */
const mostLines = 128;

/** Digits as they come from the set, with the outputs that they should have. */
interface Batch {
  readonly images: Tensor;
  readonly targets: Tensor;
  readonly label: number | undefined;
}

/** What a network does with digits, and the changes that they desire; of a neuron too if asked for. */
export function look(network: Layer, digits: Digits, source: Source, place?: Place): Look {
  const { images, targets, label } = batchOf(digits, source);
  const all = averages(network, images, targets, place);
  const neuron = place && neuronLook(network, { images, targets }, all.neuron[0]!, place);
  return {
    pixels: Uint8Array.from(images.at(0).flatten().dataSync()),
    label,
    cost: label === undefined ? undefined : all.cost.mean().itemSync(),
    terms: label === undefined ? undefined : numbers(costTerms(network, images, targets).at(0)),
    layers: all.layers.map(({ activations, wanted }, i) => {
      const { weight } = all.dense[i]!;
      const [inputs] = weight.shape;
      return {
        inputs,
        activations: numbers(activations.at(0)),
        wanted: numbers(wanted.mean(0)),
        weights:
          inputs > mostLines ? undefined : (weight.arraySync() as readonly (readonly number[])[]),
      };
    }),
    neuron,
  };
}

function batchOf(digits: Digits, source: Source): Batch {
  if (source.kind === "drawing") {
    const images = tensor(source.pixels, { shape: [1, 28, 28] });
    const targets = oneHot(tensor([source.label ?? 0], { dtype: "int32" }), 10);
    return { images, targets, label: source.label };
  }
  const { from, count } = source;
  const labels = digits.labels.slice(0, from, from + count);
  return {
    images: digits.images.slice(0, from, from + count),
    targets: oneHot(labels, 10),
    label: labels.at(0).itemSync(),
  };
}

/** `nudges` of all digits at once: everything has an axis of digits in front. */
function averages(network: Layer, images: Tensor, targets: Tensor, place?: Place) {
  let dense: readonly Dense[] = [];
  const ofOne = (image: Tensor, target: Tensor) => {
    const { cost, layers } = nudges(network, image, target);
    dense = layers.map(({ layer }) => layer);
    return {
      cost,
      layers: layers.map(({ activations, wantedActivations }) => ({
        activations,
        wanted: wantedActivations,
      })),
      neuron: place ? [ofNeuron(layers, place)] : [],
    };
  };
  return { ...vmap(ofOne)(images, targets), dense };
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
  { images, targets }: Pick<Batch, "images" | "targets">,
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

function numbers(x: Tensor): number[] {
  return Array.from(x.dataSync());
}

/** The first digit of a source, with what the outputs should be. Throws where nobody said. */
export function digitOf(
  digits: Digits,
  source: Source,
): { image: Tensor; target: Tensor; label: number } {
  const { images, targets, label } = batchOf(digits, source);
  if (label === undefined) throw new Error("nobody said what was drawn");
  return { image: images.slice(0, 0, 1), target: targets.slice(0, 0, 1), label };
}

/** The terms of the cost if the outputs for a digit were these. */
export function termsOf(outputs: readonly number[], label: number): readonly number[] {
  const given = sequential((x) => x);
  return numbers(costTerms(given, tensor([[...outputs]]), targetOf(label)).at(0));
}

/** The desired changes of the outputs for a digit, if they were these. */
export function wishesOf(outputs: readonly number[], label: number): readonly number[] {
  const given = tensor([[...outputs]]);
  const [gradient] = gradients(quadraticCost(given, targetOf(label)), [given]);
  return numbers(gradient.neg());
}

function targetOf(label: number): Tensor<[1, number]> {
  return oneHot(tensor([label], { dtype: "int32" }), 10);
}
