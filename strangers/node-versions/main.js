// Plain JavaScript: learns exclusive or, compiled, on every core.
import assert from "node:assert/strict";
import { compile, manualSeed, tensor } from "@nabla/autograd";
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
const step = compile((x, y) => {
  const cost = quadraticCost(network.forward(x), y);
  cost.backward();
  optimizer.step();
  return cost;
});

let cost = Number.NaN;
for (let i = 0; i < 500; i++) cost = step(inputs, targets).itemSync();
console.log(`Node ${process.versions.node}: cost ${cost.toFixed(4)}`);
assert.ok(cost < 0.01, "exclusive or was not learnt");
