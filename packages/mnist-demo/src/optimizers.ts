// The optimisers that `train` offers by name.

import {
  adaDelta,
  adaGrad,
  adam,
  adamW,
  cosineDecay,
  type Layer,
  type LearningRate,
  lion,
  type Optimizer,
  oneCycle,
  rmsProp,
  sgd,
  weightsDecay,
} from "@nabla/nn";

type Decaying = "sgd" | "adamW" | "lion";
export type OptimizerName = Decaying | "adam" | "rmsProp" | "adaGrad" | "adaDelta";

/** Those whose weights may decay. */
const withDecay = { sgd, adamW, lion };
const without = { adam, rmsProp, adaGrad, adaDelta };

export const decaying: readonly Decaying[] = ["sgd", "adamW", "lion"];
export const optimizerNames: readonly OptimizerName[] = [
  "sgd",
  "adam",
  "adamW",
  "rmsProp",
  "adaGrad",
  "adaDelta",
  "lion",
];

export const scheduleNames = ["constant", "cosine", "one-cycle"] as const;

/** How the optimiser works. */
export interface OptimizerOptions {
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  readonly schedule: (typeof scheduleNames)[number];
  /** Of the weights, not of the biases. */
  readonly weightDecay: number;
}

/** The optimiser that the options name, for a training of `steps` steps. */
export function optimizerOf(network: Layer, options: OptimizerOptions, steps: number): Optimizer {
  const { optimizer, weightDecay } = options;
  const learningRate = rateOf(options, steps);
  if (optimizer === "sgd" || optimizer === "adamW" || optimizer === "lion") {
    const groups = weightsDecay(network.parameters());
    return withDecay[optimizer](groups, { learningRate, weightDecay });
  }
  return without[optimizer](network.parameters(), { learningRate });
}

function rateOf({ learningRate, schedule }: OptimizerOptions, steps: number): LearningRate {
  switch (schedule) {
    case "constant":
      return learningRate;
    case "cosine":
      return cosineDecay({ from: learningRate, steps });
    case "one-cycle":
      return oneCycle({ most: learningRate, steps });
  }
}
