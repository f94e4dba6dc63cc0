// Draws from standard distributions, each from a stream of its own, so that draws from two
// distributions are independent under one seed. All are computed in float64: the uniform numbers
// behind them are multiples of 2^-53, so tails reach that far.
import { random, type Seed, type Shape, Tensor } from "@nabla/autograd";

/** Numbers that stand for distributions in their keys; they stay as they are, as seeds' draws do. */
export const streams = {
  exponential: 1,
  gumbel: 2,
  laplace: 3,
  logistic: 4,
  cauchy: 5,
  categorical: 6,
  gamma: 7,
  beta: 8,
  dirichlet: 9,
  poisson: 10,
  binomial: 11,
  multinomial: 12,
  studentT: 13,
  truncatedNormal: 14,
  choice: 15,
  logNormal: 18,
  bernoulli: 19,
  sphere: 20,
  multivariateNormal: 21,
  vonMises: 22,
  mixture: 23,
} as const;

/** The key of a distribution's draw, made of a seed, or of the program's next one. */
export function keyFor(stream: keyof typeof streams, seed: Seed | undefined): Tensor {
  const base = seed instanceof Tensor ? seed : random.key(seed);
  return random.foldIn(base, streams[stream]);
}

/** Uniform in [0, 1), in steps of 2^-53. */
export function fractions(key: Tensor, shape: Shape): Tensor {
  return random.uniform([...shape], { seed: key as Tensor<[2]>, dtype: "float64" });
}

/** Uniform in (0, 1): 0 becomes 2^-54. */
export function openFractions(key: Tensor, shape: Shape): Tensor {
  return fractions(key, shape).maximum(2 ** -54);
}

/** Standard normal. */
export function normals(key: Tensor, shape: Shape): Tensor {
  return random.normal([...shape], { seed: key as Tensor<[2]>, dtype: "float64" });
}

/** Standard exponential, positive: up to 37. */
export function exponentials(key: Tensor, shape: Shape): Tensor {
  return openFractions(key, shape).log().neg();
}
