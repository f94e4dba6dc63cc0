// What ranks are timed at.
import { compile, oneHot, realize, type Tensor, tensor } from "@nabla/autograd";
import type { World } from "@nabla/mpi";
import {
  adam,
  type Cost,
  convolution2d,
  crossEntropy,
  dense,
  flatten,
  maxPooling2d,
  quadraticCost,
  relu,
  sequential,
  sgd,
  sigmoid,
} from "@nabla/nn";
import { labels, numbers, type TrainingStep, weights } from "./works.mjs";

/** Medians of the milliseconds that each of these takes, in turn. */
export function inTurn(repeats: number, ...works: readonly (() => void)[]): readonly number[] {
  const times = works.map(() => [] as number[]);
  for (let i = 0; i < repeats; i++) {
    works.forEach((work, j) => {
      const start = performance.now();
      work();
      times[j]!.push(performance.now() - start);
    });
  }
  return times.map((all) => all.sort((a, b) => a - b)[repeats >> 1]!);
}

/** A step of training on one batch. */
export interface Work {
  /** Of all parameters. */
  readonly size: number;
  readonly run: () => void;
}

/** A step of the sizes of LeNet-5 with 100 examples, alone. */
export function leNetStep(): Work {
  const network = sequential(
    convolution2d(1, 6, 5, { padding: 2 }),
    maxPooling2d(2),
    relu,
    convolution2d(6, 16, 5),
    maxPooling2d(2),
    relu,
    flatten(),
    dense(400, 120),
    relu,
    dense(120, 84),
    relu,
    dense(84, 10),
  );
  const optimizer = sgd(network.parameters(), { learningRate: 0.01 });
  const x = tensor(numbers(100 * 784, 0), { shape: [100, 1, 28, 28] });
  const targets = tensor(labels(100));
  const step = compile((inputs: Tensor, wanted: Tensor) => {
    crossEntropy(network.forward(inputs as typeof x), wanted).backward();
    optimizer.step();
  });
  const size = network.parameters().reduce((sum, p) => sum + p.size, 0);
  return { size, run: () => step(x, targets) };
}

/** A step, alone or with the gradients of all ranks. */
export function stepOf(
  { sizes: widths, cost, optimizer, learningRate, batch }: TrainingStep,
  world?: World,
): Work {
  const activation = cost === "quadratic" ? sigmoid : relu;
  const layers = widths.slice(1).map((width, i) => dense(widths[i]!, width));
  layers.forEach(({ weight }, i) => {
    weight.assign(tensor(weights(widths[i]!, widths[i + 1]!, i), { shape: [...weight.shape] }));
  });
  const parts = layers.flatMap((layer, i) =>
    i < layers.length - 1 || cost === "quadratic" ? [layer, activation] : [layer],
  );
  const network = sequential(...(parts as unknown as [typeof sigmoid]));
  const inner = { sgd, adam }[optimizer](network.parameters(), { learningRate });
  const own = world?.optimizer(inner) ?? inner;
  const x = tensor(numbers(batch * widths[0]!, 0), { shape: [batch, widths[0]!] });
  const classes = tensor(labels(batch));
  const targets: Tensor = cost === "quadratic" ? oneHot(classes, 10) : classes;
  realize(x, targets);
  const costOf: Cost = cost === "quadratic" ? quadraticCost : crossEntropy;
  const step = compile((inputs: Tensor, wanted: Tensor) => {
    const value = costOf(network.forward(inputs), wanted);
    value.backward();
    own.step();
    return value;
  });
  const size = network.parameters().reduce((sum, p) => sum + p.size, 0);
  return { size, run: () => void step(x, targets) };
}
