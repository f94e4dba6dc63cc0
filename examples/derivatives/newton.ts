// Newton's method with the exact Hessian, on Rosenbrock's valley: (1 - a)^2 + 100 (b - a^2)^2,
// least at (1, 1). H. H. Rosenbrock, "An automatic method for finding the greatest or least value
// of a function", 1960.
//
// The number of right digits doubles in each of the last steps. Descent along the gradient takes
// thousands.

import { compile, grad, hessian, solve, type Tensor, tensor } from "@nabla/autograd";

const valley = (x: Tensor<[2]>) => {
  const [a, b] = [x.at(0), x.at(1)];
  return a.neg().add(1).square().add(b.sub(a.square()).square().mul(100));
};

const step = compile((x: Tensor<[2]>) => x.sub(solve(hessian(valley)(x), grad(valley)(x))));

/** How far from (1, 1) each step has come. */
export const errors: number[] = [];

let x: Tensor<[2]> = tensor([-1.2, 1], { dtype: "float64" });
for (let i = 0; i < 7; i++) {
  x = step(x);
  const error = x.sub(1).norm().itemSync();
  errors.push(error);
  console.log(`step ${i + 1}: ${error.toExponential(1)} from the minimum`);
}
