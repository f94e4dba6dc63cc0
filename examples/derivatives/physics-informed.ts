// A network that is taught a differential equation instead of data: u'' = -u with u(0) = 0 and
// u'(0) = 1, whose solution is the sine. M. Raissi, P. Perdikaris and G. E. Karniadakis,
// "Physics-informed neural networks", 2019.
//
// The second derivative in the cost is taken by grad of grad, and its gradient with respect to the
// weights by backward: three derivatives deep, in one compiled step.

import { compile, grad, linspace, manualSeed, type Tensor, vmap } from "@nabla/autograd";
import { adam, dense, sequential } from "@nabla/nn";

manualSeed(0);
const tanh = (x: Tensor) => x.tanh();
const network = sequential(dense(1, 16), tanh, dense(16, 1));

/** Starts at 0 with slope 1, whatever the network says. */
const u = (t: Tensor) => t.add(t.square().mul(network.forward(t.reshape([1, 1])).reshape([])));

const acceleration = vmap(grad(grad(u)));
const values = vmap(u);

const times = linspace(0, Math.PI, 24);
const optimizer = adam(network.parameters(), { learningRate: 0.02 });
const step = compile((t: Tensor) => {
  const cost = acceleration(t).add(values(t)).square().mean();
  cost.backward();
  optimizer.step();
  return cost;
});

for (let i = 1; i <= 600; i++) {
  const cost = step(times);
  if (i % 200 === 0) console.log(`step ${i}: u'' + u is ${Math.sqrt(cost.itemSync()).toFixed(4)}`);
}

/** The largest distance from the sine. */
export const error: number = values(times).sub(times.sin()).abs().max().itemSync();
console.log(`at most ${error.toFixed(4)} from the sine`);
