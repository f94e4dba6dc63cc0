// Trainings of a few networks by ranks, or by one process with as many batches a step: what is trained must
// have the same bits. The data are drawn; an epoch ends with fewer batches than ranks, and with a smaller one.
import { createHash } from "node:crypto";
import { arange, manualSeed, oneHot, random, type Tensor } from "@nabla/autograd";
import {
  adam,
  adamW,
  batchNorm,
  convolution2d,
  crossEntropy,
  dense,
  dropout,
  embedding,
  fit,
  flatten,
  type Layer,
  maxPooling2d,
  type Optimizer,
  quadraticCost,
  relu,
  sequential,
  sgd,
  sigmoid,
  type Team,
  toSafetensors,
  transformerBlock,
} from "@nabla/nn";

interface Trial {
  readonly model: Layer;
  readonly dataset: { readonly inputs: Tensor; readonly targets: Tensor };
  readonly cost: (outputs: Tensor, targets: Tensor) => Tensor;
  readonly optimizer: (model: Layer) => Optimizer;
}

/** In an epoch, of batches of eight. */
const examples = 250;

const labels = (shape: readonly number[], classes: number) =>
  random.randint([examples, ...shape], 0, classes, { seed: 2 });

const trials = {
  "784-16-16-10": (): Trial => ({
    model: sequential(dense(784, 16), sigmoid, dense(16, 16), sigmoid, dense(16, 10), sigmoid),
    dataset: {
      inputs: random.uniform([examples, 784], { seed: 1 }),
      targets: oneHot(labels([], 10), 10),
    },
    cost: quadraticCost,
    optimizer: (model) => sgd(model.parameters(), { learningRate: 3 }),
  }),
  LeNet: (): Trial => ({
    model: sequential(
      convolution2d(1, 6, 5, { padding: 2 }),
      batchNorm(6),
      relu,
      maxPooling2d(2),
      convolution2d(6, 16, 5),
      relu,
      maxPooling2d(2),
      flatten(),
      dense(400, 120),
      relu,
      dropout(0.2),
      dense(120, 84),
      relu,
      dense(84, 10),
    ),
    dataset: {
      inputs: random.uniform([examples, 1, 28, 28], { seed: 1 }),
      targets: labels([], 10),
    },
    cost: crossEntropy,
    optimizer: (model) => adam(model.parameters(), { learningRate: 0.001 }),
  }),
  transformer: (): Trial => {
    const [places, features, characters] = [16, 32, 20];
    const positions = embedding(places, features);
    const blocks = sequential(
      embedding(characters, features),
      (x: Tensor) => x.add(positions.forward(arange(places, { dtype: "int32" }))),
      transformerBlock(features, 4, { causal: true, dropout: 0.1 }),
      transformerBlock(features, 4, { causal: true, dropout: 0.1 }),
      dense(features, characters),
    );
    const texts = labels([places + 1], characters);
    return {
      model: blocks,
      dataset: { inputs: texts.slice(1, 0, places), targets: texts.slice(1, 1) },
      cost: crossEntropy,
      optimizer: (model) =>
        adamW([...model.parameters(), ...positions.parameters()], { learningRate: 0.002 }),
    };
  },
} as const;

/** A checksum of all that is trained and of the optimiser's state, of each network after so many steps. */
export async function checksums(
  steps: number,
  how: { readonly world: Team } | { readonly accumulate: number },
): Promise<Readonly<Record<string, string>>> {
  const sums: [string, string][] = [];
  for (const [name, trial] of Object.entries(trials)) {
    manualSeed(1);
    const { model, dataset, cost, optimizer: optimizerOf } = trial();
    const optimizer = optimizerOf(model);
    const options = { cost, optimizer, epochs: steps, batchSize: 8, reportEvery: 1, ...how };
    for await (const { step } of fit(model, dataset, options)) if (step === steps) break;
    const hash = createHash("sha256").update(toSafetensors(optimizer.state()));
    for (const p of optimizer.parameters) hash.update(await p.data());
    sums.push([name, hash.digest("hex")]);
  }
  return Object.fromEntries(sums);
}
