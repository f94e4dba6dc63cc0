// Gradients, to second order, of densities and of draws.
import { gradients, type Tensor, tensor } from "@nabla/autograd";
import { checkGradients } from "@nabla/autograd/testing";
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
import { expect, test } from "vitest";

const locationScale = { normal, laplace, logistic, cauchy, gumbel };
const [m, s] = [tensor([0.3, -1]), tensor([0.7, 1.5])];

/** What is differentiated, in one function: plans are made once. */
function everything(d: Distribution, x: Tensor): Tensor {
  const parts = [d.logProbability(x), d.cdf(x), d.entropy(), d.variance()];
  return parts.reduce((sum: Tensor, one) => sum.add(one), tensor(0, { dtype: "float64" }));
}

test.each(Object.entries(locationScale))("%s: density, cdf, moments and draws", (name, make) => {
  const f = (a: Tensor, b: Tensor, x: Tensor) => {
    const d = make(a, b);
    const draws = d.sample([], { seed: 3 }).mul(0.1);
    const values = d.logProbability(x).add(d.cdf(x)).add(d.entropy());
    return values.add(d.quantile(0.3)).add(draws.sin());
  };
  expect(name).toBe(make(0, 1).name);
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
