// Gradients, to second order, of densities and of draws.
import { gradients, type Tensor, tensor } from "@nabla/autograd";
import { checkGradients } from "@nabla/autograd/testing";
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
  laplace,
  logistic,
  logNormal,
  multinomial,
  normal,
  poisson,
  studentT,
  uniform,
} from "@nabla/distributions";
import { expect, test } from "vitest";
import { checkCases, readCases } from "../../../fixtures/cases.ts";
import { quantileSlope } from "../src/incomplete-gamma.ts";

const locationScale = [normal, laplace, logistic, cauchy, gumbel];
const [m, s] = [tensor([0.3, -1]), tensor([0.7, 1.5])];

/** What is differentiated, in one function: plans are made once. */
function everything(d: Distribution, x: Tensor): Tensor {
  const parts = [d.logProbability(x), d.cdf(x), d.entropy(), d.variance()];
  return parts.reduce((sum: Tensor, one) => sum.add(one), tensor(0, { dtype: "float64" }));
}

test("families by location and scale: densities, cdfs, entropies, quantiles and draws", () => {
  const f = (a: Tensor, b: Tensor, x: Tensor) =>
    locationScale
      .map((make) => make(a, b))
      .map((d) =>
        d
          .logProbability(x)
          .add(d.cdf(x))
          .add(d.entropy())
          .add(d.quantile(0.3))
          .add(d.sample([], { seed: 3 }).sin()),
      )
      .reduce((sum, one) => sum.add(one));
  checkGradients(f, [m, s, tensor([1.2, -3.1])]);
});

test("exponential, uniform, logNormal: density, cdf, moments and draws", () => {
  const f = (a: Tensor, b: Tensor, x: Tensor) => {
    const list: readonly Distribution[] = [exponential(b), uniform(a, b.add(2)), logNormal(a, b)];
    return list
      .map((d) =>
        everything(d, x)
          .add(d.sample([], { seed: 3 }))
          .add(d.quantile(0.3)),
      )
      .reduce((sum, one) => sum.add(one));
  };
  checkGradients(f, [m, s, tensor([1.2, 0.4])]);
});

test("bernoulli and categorical: densities, moments and entropies", () => {
  const x = tensor([0, 1]);
  const f = (p: Tensor, logits: Tensor) => {
    const classes = categorical({ logits });
    const others = categorical({ probabilities: logits.exp() });
    const [one, two] = [bernoulli(p), bernoulli({ logits })];
    const parts = [
      ...[one, two].flatMap((d) => [d.logProbability(x), d.entropy(), d.variance()]),
      ...[classes, others].flatMap((d) => [d.logProbability(x), d.entropy(), d.mean()]),
    ];
    return parts.reduce((sum: Tensor, part) => sum.add(part), tensor(0, { dtype: "float64" }));
  };
  checkGradients(f, [tensor([0.2, 0.9]), tensor([0.5, -1])]);
});

test("gamma, beta and studentT: densities, cdfs and moments", () => {
  const f = (a: Tensor, b: Tensor, x: Tensor) => {
    const list: readonly Distribution[] = [gamma(a, b), beta(b, a), studentT(a.add(2), b, a)];
    return list.map((d) => everything(d, x)).reduce((sum, one) => sum.add(one));
  };
  checkGradients(f, [tensor([0.4, 3, 20]), tensor([0.7, 1.5, 30]), tensor([0.8, 0.3, 0.6])]);
});

test("gamma, beta, studentT and dirichlet: implicit gradients of draws, to second order", () => {
  // Where draws are accepted does not change within a difference's step.
  const f = (a: Tensor, b: Tensor) => {
    const options = { seed: 3 };
    const draws = [gamma(a, b), beta(a, b), studentT(a, 0, b), dirichlet(a)].map((d) =>
      d.sample([], options),
    );
    return draws.reduce((sum: Tensor, one) => sum.add(one.sin()), tensor(0, { dtype: "float64" }));
  };
  const before = [tensor([0.4, 3, 20]), tensor([0.7, 1.5, 0.3])] as [Tensor, Tensor];
  const mass = (a: Tensor, y: Tensor) => gamma(a, 1).cdf(y);
  // The cumulative probability of a draw does not change with the concentration.
  const concentration = tensor([0.02, 0.4, 3, 20, 800], { dtype: "float64" });
  const still = (a: Tensor) => mass(a, gamma(a, 1).sample([40], { seed: 4 })).sum();
  const [moved] = gradients(still(concentration), [concentration]);
  expect(Math.max(...moved.abs().dataSync())).toBeLessThan(1e-9);
  const [first] = gradients(f(...before).sum(), [before[0]]);
  const [second] = gradients(first.square().sum(), [before[0]]);
  expect(second.isFinite().all().itemSync()).toBe(1);
});

test("the implicit gradient of a gamma draw is PyTorch's and mpmath's, and can be differentiated", () => {
  // torch._standard_gamma_grad within its own errors, and mpmath to 11 digits.
  const cases = readCases("distributions-implicit");
  checkCases(cases, ([a, x]) => quantileSlope(a!, x!.log()).mul(x!));
  const points = [tensor([0.3, 1, 4, 40]), tensor([-2, 0.3, 1.2, 3.8])] as const;
  checkGradients((a: Tensor, logX: Tensor) => quantileSlope(a, logX), points);
});

test("counts: densities of poisson, binomial and multinomial", () => {
  const f = (r: Tensor, p: Tensor) => {
    const k = tensor([0, 3]);
    const list = [
      poisson(r).logProbability(k),
      poisson(r).cdf(k),
      binomial(5, p).logProbability(k),
      binomial(5, p).cdf(k),
      binomial(5, { logits: r }).logProbability(k),
      multinomial(3, { probabilities: p }).logProbability(tensor([1, 2])),
    ];
    return list.reduce((sum: Tensor, one) => sum.add(one), tensor(0, { dtype: "float64" }));
  };
  checkGradients(f, [tensor([0.5, 4]), tensor([0.2, 0.6])]);
});

test("gradients next to what cannot be are finite", () => {
  const p = tensor([0, 1]);
  const [atEnds] = gradients(
    bernoulli(p)
      .logProbability(tensor([0, 1]))
      .sum(),
    [p],
  );
  expect(atEnds.arraySync()).toEqual([-1, 1]);
  const logits = tensor([0, -Number.POSITIVE_INFINITY, 1]);
  const d = categorical({ logits });
  const [masked] = gradients(d.logProbability(0).add(d.entropy()).sum(), [logits]);
  expect(masked.isFinite().all().itemSync()).toBe(1);
  const r = tensor(2);
  const [outside] = gradients(
    exponential(r)
      .logProbability(tensor([-1, 1]))
      .maximum(-9)
      .sum(),
    [r],
  );
  expect(outside.itemSync()).toBeCloseTo(-0.5, 6);
});

test("what is drawn as an integer is a constant", () => {
  const p = tensor([0.2, 0.9]);
  expect(bernoulli(p).isReparameterized).toBe(false);
  const drawn = bernoulli(p).sample([], { seed: 1 });
  expect(gradients(drawn.mul(p).sum(), [p])[0].arraySync()).toEqual(drawn.arraySync());
});
