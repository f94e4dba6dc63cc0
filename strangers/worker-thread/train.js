import { manualSeed, oneHot, random } from "@nabla/autograd";
import { crossEntropy, dense, relu, sequential, sgd } from "@nabla/nn";

/** The cost after some steps. */
export function train() {
  manualSeed(3);
  const network = sequential(dense(20, 30), relu, dense(30, 4));
  const optimizer = sgd(network.parameters(), { learningRate: 0.1 });
  const inputs = random.normal([200, 20]).realize();
  const targets = oneHot(random.randint([200], 0, 4), 4).realize();
  let last = Number.NaN;
  for (let i = 0; i < 20; i++) {
    const cost = crossEntropy(network.forward(inputs), targets);
    cost.backward();
    optimizer.step();
    last = cost.itemSync();
  }
  return last;
}
