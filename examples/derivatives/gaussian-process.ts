// A Gaussian process, fitted by its likelihood: how smooth a function is, how large, and how noisy
// its measurements are, learnt from the measurements alone. C. E. Rasmussen and C. K. I. Williams,
// "Gaussian processes for machine learning", 2006, algorithm 2.1.

import {
  cholesky,
  compile,
  eye,
  linspace,
  parameter,
  random,
  type Tensor,
  triangularSolve,
} from "@nabla/autograd";
import { adam } from "@nabla/nn";

const [count, trueNoise, dtype] = [40, 0.1, "float64"] as const;
const x = linspace(-4, 4, count, { dtype });
const noise = random.normal([count], { standardDeviation: trueNoise, seed: 4, dtype });
const y = x.sin().add(noise).reshape([count, 1]);

/** Logarithms, so that any value will do. */
const size = parameter([0], { name: "size", dtype });
const scale = parameter([0], { name: "scale", dtype });
const spread = parameter([0], { name: "noise", dtype });

const kernel = (a: Tensor, b: Tensor) =>
  a.reshape([-1, 1]).sub(b).div(scale.exp()).square().mul(-0.5).exp().mul(size.mul(2).exp());

/** The factor of the covariance of y, and y over it: both parts of the likelihood. */
function factors(): readonly [L: Tensor, whitened: Tensor] {
  const L = cholesky(kernel(x, x).add(eye(count, count, { dtype }).mul(spread.mul(2).exp())));
  return [L, triangularSolve(L, y)];
}

/** -log p(y), but for a constant. */
function cost(): Tensor {
  const [L, whitened] = factors();
  return whitened.square().sum().mul(0.5).add(L.diagonal().log().sum());
}

const optimizer = adam([size, scale, spread], { learningRate: 0.1 });
const step = compile(() => {
  const value = cost();
  value.backward();
  optimizer.step();
  return value;
});
for (let i = 0; i < 150; i++) step();

const [L, whitened] = factors();
const mean = triangularSolve(L, kernel(x, x)).transpose().matmul(whitened);

export const learntNoise: number = spread.exp().itemSync();
export const error: number = mean.reshape([count]).sub(x.sin()).abs().max().itemSync();
console.log(
  `noise ${learntNoise.toFixed(3)} (in truth ${trueNoise}), scale ${scale.exp().itemSync().toFixed(2)}`,
);
console.log(`the mean is at most ${error.toFixed(3)} from the function`);
