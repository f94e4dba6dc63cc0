// What one example wants of a network: the negative gradient, neuron by neuron and layer by layer, as
// backpropagation computes it. M. Nielsen, "Neural Networks and Deep Learning", 2015, chapter 2, has
// the formulas; "what an activation wants" is G. Sanderson's phrase (3Blue1Brown, "Backpropagation,
// step by step", 2017).
import {
  formatShape,
  gradients,
  NablaError,
  outer,
  ShapeError,
  type Tensor,
  zerosLike,
} from "@nabla/autograd";
import { callable, checkOptions, checkTensor } from "@nabla/autograd/checks";
import { checkModel } from "../checks.ts";
import { quadraticCost } from "../costs.ts";
import type { Dense } from "../dense.ts";
import type { Layer } from "../layer.ts";
import { type CostOptions, costOf } from "./example-costs.ts";
import { applyAll, type Stage, stagesOf, titleOf } from "./stages.ts";

/** What one example wants of a network of dense layers. All are graphs; nothing has run. */
export interface Nudges {
  /** C, the example's cost as it is. */
  readonly cost: Tensor<[]>;
  /** What the network gives: the last layer's activations. */
  readonly output: Tensor;
  /** The dense layers, first to last. */
  readonly layers: readonly LayerNudges[];
}

/**
 * What the example wants of a dense layer with n inputs and m neurons. "Wants" means a change in
 * proportion to the negative gradient: minus the derivative of the cost C. In the formulas a' are the
 * previous activations, z = a' W + b the weighted sums, a the activations computed from them, and d =
 * -dC/dz.
 */
export interface LayerNudges {
  /** The layer's position in the model, as in the names of its parameters: "1". */
  readonly name: string;
  readonly layer: Dense;
  /** a', [n]. */
  readonly previousActivations: Tensor<[number]>;
  /** z, [m]. */
  readonly weightedSums: Tensor<[number]>;
  /**
   * a, [m]: the result of the functions after the layer, such as `sigmoid`, applied to z; z if there are
   * none.
   */
  readonly activations: Tensor<[number]>;
  /**
   * -dC/da, [m]. For the outputs and the quadratic cost 2 (y - a), in proportion to the distance
   * from the target; for a hidden layer the `wantedOfPrevious` of the next layer.
   */
  readonly wantedActivations: Tensor<[number]>;
  /**
   * d = -dC/dz, [m]: the wanted activations through the activation's slope; sigmoid: times a (1 -
   * a).
   */
  readonly wantedSums: Tensor<[number]>;
  /** The three ways to change the weighted sums. */
  readonly avenues: Avenues;
  /** By how much each avenue would change the weighted sums, for a unit of step. */
  readonly effects: Effects;
  /**
   * -dC/da', [n]: for each previous activation, the sum of the changes that all neurons of this layer
   * want: the row sums of `avenues.previousActivations`.
   */
  readonly wantedOfPrevious: Tensor<[number]>;
  /** One neuron of the layer, counted from 0. Throws `NablaError` if there is no such neuron. */
  neuron(j: number): NeuronNudges;
}

/** Wanted changes of everything that a layer's weighted sums depend on. */
export interface Avenues {
  /** -dC/db = d, [m]; undefined for a layer without bias. */
  readonly bias: Tensor<[number]> | undefined;
  /** -dC/dW, [n, m]: element [i, j] is a'_i d_j, in proportion to the activation before. */
  readonly weights: Tensor<[number, number]>;
  /**
   * `[n, m]`: column j is the change of the previous activations that neuron j wants, w_ij d_j: in
   * proportion to its weights.
   */
  readonly previousActivations: Tensor<[number, number]>;
}

/**
 * How much z_j changes, to first order, if a step of 1 is taken along an avenue: a change of z_j is
 * db_j + sum_i a'_i dw_ij + sum_i w_ij da'_i, and here are the three terms.
 */
export interface Effects {
  /** d_j, [m]; 0 for a layer without bias. */
  readonly bias: Tensor<[number]>;
  /** d_j sum_i a'_i^2, [m]. */
  readonly weights: Tensor<[number]>;
  /** d_j sum_i w_ij^2, [m]: from the changes of the previous activations that this neuron wants. */
  readonly previousActivations: Tensor<[number]>;
}

/** The part of `LayerNudges` that belongs to one neuron, with its three avenues side by side. */
export interface NeuronNudges {
  readonly weightedSum: Tensor<[]>;
  readonly activation: Tensor<[]>;
  readonly wantedActivation: Tensor<[]>;
  readonly wantedSum: Tensor<[]>;
  /** The wanted change of its bias; undefined without bias. */
  readonly bias: Tensor<[]> | undefined;
  /** Those of its weights, [n]: in proportion to the activations before. */
  readonly weights: Tensor<[number]>;
  /** The changes of the previous activations that it wants, [n]: in proportion to its weights. */
  readonly previousActivations: Tensor<[number]>;
  /** How far each avenue would move its weighted sum, for a unit of step. */
  readonly effects: {
    readonly bias: Tensor<[]>;
    readonly weights: Tensor<[]>;
    readonly previousActivations: Tensor<[]>;
  };
}

/**
 * What one example wants of every activation, bias and weight of a network of dense layers: the forward
 * pass gives the values, the backward pass the negative gradient, divided into a neuron's three avenues.
 * `input` and `target` are one example without an axis of examples. Everything is a graph, so it may be
 * compiled. Dropout follows the model's mode, `train()` or `evaluate()`. Throws `NablaError` for models
 * with other layers that have parameters.
 *
 * @example
 * const layer = dense(2, 1);
 * layer.weight.assign([[1], [-1]]);
 * const { cost, layers } = nudges(sequential(layer), tensor([3, 1]), tensor([1]));
 * cost.itemSync(); // => 1
 * const neuron = layers[0]!.neuron(0);
 * neuron.activation.itemSync(); // => 2
 * neuron.wantedActivation.itemSync(); // => -2
 * neuron.bias?.itemSync(); // => -2
 * neuron.weights.arraySync(); // => [-6, -2]
 * neuron.previousActivations.arraySync(); // => [-2, 2]
 */
export function nudges(
  model: Layer,
  input: Tensor,
  target: Tensor,
  options: CostOptions = {},
): Nudges {
  checkModel("nudges", model, "forward");
  checkTensor("nudges: the input", input);
  checkTensor("nudges: the target", target);
  checkOptions("nudges", options, { cost: callable });
  const { cost: costFor = quadraticCost } = options;
  const { preparation, stages } = stagesOf("nudges", model);
  const forward: Forward[] = [];
  let activations = applyAll(preparation, input.expandDims(0));
  for (const stage of stages) {
    const before = rowOf(stage, activations);
    const sums = rowOf(stage, stage.layer.forward(before));
    activations = applyAll(stage.functions, sums);
    forward.push({ stage, before, sums, after: activations });
  }
  const cost = costOf("nudges", costFor, activations, target.expandDims(0)).reshape([]);
  // The gradient is taken at a layer's own output: the next layer's input may be a reshape of it.
  const wanted = gradients(
    cost,
    forward.flatMap(({ before, sums, after }) => [before, sums, after]),
  ).map((g) => vector(g.neg().flatten()));
  const layers = forward.map((one, i) => {
    const [ofPrevious, ofSums, ofActivations] = wanted.slice(3 * i);
    return layerNudges(one, ofPrevious!, ofSums!, ofActivations!);
  });
  return { cost, output: activations.squeeze(0), layers };
}

/** The forward pass of a stage, each a batch of one example. */
interface Forward {
  readonly stage: Stage;
  readonly before: Tensor<[number, number]>;
  readonly sums: Tensor<[number, number]>;
  readonly after: Tensor;
}

function rowOf({ name }: Stage, x: Tensor): Tensor<[number, number]> {
  if (x.rank === 2 && x.shape[0] === 1) return x as Tensor<[number, number]>;
  throw new ShapeError(
    `nudges: one example makes ${formatShape(x.shape)} at ${titleOf(name)}, expected one row of neurons`,
  );
}

/** The compiler does not know the rank of what any layer gives. */
function vector(x: Tensor): Tensor<[number]> {
  return x as Tensor<[number]>;
}

function layerNudges(
  { stage: { name, layer }, before, sums, after }: Forward,
  wantedOfPrevious: Tensor<[number]>,
  wantedSums: Tensor<[number]>,
  wantedActivations: Tensor<[number]>,
): LayerNudges {
  const { weight, bias } = layer;
  const [previousActivations, weightedSums, activations] = [
    vector(before.flatten()),
    vector(sums.flatten()),
    vector(after.flatten()),
  ];
  const avenues: Avenues = {
    bias: bias && wantedSums,
    weights: outer(previousActivations, wantedSums),
    previousActivations: weight.mul(wantedSums),
  };
  const effects: Effects = {
    bias: bias ? wantedSums : zerosLike(wantedSums),
    weights: wantedSums.mul(previousActivations.square().sum()),
    previousActivations: wantedSums.mul(weight.square().sum(0)),
  };
  const neuron = (j: number): NeuronNudges => {
    const count = layer.outputFeatures;
    if (!(Number.isInteger(j) && j >= 0 && j < count)) {
      throw new NablaError(`neuron: got ${j}, ${titleOf(name)} has neurons 0 to ${count - 1}`);
    }
    const one = (x: Tensor<[number]>) => x.at(j);
    const column = (x: Tensor<[number, number]>) => x.transpose().at(j);
    return {
      weightedSum: one(weightedSums),
      activation: one(activations),
      wantedActivation: one(wantedActivations),
      wantedSum: one(wantedSums),
      bias: bias && one(wantedSums),
      weights: column(avenues.weights),
      previousActivations: column(avenues.previousActivations),
      effects: {
        bias: one(effects.bias),
        weights: one(effects.weights),
        previousActivations: one(effects.previousActivations),
      },
    };
  };
  return {
    name,
    layer,
    previousActivations,
    weightedSums,
    activations,
    wantedActivations,
    wantedSums,
    avenues,
    effects,
    wantedOfPrevious,
    neuron,
  };
}
