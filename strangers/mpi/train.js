import { createHash } from "node:crypto";
import { manualSeed, oneHot } from "@nabla/autograd";
import { loadMnist } from "@nabla/mnist-demo";
import {
  accuracy,
  dense,
  fit,
  quadraticCost,
  sequential,
  sgd,
  sigmoid,
  toSafetensors,
} from "@nabla/nn";

/** Trains a network on MNIST for an epoch, in batches of 50, two a step. */
export async function train(how) {
  const { train, test } = await loadMnist();
  const datasetOf = ({ images, labels }) => ({ images, targets: oneHot(labels, 10) });
  manualSeed(1);
  const pixels = (x) => x.reshape([x.shape[0], 784]).div(255);
  const network = sequential(pixels, dense(784, 16), sigmoid, dense(16, 10), sigmoid);
  const last = await fit(network, datasetOf(train), {
    cost: quadraticCost,
    optimizer: sgd(network.parameters(), { learningRate: 3 }),
    epochs: 2,
    batchSize: 50,
    validation: datasetOf(test),
    metrics: { accuracy },
    ...how,
  });
  const checksum = createHash("sha256").update(toSafetensors(network)).digest("hex");
  return { accuracy: last.metrics.accuracy, checksum };
}
