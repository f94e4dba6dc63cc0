// Trains a small network on MNIST, and prints its accuracy on the test digits after each epoch.

import { oneHot, type Tensor } from "@nabla/autograd";
import { type Digits, loadMnist } from "@nabla/mnist-demo";
import { accuracy, dense, fit, quadraticCost, sequential, sgd, sigmoid } from "@nabla/nn";

const pixels = (images: Tensor) => images.reshape([-1, 784]).div(255);
const network = sequential(pixels, dense(784, 16), sigmoid, dense(16, 10), sigmoid);

const dataset = ({ images, labels }: Digits) => ({ images, targets: oneHot(labels, 10) });
const { train, test } = await loadMnist();

const reports = fit(network, dataset(train), {
  cost: quadraticCost,
  optimizer: sgd(network.parameters(), { learningRate: 3 }),
  epochs: 3,
  batchSize: 100,
  validation: dataset(test),
  metrics: { accuracy },
});
for await (const { epoch, cost, metrics } of reports) {
  console.log(`epoch ${epoch}: cost ${cost.toFixed(4)}, accuracy ${metrics?.accuracy?.toFixed(4)}`);
}
