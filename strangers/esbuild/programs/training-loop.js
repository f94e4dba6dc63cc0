import { tensor } from "@nabla/autograd";
import { dense, quadraticCost, sequential, sgd, sigmoid } from "@nabla/nn";

const network = sequential(dense(784, 16), sigmoid, dense(16, 16), sigmoid, dense(16, 10), sigmoid);
const optimizer = sgd(network.parameters(), { learningRate: 3 });
const images = tensor(new Float32Array(784).fill(0.5), { shape: [1, 784] });
const targets = tensor([[0, 0, 0, 1, 0, 0, 0, 0, 0, 0]]);

export const costs = [];
for (let step = 0; step < 3; step++) {
  const cost = quadraticCost(network.forward(images), targets);
  cost.backward();
  optimizer.step();
  costs.push(cost.itemSync());
}
