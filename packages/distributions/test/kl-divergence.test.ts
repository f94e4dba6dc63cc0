// Divergences and their gradients beside PyTorch's.
import { type Tensor, tensor } from "@nabla/autograd";
import {
  bernoulli,
  beta,
  binomial,
  categorical,
  cauchy,
  type Distribution,
  dirichlet,
  exponential,
  gamma,
  gumbel,
  klDivergence,
  laplace,
  logistic,
  logNormal,
  multinomial,
  multivariateNormal,
  normal,
  poisson,
  uniform,
} from "@nabla/distributions";
import { expect, test } from "vitest";
import { checkCases, readCases } from "../../../fixtures/cases.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- each takes as many tensors as it has parameters
const families: Readonly<Record<string, (...parameters: any[]) => Distribution>> = {
  bernoulli,
  beta,
  binomial: (p: Tensor) => binomial(7, p),
  categorical: (logits: Tensor) => categorical({ logits }),
  cauchy,
  dirichlet,
  exponential,
  gamma,
  gumbel,
  laplace,
  logNormal,
  multivariateNormal: (m: Tensor, factor: Tensor) => multivariateNormal(m, { factor }),
  normal,
  poisson,
  uniform,
};
const cases = readCases("distributions-kl");

test.each(Object.keys(families))("%s: the divergence is PyTorch's", (name) => {
  const own = cases.filter(({ call }) => call === name);
  expect(own.length).toBeGreaterThanOrEqual(3);
  checkCases(own, (inputs) => {
    const make = families[name]!;
    const half = inputs.length / 2;
    return klDivergence(make(...inputs.slice(0, half)), make(...inputs.slice(half)));
  });
});

test("what one distribution gives and the other cannot is infinitely far, and never is 0 log 0", () => {
  const values = [
    klDivergence(uniform(0, 2), uniform(0, 1)),
    klDivergence(bernoulli(0.5), bernoulli(1)),
    klDivergence(bernoulli(1), bernoulli(0.5)),
    klDivergence(
      categorical({ probabilities: tensor([1, 1]) }),
      categorical({ probabilities: tensor([1, 0]) }),
    ),
    klDivergence(poisson(0), poisson(2)),
    klDivergence(poisson(1), poisson(0)),
    klDivergence(binomial(3, 0.5), binomial(2, 0.5)),
    klDivergence(binomial(2, 0.5), binomial(3, 0.5)),
  ].map((x) => x.itemSync());
  const far = Number.POSITIVE_INFINITY;
  const expected = [far, far, Math.LN2, far, 2, far, far, Number.NaN];
  // As float32 rounds them.
  expect(values).toEqual(expected.map(Math.fround));
});

test("other pairs are errors", () => {
  expect(() => klDivergence(gamma(1, 1), normal(0, 1))).toThrow(
    "klDivergence: of gamma from normal no closed form is known",
  );
  expect(() => klDivergence(logistic(0, 1), logistic(0, 1))).toThrow("no closed form is known");
  const counts = multinomial(1, { logits: tensor([0, 0]) });
  expect(() => klDivergence(counts, counts)).toThrow("no closed form is known");
  expect(() => klDivergence(normal(0, 1), 3 as never)).toThrow("q is 3, expected a distribution");
  expect(() => klDivergence(normal(tensor([0, 1]), 1), normal(tensor([0, 1, 2]), 1))).toThrow(
    "klDivergence: p [2], q [3]: these shapes do not broadcast",
  );
});
