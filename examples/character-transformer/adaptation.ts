// Fine-tuning of a trained transformer, or of low-rank changes of its weights.
import {
  type AnyReport,
  adamW,
  bestModel,
  cosineDecay,
  crossEntropy,
  fit,
  type Layer,
  loadSafetensors,
  type Model,
  type TrainingOptions,
  toSafetensors,
  warmup,
} from "@nabla/nn";
import { type CharacterTransformer, characterTransformer, type Sizes } from "./model.ts";
import type { Windows } from "./training.ts";

/** The number of parameters that are trained. */
export const sizeOf = (model: Model): number =>
  model.parameters().reduce((sum, { size }) => sum + size, 0);

/** A new transformer with the weights of `model`. */
export function copyOf(model: CharacterTransformer, sizes: Sizes): CharacterTransformer {
  const copy = characterTransformer(sizes);
  loadSafetensors(copy, toSafetensors(model));
  return copy;
}

export interface AdaptOptions
  extends Pick<TrainingOptions, "checkpoint" | "resume" | "reportEvery"> {
  readonly epochs: number;
  /** The peak: the rate rises to it in the first twentieth of the steps, then falls to 0. */
  readonly learningRate: number;
}

/** Trains the model, then restores its weights after the epoch that was best on `validation`. */
export async function* adapt(
  model: Layer,
  { inputs, targets }: Windows,
  validation: Windows,
  { epochs, learningRate, ...others }: AdaptOptions,
): AsyncGenerator<AnyReport> {
  const batchSize = 16;
  const steps = epochs * Math.ceil(inputs.shape[0]! / batchSize);
  const rise = Math.ceil(steps / 20);
  const fall = cosineDecay({ from: learningRate, steps: steps - rise });
  const rate = warmup({ steps: rise, after: fall });
  const best = bestModel(model);
  yield* fit(
    model,
    { inputs, targets },
    {
      ...others,
      cost: crossEntropy,
      optimizer: adamW(model.parameters(), { learningRate: rate }),
      epochs,
      batchSize,
      validation: { inputs: validation.inputs, targets: validation.targets },
      callbacks: { best },
    },
  );
  best.restore();
}
