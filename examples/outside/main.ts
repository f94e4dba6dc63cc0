// A program of a package of its own, compiled by tsc and run by Node: learns exclusive or.

import { manualSeed, tensor } from "@nabla/autograd";
import { dense, quadraticCost, sequential, sgd, sigmoid, tanh } from "@nabla/nn";

manualSeed(1);
const inputs = tensor([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]);
const targets = tensor([[0], [1], [1], [0]]);

const network = sequential(dense(2, 4), tanh, dense(4, 1), sigmoid);
const optimizer = sgd(network.parameters(), { learningRate: 2 });
for (let step = 0; step < 500; step++) {
  quadraticCost(network.forward(inputs), targets).backward();
  optimizer.step();
}

const cost = await quadraticCost(network.forward(inputs), targets).item();
console.log(`cost ${cost.toFixed(4)}`);
if (!(cost < 0.01)) throw new Error("exclusive or was not learnt");
