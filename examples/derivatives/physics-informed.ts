// A network that is taught a differential equation instead of data: u'' = -u with u(0) = 0 and
// u'(0) = 1, whose solution is the sine. M. Raissi, P. Perdikaris and G. E. Karniadakis,
// "Physics-informed neural networks", 2019.
//
// The second derivative in the cost is taken by grad of grad, and its gradient with respect to the
// weights is the third. The cost is of all times at once and the same each time, so L-BFGS can look
// for its minimum.

import { grad, linspace, manualSeed, type Tensor, vmap } from "@nabla/autograd";
import { dense, minimizeCost, sequential } from "@nabla/nn";

manualSeed(0);
const dtype = "float64";
const tanh = (x: Tensor) => x.tanh();
const network = sequential(dense(1, 16, { dtype }), tanh, dense(16, 1, { dtype }));

/** Starts at 0 with slope 1, whatever the network says. */
const u = (t: Tensor) => t.add(t.square().mul(network.forward(t.reshape([1, 1])).reshape([])));

const acceleration = vmap(grad(grad(u)));
const values = vmap(u);

const times = linspace(0, Math.PI, 24, { dtype });
const cost = () => acceleration(times).add(values(times)).square().mean();
const report = await minimizeCost(cost, network.parameters(), {
  maxIterations: 300,
  afterIteration({ iterations, value }) {
    if (iterations % 100 > 0) return;
    console.log(`iteration ${iterations}: u'' + u is ${Math.sqrt(value).toFixed(6)}`);
  },
});

/** The largest distance from the sine, and how many gradients it took. */
export const error: number = values(times).sub(times.sin()).abs().max().itemSync();
export const { evaluations } = report;
console.log(`at most ${error.toExponential(1)} from the sine, after ${evaluations} gradients`);
