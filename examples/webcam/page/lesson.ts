// What is taught: pictures with their labels, and a network that learns them while it is asked.
import { stack, type Tensor, tensor } from "@nabla/autograd";
import {
  type Augmentation,
  augment,
  centerCrop,
  colorJitter,
  randomAffine,
  randomFlip,
  resize,
  toFloat,
} from "@nabla/images";
import {
  adam,
  convolution2d,
  crossEntropy,
  dense,
  fit,
  flatten,
  maxPooling2d,
  relu,
  type Sequential,
  sequential,
} from "@nabla/nn";

/** Pixels along a side of what the network sees. */
const side = 32;

/** Steps of a training. */
const steps = 160;

/** How the network is shown a picture, in another way at each step. */
const changes: readonly Augmentation[] = [
  randomFlip(),
  randomAffine({ degrees: 12, scale: [0.8, 1.25], translate: [0.1, 0.1], padding: "border" }),
  colorJitter({ brightness: 0.25, contrast: 0.25, saturation: 0.25, hue: 0.02 }),
];

/** How training stands. */
export interface Progress {
  readonly step: number;
  readonly steps: number;
  /** Of the step's own pictures. */
  readonly cost: number;
}

interface Example {
  readonly picture: Tensor;
  readonly label: number;
}

/** Makes a picture what the network sees: the square in its middle, [3, 32, 32], from 0 to 1. */
export function seen(picture: Tensor): Tensor {
  const [, height, width] = picture.shape as [number, number, number];
  const square = Math.min(height, width);
  const middle = centerCrop(picture, [square, square]);
  return resize(toFloat(middle), [side, side], { antialias: true }).realize();
}

function networkFor(kinds: number): Sequential {
  return sequential(
    convolution2d(3, 12, 3, { padding: 1 }),
    relu,
    maxPooling2d(2),
    convolution2d(12, 24, 3, { padding: 1 }),
    relu,
    maxPooling2d(2),
    convolution2d(24, 24, 3, { padding: 1 }),
    relu,
    maxPooling2d(2),
    flatten(),
    dense(24 * 4 * 4, kinds),
  );
}

export class Lesson {
  #examples: Example[] = [];
  /** What has been learnt so far, and the labels of its outputs. */
  #learnt: { readonly network: Sequential; readonly kinds: readonly number[] } | undefined;
  #running: AbortController | undefined;

  add(label: number, picture: Tensor): void {
    this.#examples.push({ picture, label });
  }

  forget(label: number): void {
    this.#examples = this.#examples.filter((one) => one.label !== label);
  }

  /** The probability of each label; undefined before anything has been learnt. */
  async probabilities(picture: Tensor): Promise<ReadonlyMap<number, number> | undefined> {
    if (!this.#learnt) return undefined;
    const { network, kinds } = this.#learnt;
    const outputs = network.forward(picture.sub(0.5).expandDims(0)).softmax();
    const found = await outputs.data();
    return new Map(kinds.map((kind, i) => [kind, found[i]!]));
  }

  /** Trains a new network on all examples; it can be asked meanwhile. All progress has been heard when it ends. */
  async train(onProgress: (progress: Progress) => unknown): Promise<void> {
    this.stop();
    const running = new AbortController();
    this.#running = running;
    const kinds = [...new Set(this.#examples.map(({ label }) => label))].sort((a, b) => a - b);
    const labels = this.#examples.map(({ label }) => kinds.indexOf(label));
    // Each thing counts the same, however many pictures there are of it.
    const counts = kinds.map((_, kind) => labels.filter((label) => label === kind).length);
    const classWeights = tensor(counts.map((count) => labels.length / (kinds.length * count)));
    const images = stack(this.#examples.map(({ picture }) => picture)).realize();
    const network = networkFor(kinds.length);
    this.#learnt = { network, kinds };
    const changed = augment(...changes);
    const batchSize = Math.min(16, labels.length);
    const reports = fit(
      network,
      { images, labels: tensor(labels, { dtype: "int32" }) },
      {
        batchCost: (model, batch, key) => {
          const outputs = model.forward(changed(batch.images, key).sub(0.5));
          return crossEntropy(outputs, batch.labels, { classWeights });
        },
        optimizer: adam(network.parameters(), { learningRate: 0.002 }),
        batchSize,
        epochs: Math.ceil(steps / Math.ceil(labels.length / batchSize)),
        reportEvery: 1,
        signal: running.signal,
      },
    );
    let told = 0;
    let heard: unknown;
    for await (const { step, batchCost } of reports) {
      if (step === told || step > steps) continue;
      told = step;
      heard = onProgress({ step, steps, cost: batchCost });
    }
    // Messages on this way come in order, but not with those of other ways.
    await heard;
  }

  /** Ends the training that is under way. */
  stop(): void {
    this.#running?.abort();
  }
}
