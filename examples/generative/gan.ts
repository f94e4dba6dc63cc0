// A generative adversarial network: a generator makes points of noise, a discriminator tells them from real
// ones, and each learns from the other, in turn. I. Goodfellow et al., "Generative adversarial nets", 2014.
import { concat, onesLike, random, type Tensor, zerosLike } from "@nabla/autograd";
import {
  adam,
  binaryCrossEntropy,
  dense,
  madeOf,
  relu,
  sequential,
  type TrainStepReport,
  trainStep,
} from "@nabla/nn";

/** Points [count, 2] near a circle of radius 1. */
export function ring(count: number, key: Tensor<[2]>): Tensor {
  const [forAngles, forNoise] = random.split(key, 2);
  const angles = random.uniform([count, 1], { seed: forAngles! }).mul(2 * Math.PI);
  const noise = random.normal([count, 2], { seed: forNoise! });
  return concat([angles.cos(), angles.sin()], 1).add(noise.mul(0.05));
}

export interface AdversarialOptions {
  readonly hidden: number;
  /** Numbers of noise that a point is made of. */
  readonly noise: number;
  /** Points in a batch, as many real ones as generated ones. */
  readonly batchSize: number;
  readonly learningRate: number;
}

/** Both networks with their optimisers, which are all that a checkpoint needs, and how they learn. */
export function adversaries({ hidden, noise, batchSize, learningRate }: AdversarialOptions) {
  const network = (inputs: number, outputs: number) =>
    sequential(dense(inputs, hidden), relu, dense(hidden, hidden), relu, dense(hidden, outputs));
  const [generator, discriminator] = [network(noise, 2), network(2, 1)];
  const model = madeOf({ generator, discriminator });
  // Less momentum than usual: the cost changes with what the other one learns.
  const options = { learningRate, beta1: 0.5 };
  const optimizer = {
    generator: adam(generator.parameters(), options),
    discriminator: adam(discriminator.parameters(), options),
  };

  const generated = (count: number, key: Tensor<[2]>): Tensor =>
    generator.forward(random.normal([count, noise], { seed: key }));
  const costOfReal = (logits: Tensor) => binaryCrossEntropy(logits, onesLike(logits));
  const costOfFake = (logits: Tensor) => binaryCrossEntropy(logits, zerosLike(logits));

  type Batch = { readonly real: Tensor };
  const discriminatorStep = trainStep(model, {
    batchCost: (_, { real }: Batch, key) => ({
      real: costOfReal(discriminator.forward(real)),
      // The generator doesn't learn from this one.
      fake: costOfFake(discriminator.forward(generated(batchSize, key).stopGradient())),
    }),
    optimizer: optimizer.discriminator,
  });
  const generatorStep = trainStep(model, {
    batchCost: (_model, _batch: Batch, key) =>
      costOfReal(discriminator.forward(generated(batchSize, key))),
    optimizer: optimizer.generator,
  });

  /** One step of each, on new points. */
  async function step(): Promise<Record<"generator" | "discriminator", TrainStepReport>> {
    const real = ring(batchSize, random.key());
    return {
      discriminator: await discriminatorStep({ real }),
      generator: await generatorStep({ real }),
    };
  }
  return { model, optimizer, generated, step };
}
