// One distribution of each family, for tests that ask all of them the same.
import { tensor } from "@nabla/autograd";
import {
  bernoulli,
  beta,
  binomial,
  categorical,
  cauchy,
  type Distribution,
  exponential,
  gamma,
  gumbel,
  laplace,
  logistic,
  logNormal,
  normal,
  poisson,
  studentT,
  truncatedNormal,
  uniform,
} from "@nabla/distributions";

export const continuous: Readonly<Record<string, Distribution>> = {
  beta: beta(0.5, 2),
  "beta of large parameters": beta(300, 40),
  cauchy: cauchy(1, 2),
  exponential: exponential(0.5),
  gamma: gamma(3, 2),
  "gamma of a small concentration": gamma(0.1, 1),
  "gamma of a large concentration": gamma(1000, 0.5),
  gumbel: gumbel(-1, 2),
  laplace: laplace(1, 0.5),
  logistic: logistic(0, 3),
  logNormal: logNormal(0.5, 0.25),
  normal: normal(-1, 2),
  studentT: studentT(3, 1, 2),
  truncatedNormal: truncatedNormal(1, 2, 0, 3),
  "truncatedNormal far from the mean": truncatedNormal(0, 1, 8, Number.POSITIVE_INFINITY),
  uniform: uniform(-1, 3),
};

/** With the largest value that is counted. */
export const discrete: Readonly<Record<string, readonly [Distribution, most: number]>> = {
  bernoulli: [bernoulli(0.3), 1],
  "bernoulli by logits": [bernoulli({ logits: 1.5 }), 1],
  categorical: [categorical({ probabilities: tensor([1, 0, 2, 5, 0]) }), 4],
  "categorical by logits": [
    categorical({ logits: tensor([-Number.POSITIVE_INFINITY, 0.5, -1, 2]) }),
    3,
  ],
  "binomial of few": [binomial(9, 0.3), 9],
  "binomial of many": [binomial(100, 0.8), 100],
  "binomial of rare ones": [binomial(100_000, 0.000_02), 20],
  "binomial at an end": [binomial(5, 1), 5],
  "poisson of a small rate": [poisson(2.5), 30],
  "poisson of a large rate": [poisson(60), 140],
};
