// What cannot be right is an error that says so, or NaN where only a run can tell.
import { DTypeError, NablaError, ShapeError, tensor } from "@nabla/autograd";
import { bernoulli, categorical, exponential, normal, uniform } from "@nabla/distributions";
import { expect, test } from "vitest";

const wrong = (value: unknown) => value as never;

test.each([
  ["normal: standardDeviation is -1, expected a positive, finite number", () => normal(0, -1)],
  ["normal: mean is NaN, expected a finite number", () => normal(Number.NaN, 1)],
  ['normal: mean is "0", expected a number or a tensor', () => normal(wrong("0"), 1)],
  [
    "exponential: rate is 1e-60, which rounds to 0 in float32, expected a positive, finite number; use float64",
    () => exponential(1e-60),
  ],
  ["uniform: low is 2, expected less than high, 1", () => uniform(2, 1)],
  ["bernoulli: probability is 1.5, expected 0 to 1", () => bernoulli(1.5)],
  [
    "bernoulli: the probability is an array, expected a probability or { logits }",
    () => bernoulli(wrong([1])),
  ],
  [
    'bernoulli: there is no option "logit", expected logits; did you mean "logits"?',
    () => bernoulli(wrong({ logits: 0, logit: 0 })),
  ],
  ["categorical: expects either probabilities or logits", () => categorical(wrong({}))],
  [
    "categorical: probabilities is an array, expected a tensor",
    () => categorical(wrong({ probabilities: [1] })),
  ],
  [
    'normal: there is no option "dtypes", expected dtype; did you mean "dtype"?',
    () => normal(0, 1, wrong({ dtypes: 1 })),
  ],
  ["normal: options are 3, expected an object such as", () => normal(0, 1, wrong(3))],
  [
    'normal.sample: there is no option "key", expected seed',
    () => normal(0, 1).sample([], wrong({ key: 1 })),
  ],
  [
    "normal.sample: the seed is 0.5, expected an integer or a key",
    () => normal(0, 1).sample([], { seed: 0.5 }),
  ],
  [
    "normal.logProbability: x is an array, expected a number or a tensor",
    () => normal(0, 1).logProbability(wrong([1])),
  ],
  [
    "categorical.quantile: there is no closed form",
    () => categorical({ logits: tensor([0]) }).quantile(0.5),
  ],
])("%s", (message, call) => {
  expect(call).toThrow(NablaError);
  expect(call).toThrow(message);
});

test.each([
  [
    "normal: mean [3], standardDeviation [2]: these shapes do not broadcast",
    () => normal(tensor([1, 2, 3]), tensor([1, 2])),
  ],
  [
    "normal.cdf: x [3], the batch [2]: these shapes do not broadcast",
    () => normal(tensor([1, 2]), 1).cdf(tensor([1, 2, 3])),
  ],
  ["normal.sample: the shape is [-1], expected sizes", () => normal(0, 1).sample([-1])],
  ["normal.sample: the shape is 3, expected sizes", () => normal(0, 1).sample(wrong(3))],
  [
    "categorical: logits is a tensor of shape [], expected classes last",
    () => categorical({ logits: tensor(1) }),
  ],
])("%s", (message, call) => {
  expect(call).toThrow(ShapeError);
  expect(call).toThrow(message);
});

test("a dtype without fractions is a DTypeError", () => {
  expect(() => normal(0, 1, { dtype: wrong("int32") })).toThrow(DTypeError);
});

test("elements of parameters that cannot be give NaN, and draws of integers throw when they run", () => {
  const d = normal(0, tensor([1, -1, Number.POSITIVE_INFINITY]));
  const known = [1, 0, 0];
  for (const x of [
    d.logProbability(2),
    d.cdf(-9),
    d.entropy(),
    d.variance(),
    d.sample([], { seed: 1 }),
  ]) {
    expect(x.isNaN().logicalNot().arraySync()).toEqual(known);
  }
  expect(
    exponential(tensor([-1, 1]))
      .logProbability(-1)
      .arraySync(),
  ).toEqual([Number.NaN, Number.NEGATIVE_INFINITY]);
  expect(() =>
    bernoulli(tensor([0.5, 2]))
      .sample([3])
      .dataSync(),
  ).toThrow("bernoulli.sample: a probability is not in 0 to 1");
  expect(() =>
    categorical({ probabilities: tensor([0, 0]) })
      .sample()
      .dataSync(),
  ).toThrow("categorical.sample: a batch has no class with a positive, finite probability");
});

test("shapes are the batch's, and empty ones stay empty", () => {
  const d = normal(tensor([[0], [1]]), tensor([1, 2, 3]));
  expect(d.batchShape).toEqual([2, 3]);
  expect([d.mean(), d.entropy(), d.sample([4]), d.logProbability(0)].map((x) => x.shape)).toEqual([
    [2, 3],
    [2, 3],
    [4, 2, 3],
    [2, 3],
  ]);
  expect(d.sample([0]).arraySync()).toEqual([]);
  expect(bernoulli(tensor([])).sample([2], { seed: 1 }).arraySync()).toEqual([[], []]);
  expect(normal(0, 1, { dtype: "float64" }).sample([1]).dtype).toBe("float64");
});
