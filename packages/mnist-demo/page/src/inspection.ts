// What the network does with digits, and how they would change it: the numbers that the views show,
// each from a public call of the library.
import { oneHot, type Tensor, tensor, vmap } from "@nabla/autograd";
import { costTerms, type Dense, type Layer, type LayerNudges, nudges } from "@nabla/nn";
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

/** Looks at one neuron, too (neuron.ts). */
export interface NeuronView<Tensors> {
  /** The nudges of the neuron for one digit; after `vmap` with an axis of digits in front. */
  readonly tensors: (layers: readonly LayerNudges[]) => Tensors;
  readonly look: (
    network: Layer,
    digits: { readonly images: Tensor; readonly targets: Tensor },
    tensors: Tensors,
  ) => NeuronLook;
}

/** What a network does with digits, and the changes that they desire; of a neuron too if asked for. */
export function look<Tensors extends object>(
  network: Layer,
  digits: Digits,
  source: Source,
  view?: NeuronView<Tensors>,
): Look {
  const { images, targets, label } = batchOf(digits, source);
  const all = averages(network, images, targets, view);
  const neuron = view?.look(network, { images, targets }, all.neuron[0]! as Tensors);
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
function averages<Tensors extends object>(
  network: Layer,
  images: Tensor,
  targets: Tensor,
  view?: NeuronView<Tensors>,
) {
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
      neuron: view ? [view.tensors(layers)] : [],
    };
  };
  return { ...vmap(ofOne)(images, targets), dense };
}

export function numbers(x: Tensor): number[] {
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
