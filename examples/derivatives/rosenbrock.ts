// The minimum of Rosenbrock's function, at the end of a bent valley, by three methods: from
// gradients with some memory, from gradients with a matrix, and from second derivatives.
// H. H. Rosenbrock, "An automatic method for finding the greatest or least value of a function",
// 1960.

import { type Tensor, tensor } from "@nabla/autograd";
import { type Minimum, minimize } from "@nabla/nn";

const f = ({ x, y }: { x: Tensor; y: Tensor }) =>
  y.sub(x.square()).square().mul(100).add(x.neg().add(1).square());

const start = { x: tensor(-1.2, { dtype: "float64" }), y: tensor(1, { dtype: "float64" }) };

export const minima: Minimum<typeof start>[] = [];
for (const method of ["lbfgs", "bfgs", "newtonCg"] as const) {
  const found = await minimize(f, start, { method });
  minima.push(found);
  const [x, y] = [found.x.x.itemSync(), found.x.y.itemSync()];
  console.log(
    `${method}: (${x.toFixed(6)}, ${y.toFixed(6)}) after ${found.iterations} iterations and ` +
      `${found.evaluations} evaluations, ended by ${found.why}`,
  );
}
