// Draws of vectors, and of elements: moments, and what can be counted.
import {
  compile,
  gradients,
  NablaError,
  random,
  realize,
  ShapeError,
  type Tensor,
  tensor,
  vmap,
} from "@nabla/autograd";
import { checkGradients } from "@nabla/autograd/testing";
import {
  choice,
  dirichlet,
  multinomial,
  multivariateNormal,
  truncatedNormal,
  unitSphere,
} from "@nabla/distributions";
import { expect, test } from "vitest";

const covariance = tensor([
  [4, 2],
  [2, 3],
]);

test("draws of vectors have the means and covariances of their distributions", () => {
  const n = 20_000;
  const list = {
    multivariateNormal: multivariateNormal(tensor([1, -2]), { covariance }),
    dirichlet: dirichlet(tensor([0.5, 2, 4])),
    multinomial: multinomial(12, { probabilities: tensor([1, 2, 0, 5]) }),
    unitSphere: unitSphere(3),
  };
  const off = Object.values(list).flatMap((d) => {
    const x = d.sample([n], { seed: 8 }).cast("float64") as Tensor;
    const [mean, variance] = [x.mean(0), x.variance(0)];
    return [mean.sub(d.mean()).abs().max(), variance.sub(d.variance()).abs().max()];
  });
  const drawn: Tensor = list.multivariateNormal.sample([n], { seed: 8 }).sub(tensor([1, -2]));
  const together = drawn
    .slice(1, 0, 1)
    .mul(drawn.slice(1, 1, 2))
    .mean();
  realize(...off, together);
  // Five standard errors of the largest.
  for (const x of off) expect(x.itemSync()).toBeLessThan(0.2);
  expect(Math.abs(together.itemSync() - 2)).toBeLessThan(0.15);
});

test("counts sum to the count, probabilities to 1, directions have length 1", () => {
  const counts = multinomial(tensor([0, 7, 1000]), { logits: tensor([0, 1, -1]) });
  const drawn = counts.sample([50], { seed: 1 });
  expect(drawn.dtype).toBe("int32");
  expect(
    drawn
      .sum(-1)
      .equal(tensor([0, 7, 1000]))
      .all()
      .itemSync(),
  ).toBe(1);
  // Of concentrations so small that draws of gamma are 0 in float64.
  const shares = dirichlet(tensor([0.001, 0.001])).sample([50], { seed: 1 });
  expect(shares.sum(-1).sub(1).abs().max().itemSync()).toBeLessThan(1e-6);
  const d = unitSphere(4);
  const density = d
    .logProbability(d.sample([], { seed: 2 }))
    .exp()
    .itemSync();
  expect(density).toBeCloseTo(1 / (2 * Math.PI ** 2), 6);
  expect(d.logProbability(tensor([1, 1, 0, 0])).itemSync()).toBe(Number.NEGATIVE_INFINITY);
});

test("multivariateNormal and truncatedNormal: densities, entropies and draws have gradients", () => {
  const x = tensor([0.3, 0.8]);
  const f = (m: Tensor, a: Tensor, b: Tensor) => {
    const whole = multivariateNormal(m, { covariance: a.add(a.transpose()).add(covariance) });
    const part = truncatedNormal(m, b.add(1), b.neg(), b.add(0.9));
    const draws = [whole, part].map((d) => d.sample([], { seed: 2 }).sin().sum());
    const values = [whole.logProbability(x), whole.entropy(), part.logProbability(x).sum()];
    const moments = [part.entropy(), part.mean(), part.variance(), part.cdf(x)].map((y) => y.sum());
    return [...draws, ...values, ...moments].reduce((sum: Tensor, one) => sum.add(one));
  };
  checkGradients(f, [
    tensor([0.1, -0.4]),
    tensor([
      [0.1, 0.2],
      [0, 0.3],
    ]),
    tensor([0.9, 1.3]),
  ]);
});

test("what is no covariance gives NaN, and other shapes are errors", () => {
  const bad = multivariateNormal(tensor([0, 0]), {
    covariance: tensor([
      [1, 2],
      [2, 1],
    ]),
  });
  expect(bad.entropy().itemSync()).toBeNaN();
  const negative = multivariateNormal(tensor([0, 0]), {
    factor: tensor([
      [1, 0],
      [0, -1],
    ]),
  });
  expect(negative.sample([], { seed: 1 }).arraySync()).toEqual([Number.NaN, Number.NaN]);
  expect(() => multivariateNormal(tensor([0, 0, 0]), { covariance })).toThrow(ShapeError);
  expect(() => multivariateNormal(tensor([0, 0]), {} as never)).toThrow(
    "either a covariance or a factor",
  );
  expect(() => unitSphere(1)).toThrow(
    "unitSphere: dimensions is 1, expected an integer of at least 2",
  );
  expect(() => truncatedNormal(0, 1, 2, 1)).toThrow("low is 2, expected less than high, 1");
  expect(truncatedNormal(0, 1, 40, 41).mean().itemSync()).toBeNaN();
});

test("choice picks elements, by their weights or not, with or without replacement", () => {
  const n = 12_000;
  const weights = tensor([1, 0, 3]);
  const few = (key: Tensor) =>
    choice(3, [2], { replace: false, weights: tensor([1, 2, 3]), seed: key });
  const list = [
    choice(4, [n], { seed: 1 }),
    choice(3, [n], { weights, seed: 1 }),
    vmap(few)(random.split(5, n)),
  ] as Tensor[];
  realize(...list);
  const [even, weighted, pairs] = list.map((x) => Array.from(x.dataSync()));
  const share = (of: readonly number[], k: number) => of.filter((x) => x === k).length / of.length;
  for (const k of [0, 1, 2, 3]) expect(Math.abs(share(even!, k) - 0.25)).toBeLessThan(0.02);
  for (const [k, p] of [0.25, 0, 0.75].entries())
    expect(Math.abs(share(weighted!, k) - p)).toBeLessThan(0.02);
  const firsts = pairs!.filter((_, i) => i % 2 === 0);
  for (const [k, p] of [1 / 6, 2 / 6, 3 / 6].entries())
    expect(Math.abs(share(firsts, k) - p)).toBeLessThan(0.02);
  expect(firsts.some((x, i) => x === pairs![2 * i + 1])).toBe(false);
  // The second after the first, such as 2 after 0: (1 / 6) (3 / 5).
  const after = firsts.filter((x, i) => x === 0 && pairs![2 * i + 1] === 2).length / n;
  expect(Math.abs(after - 0.1)).toBeLessThan(0.015);
  expect(choice(6, [6], { replace: false, seed: 3 }).sum().itemSync()).toBe(15);
});

test("choice takes slices along an axis, with gradients to what is chosen", () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const f = (y: Tensor, key: Tensor) => choice(y, [2, 2], { axis: 1, seed: key });
  const y = f(x, random.key(4));
  expect(y.shape).toEqual([2, 2, 2]);
  expect(compile(f)(x, random.key(4)).arraySync()).toEqual(y.arraySync());
  expect(gradients(y.sum(), [x])[0].sum().itemSync()).toBe(8);
});

test.each([
  [
    "choice: 4 of 3 elements cannot be chosen without replace",
    () => choice(3, [4], { replace: false }),
  ],
  ["choice: there is no element to choose", () => choice(0, [1])],
  [
    "choice: axis is 2, expected one of a tensor of shape [1]",
    () => choice(tensor([1]), [1], { axis: 2 }),
  ],
  [
    "choice: weights are a tensor of shape [2], expected a tensor of shape [3]",
    () => choice(3, [1], { weights: tensor([1, 1]) }),
  ],
  ['choice: got "a", expected a tensor or a number of elements', () => choice("a" as never, [1])],
  ["choice: replace is 1, expected true or false", () => choice(3, [1], { replace: 1 as never })],
  [
    "choice: weights are not all 0 or more and finite, with at least 2 above 0",
    () => choice(3, [2], { replace: false, weights: tensor([0, 1, 0]) }).dataSync(),
  ],
])("%s", (message, call) => {
  expect(call).toThrow(NablaError);
  expect(call).toThrow(message);
});
