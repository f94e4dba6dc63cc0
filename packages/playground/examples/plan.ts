// What runs: a few kernels, which compile() plans once.
import { compile, explainPlan, random, realize } from "@nabla/autograd";
import { dense, quadraticCost, sequential, sgd, sigmoid } from "@nabla/nn";

const network = sequential(dense(20, 8), sigmoid, dense(8, 1));
realize(...network.parameters());
const optimizer = sgd(network.parameters(), { learningRate: 0.1 });
const x = random.normal([64, 20], { seed: 1 }).realize();
const y = x.sum(1, { keepDims: true }).sin().realize();

console.log(explainPlan(quadraticCost(network.forward(x), y)));

const step = compile(() => {
  const cost = quadraticCost(network.forward(x), y);
  cost.backward();
  optimizer.step();
  return cost;
});
const start = performance.now();
const costs = Array.from({ length: 500 }, () => step().itemSync());
const each = (performance.now() - start) / costs.length;
console.log(`${each.toFixed(3)} ms a step`);
show.plot({ cost: costs });
