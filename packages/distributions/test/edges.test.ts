// Parameters that cannot be, weights and bounds at the ends of what dtypes have.
import { gradients, NablaError, tensor } from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import {
  beta,
  categorical,
  choice,
  type Distribution,
  gumbel,
  laplace,
  logistic,
  logNormal,
  multivariateNormal,
  normal,
  studentT,
  truncatedNormal,
  uniform,
} from "@nabla/distributions";
import { expect, test } from "vitest";

const wide = (values: readonly number[]) => tensor([...values], { dtype: "float64" });
const none = tensor([0, Number.NaN]);

test.each<readonly [string, Distribution]>([
  ["normal", normal(none, 1)],
  ["laplace", laplace(none, 1)],
  ["logistic", logistic(none, 1)],
  ["gumbel", gumbel(none, 1)],
  ["studentT without a location", studentT(3, none, 1)],
  ["studentT with a scale below 0", studentT(3, 0, tensor([1, -1]))],
])("moments of %s are NaN where a parameter is none", (_, d) => {
  for (const moment of [d.mean(), d.variance(), d.entropy()]) {
    const [first, second] = moment.dataSync();
    expect([Number.isFinite(first), second]).toEqual([true, Number.NaN]);
  }
});

test.each([-1, 0])("a factor of multivariateNormal with %d on its diagonal gives NaN", (last) => {
  const factor = tensor([
    [1, 0],
    [0, last],
  ]);
  const d = multivariateNormal(tensor([0, 0]), { factor });
  for (const value of [d.mean(), d.variance(), d.entropy(), d.logProbability(tensor([0, 0]))]) {
    expect([...value.dataSync()].every(Number.isNaN)).toBe(true);
  }
});

test("weights as small as float64 has choose what they are of", () => {
  const chosen = choice(3, [20], { weights: wide([0, 5e-324, 0]), seed: 1 });
  expect(new Set(chosen.dataSync())).toEqual(new Set([1]));
  const weights = wide([0, 1, 1e-320]);
  const both = choice(3, [2], { weights, replace: false, seed: 1 });
  expect([...both.dataSync()]).toEqual([1, 2]);
});

test("probabilities whose sum float64 does not have are divided by it", () => {
  const d = categorical({ probabilities: wide([1e308, 1e308, 0]) });
  expect(
    d
      .logProbability(wide([0, 1, 2]))
      .exp()
      .arraySync(),
  ).toEqual([0.5, 0.5, 0]);
  const drawn = choice(3, [20], { weights: wide([1e308, 1e308, 0]), seed: 2 });
  expect(new Set(drawn.dataSync())).toEqual(new Set([0, 1]));
});

test("bounds of uniform whose difference the dtype does not have are none", () => {
  const message = "uniform: low is -3e+38 and high 3e+38, whose difference float32 does not have";
  expect(() => uniform(-3e38, 3e38)).toThrow(NablaError);
  expect(() => uniform(-3e38, 3e38)).toThrow(message);
  expect(() => uniform(1, 1 + 1e-12)).toThrow("whose difference float32 does not have");
  expect(uniform(-3e38, 3e38, { dtype: "float64" }).mean().itemSync()).toBe(0);
  const d = uniform(tensor([-3e38, 0]), tensor([3e38, 1]));
  expect(d.mean().arraySync()).toEqual([Number.NaN, 0.5]);
  expect(d.sample([], { seed: 1 }).dataSync()[0]).toBeNaN();
});

test("the cdf of logNormal has the derivative 0 at 0 in both dtypes", () => {
  for (const dtype of ["float32", "float64"] as const) {
    const x = tensor([0, -1], { dtype });
    expect(gradients(logNormal(0, 1).cdf(x).sum(), [x])[0].arraySync()).toEqual([0, 0]);
  }
});

test.each([1e-3, 1e-7, 1e-14])(
  "between bounds %d apart a normal distribution is almost uniform",
  (width) => {
    const d = truncatedNormal(0, 1, 0, width, { dtype: "float64" });
    const relative = (value: number, expected: number) => Math.abs(value / expected - 1);
    expect(relative(d.mean().itemSync(), width / 2)).toBeLessThan(width);
    expect(relative(d.variance().itemSync(), width ** 2 / 12)).toBeLessThan(width + 1e-14);
    expect(relative(d.cdf(wide([0.3 * width])).dataSync()[0]!, 0.3)).toBeLessThan(width);
    expect(relative(d.quantile(0.3).itemSync(), 0.3 * width)).toBeLessThan(width);
    expect(d.entropy().itemSync()).toBeCloseTo(Math.log(width), 6);
    const drawn = d.sample([200], { seed: 2 });
    expect(new Set(drawn.dataSync()).size).toBe(200);
  },
);

// By mpmath, to 40 digits.
test("moments between near bounds far from the mean", () => {
  const d = truncatedNormal(0, 1, 30, 30.0001, { dtype: "float64" });
  expect(d.mean().itemSync() - 30).toBeCloseTo(4.997499996197527e-5, 14);
  expect(d.variance().itemSync() / 8.333329580505555e-10).toBeCloseTo(1, 12);
});

// By mpmath, to 60 digits. Where x is not the mean, rounding a / (a + b) is multiplied by (x - mean) / variance.
test.each([
  [1e12, 1e12, 0.5, 13.936292795599394, 2.500000000000625e-13, 1e-14],
  [1e18, 1e18, 0.5, 20.844048074581657, 2.5e-19, 1e-14],
  [3e10, 7e10, 0.300001, 12.287506511874966, 3.333339444515635e-6, 1e-10],
  [20, 30, 0.35, 1.5294958598213333, -0.1183564433129346, 1e-13],
  [10, 9.5e9, 2e-9, 17.67268095570624, 0.6926863910997194, 1e-13],
  [12, 12, 0.05, -16.915221371340355, -2.2813181073444957, 1e-13],
])("the density of beta(%d, %d) at %d and its derivative by the first", (a, b, x, ...expected) => {
  const [value, slope, relativeTolerance] = expected;
  const first = tensor(a, { dtype: "float64" });
  const density = beta(first, b, { dtype: "float64" }).logProbability(x);
  expectClose(density, value, { relativeTolerance });
  const [derivative] = gradients(density, [first]);
  expect(derivative.itemSync() / slope).toBeCloseTo(1, -Math.log10(relativeTolerance) - 1);
});

test("studentT of many degrees is nearly normal", () => {
  const [d, z] = [studentT(1e10, 0, 1, { dtype: "float64" }), normal(0, 1, { dtype: "float64" })];
  const x = wide([-3, -1, 0.1, 2, 3]);
  expectClose(d.logProbability(x), z.logProbability(x), { relativeTolerance: 1e-8 });
  expectClose(d.cdf(x), z.cdf(x), { relativeTolerance: 1e-5 });
});

// By mpmath, to 60 digits: what is beyond a bound, and between it and another one 2.5 deviations farther.
test.each([
  [1, 1.525135276160981, 0.1990976655703488, 1.5218662236450904, 0.19201798687641355],
  [3, 3.2830986549304364, 0.07055918678526811, 3.2830650571101705, 0.070479544240796],
  [8, 8.121368112236112, 0.014324883443340911, 8.121368112064475, 0.0143248830194121],
  [20, 20.04975306852785, 0.0024632616150521637, 20.04975306852785, 0.0024632616150521637],
  [30, 30.033259667433676, 0.001103771511890091, 30.033259667433676, 0.001103771511890091],
])("moments of what is %d deviations from the mean or farther", (bound, ...expected) => {
  const infinity = Number.POSITIVE_INFINITY;
  const between = (low: number, high: number) =>
    truncatedNormal(0, 1, low, high, { dtype: "float64" });
  const above = [between(bound, infinity), between(bound, bound + 2.5)];
  const below = [between(-infinity, -bound), between(-bound - 2.5, -bound)];
  for (const [i, [mean, variance]] of [expected.slice(0, 2), expected.slice(2)].entries()) {
    expect(above[i]!.mean().itemSync() / mean!).toBeCloseTo(1, 13);
    expect(below[i]!.mean().itemSync() / mean!).toBeCloseTo(-1, 13);
    for (const d of [above[i]!, below[i]!]) {
      expect(d.variance().itemSync() / variance!).toBeCloseTo(1, 12);
    }
  }
});

test("a tail that float64 has only as a subnormal number is NaN", () => {
  const d = truncatedNormal(0, 1, 38, Number.POSITIVE_INFINITY, { dtype: "float64" });
  for (const x of [d.mean(), d.variance(), d.entropy()]) expect(x.itemSync()).toBeNaN();
});
