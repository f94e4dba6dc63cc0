// What a network and its training are made from, and what goes well together. No command line, and
// no code of the library: the page has its choices from here, too.

import type { OptimizerName, OptimizerOptions } from "./optimizers.ts";

export const activationNames = ["sigmoid", "tanh", "relu"] as const;
export const costNames = ["quadratic", "cross-entropy"] as const;
export const modelNames = ["mlp", "cnn"] as const;
export type ModelName = (typeof modelNames)[number];
export type ActivationName = (typeof activationNames)[number];
export type CostName = (typeof costNames)[number];

/** What a network and its training are made from. */
export interface TrainingOptions extends OptimizerOptions {
  readonly epochs: number;
  readonly batchSize: number;
  /** Layers that see all pixels, or convolutions before them. */
  readonly model: ModelName;
  /** Neurons of each hidden layer; of a cnn, of those after its convolutions. */
  readonly hidden: readonly number[];
  readonly activation: ActivationName;
  readonly cost: CostName;
  readonly seed: number;
  /** How many of the training examples to use; all of them if undefined. */
  readonly examples: number | undefined;
}

/**
 * The rate for sgd that goes well with each cost and activation, tried out with the other defaults.
 */
export const sgdRates: Readonly<Record<CostName, Readonly<Record<ActivationName, number>>>> = {
  quadratic: { sigmoid: 3, tanh: 0.3, relu: 0.3 },
  "cross-entropy": { sigmoid: 1, tanh: 0.1, relu: 0.1 },
};

/** What the optimisers' papers say, and PyTorch takes; for rmsProp what Keras takes. */
export const otherRates: Readonly<Record<Exclude<OptimizerName, "sgd">, number>> = {
  adam: 0.001,
  adamW: 0.001,
  rmsProp: 0.001,
  adaGrad: 0.01,
  adaDelta: 1,
  lion: 0.0001,
};

/** What goes well with each model. */
export const modelDefaults: Readonly<Record<ModelName, ModelDefaults>> = {
  mlp: { hidden: [16, 16], activation: "sigmoid", cost: "quadratic", optimizer: "sgd" },
  cnn: { hidden: [120, 84], activation: "relu", cost: "cross-entropy", optimizer: "adam" },
};

type ModelDefaults = Pick<TrainingOptions, "hidden" | "activation" | "cost" | "optimizer">;
