// One distribution of each family, for tests that ask all of them the same.
import { tensor } from "@nabla/autograd";
import {
  bernoulli,
  categorical,
  cauchy,
  type Distribution,
  exponential,
  gumbel,
  laplace,
  logistic,
  logNormal,
  normal,
  uniform,
} from "@nabla/distributions";

export const continuous: Readonly<Record<string, Distribution>> = {
  cauchy: cauchy(1, 2),
  exponential: exponential(0.5),
  gumbel: gumbel(-1, 2),
  laplace: laplace(1, 0.5),
  logistic: logistic(0, 3),
  logNormal: logNormal(0.5, 0.25),
  normal: normal(-1, 2),
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
};
