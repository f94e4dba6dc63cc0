// A network learns exclusive or, which no single neuron can.
import { manualSeed, tensor } from "@nabla/autograd";
import { adam, dense, quadraticCost, sequential, sigmoid } from "@nabla/nn";

manualSeed(3);
const inputs = tensor([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]);
const targets = tensor([[0], [1], [1], [0]]);

const network = sequential(dense(2, 4), sigmoid, dense(4, 1), sigmoid);
const optimizer = adam(network.parameters(), { learningRate: 0.1 });
const costs: number[] = [];
for (let step = 0; step < 300; step++) {
  const cost = quadraticCost(network.forward(inputs), targets);
  cost.backward();
  optimizer.step();
  costs.push(cost.itemSync());
  if (step % 30 === 0) show.plot({ cost: costs }); // as it goes on
}
show.plot({ cost: costs });
console.log(network.forward(inputs).realize());
