// A line through noisy points, by gradient descent.
import { linspace, parameter, random } from "@nabla/autograd";
import { meanSquaredError, sgd } from "@nabla/nn";

const x = linspace(-1, 1, 50).realize();
const noise = random.normal([50], { seed: 1 }).mul(0.2);
const y = x.mul(2).add(0.5).add(noise).realize();

const slope = parameter(0, { name: "slope" });
const offset = parameter(0, { name: "offset" });
const line = () => x.mul(slope).add(offset);

const optimizer = sgd([slope, offset], { learningRate: 0.3 });
const costs: number[] = [];
for (let step = 0; step < 60; step++) {
  const cost = meanSquaredError(line(), y);
  cost.backward();
  optimizer.step();
  costs.push(cost.itemSync());
}

const [a, b] = [slope, offset].map((p) => p.itemSync().toFixed(2));
console.log(`y = ${a} x + ${b}`);
show.plot({ points: y, line: line() }, { x, points: ["points"] });
show.plot({ cost: costs });
