// Mixtures, transformed and joined distributions beside PyTorch's, von Mises beside mpmath's.
import {
  compile,
  DTypeError,
  grad,
  gradients,
  hessian,
  NablaError,
  random,
  ShapeError,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "@nabla/autograd";
import { checkGradients, expectClose } from "@nabla/autograd/testing";
import {
  affine,
  bernoulli,
  cauchy,
  type Distribution,
  dirichlet,
  exp,
  gamma,
  independent,
  klDivergence,
  laplace,
  logistic,
  mixture,
  multivariateNormal,
  normal,
  poisson,
  sigmoid,
  type Transform,
  tanh,
  transformed,
  uniform,
  vonMises,
} from "@nabla/distributions";
import { describe, expect, test } from "vitest";
import { checkCases, readCases } from "../../../fixtures/cases.ts";

const cases = readCases("distributions-composed");
const families = { normal, laplace, gamma, logistic } as unknown as Readonly<
  Record<string, (a: Tensor, b: Tensor) => Distribution>
>;

function transformsOf(names: string, a: Tensor, b: Tensor): readonly Transform[] {
  return names.split(", ").map((name, i) => {
    if (name === "affine") return i === 2 ? affine(b, a) : affine(a, b);
    return { exp, sigmoid, tanh }[name]!;
  });
}

type Options = Readonly<Record<string, unknown>>;

/** What a case is of, and the parameters behind those that make it. */
const makers: Readonly<
  Record<string, (x: readonly Tensor[], options: Options) => readonly [Distribution, number]>
> = {
  mixture: ([w, a, b], { family }) => {
    const location = family === "gamma" ? a!.abs() : a!;
    return [mixture(w!, families[family as string]!(location, b!)), 3];
  },
  transformed: ([a, b], { transforms }) => {
    return [transformed(normal(zeros([3]), 1), ...transformsOf(transforms as string, a!, b!)), 2];
  },
  independent: ([m, s], { axes }) => [independent(normal(m!, s!), axes as number), 2],
  vonMises: ([m, k]) => [vonMises(m!, k!), 2],
};

test.each(Object.keys(makers))("%s is PyTorch's, mpmath's and SciPy's", (name) => {
  const own = cases.filter(({ call }) => call.startsWith(`${name}.`));
  expect(own.length).toBeGreaterThanOrEqual(6);
  for (const call of new Set(own.map((one) => one.call))) {
    const method = call.split(".")[1] as keyof Distribution;
    const group = own.filter((one) => one.call === call);
    checkCases(group, (inputs, options) => {
      const [d, count] = makers[name]!(inputs, options);
      return (d[method] as (...given: readonly unknown[]) => Tensor)(...inputs.slice(count));
    });
  }
});

const wide = (values: unknown) => tensor(values as number[], { dtype: "float64" }) as Tensor;

test("second gradients of mixtures, transforms and von Mises", () => {
  const x = wide([0.3, 0.8]);
  const f = (logits: Tensor, m: Tensor, s: Tensor) => {
    const parts = [
      mixture({ logits }, [normal(m, s), laplace(m.neg(), s)]).logProbability(x),
      transformed(normal(m, s), sigmoid, affine(m.mul(0), s)).logProbability(x.mul(0.7)),
      vonMises(m, s.mul(20)).logProbability(x),
      vonMises(m, s.mul(20)).entropy(),
    ];
    return parts.reduce((sum: Tensor, part) => sum.add(part));
  };
  checkGradients(f, [wide([0.4, -0.3]), wide([0.1, -0.6]), wide([0.7, 2])]);
});

describe("mixture", () => {
  const three = mixture(wide([1, 0, 3]), normal(wide([-1, 9, 2]), wide([0.5, 1, 0.1])));

  test("draws components by their weights", () => {
    const drawn = three.sample([8000], { seed: 4 });
    const [mean, variance, below] = [drawn.mean(), drawn.variance(), drawn.less(0.5).mean()];
    // Four standard errors.
    expect(Math.abs(mean.itemSync() - three.mean().itemSync())).toBeLessThan(0.06);
    expect(Math.abs(variance.itemSync() / three.variance().itemSync() - 1)).toBeLessThan(0.08);
    expect(Math.abs(below.itemSync() - three.cdf(0.5).itemSync())).toBeLessThan(0.02);
    expect(three.isReparameterized).toBe(false);
    const m = wide([0, 1]);
    const d = mixture(wide([1, 1]), normal(m, 1));
    const total = d.sample([5], { seed: 1 }).sum();
    expect(gradients(total, [m])[0].arraySync()).toEqual([0, 0]);
  });

  test("draws differ along batches that components do not have", () => {
    const d = mixture(
      tensor([
        [1, 1],
        [1, 1],
        [1, 1],
      ]),
      [normal(0, 1), normal(tensor([[0], [9]]), 1)],
    );
    expect([d.batchShape, d.sample([4], { seed: 2 }).shape]).toEqual([
      [2, 3],
      [4, 2, 3],
    ]);
    expect(new Set(d.sample([4], { seed: 2 }).dataSync()).size).toBe(24);
  });

  test("of counts and of vectors", () => {
    const counts = mixture(tensor([0.5, 0.5]), [poisson(2), bernoulli(0.25)]);
    expect(counts.dtype).toBe("int32");
    const total = counts.logProbability(tensor(Array.from({ length: 40 }, (_, k) => k)));
    expect(total.exp().sum().itemSync()).toBeCloseTo(1, 6);
    expect(counts.support).toBe("integers from 0 on, or 0 and 1");
    const vectors = mixture(tensor([1, 3]), [
      multivariateNormal(tensor([0, 0]), {
        factor: tensor([
          [1, 0],
          [0, 1],
        ]),
      }),
      multivariateNormal(tensor([4, 0]), {
        factor: tensor([
          [1, 0],
          [0, 2],
        ]),
      }),
    ]);
    expect(vectors.mean().arraySync()).toEqual([3, 0]);
    expect(vectors.variance().arraySync()).toEqual([4, 3.25]);
    expect(vectors.sample([5], { seed: 1 }).shape).toEqual([5, 2]);
  });

  test("outside of all components has no density and no gradient", () => {
    const w = wide([0.3, 0.7]);
    const d = mixture(w, [uniform(0, 1), uniform(2, 3)]);
    const density = d.logProbability(wide([0.5, 1.5, 2.5, Number.NaN])).exp();
    expectClose(density, wide([0.3, 0, 0.7, Number.NaN]), { relativeTolerance: 1e-12 });
    const [moved] = gradients(
      d
        .logProbability(wide([1.5]))
        .maximum(-9)
        .sum(),
      [w],
    );
    expect(moved.arraySync()).toEqual([0, 0]);
  });

  test("a component of weight 0 does not count", () => {
    const d = mixture(tensor([1, 0]), [normal(0, 1), cauchy(0, 1)]);
    expect([d.mean().itemSync(), d.variance().itemSync()]).toEqual([0, 1]);
  });
});

describe("transformed", () => {
  test("exp of normal is logNormal, in density, cdf, quantiles and draws by the implicit path", () => {
    const [d, m] = [transformed(normal(0.5, 2), exp), wide(0.5)];
    expect(d.logProbability(3).itemSync()).toBeCloseTo(
      -0.5 * ((Math.log(3) - 0.5) / 2) ** 2 - Math.log(6 * Math.sqrt(2 * Math.PI)),
      5,
    );
    const drawn = transformed(normal(m, 2), exp).sample([7], { seed: 3 });
    expect(gradients(drawn.sum(), [m])[0].itemSync()).toBeCloseTo(drawn.sum().itemSync(), 10);
    expect(
      d
        .cdf(d.sample([2000], { seed: 1 }))
        .mean()
        .itemSync(),
    ).toBeCloseTo(0.5, 1);
  });

  test("beyond the ends of its range, and where it falls", () => {
    const d = transformed(normal(0, 1), tanh, affine(1, -2));
    const x = wide([-1.5, -1, 1, 3, 4, Number.POSITIVE_INFINITY, Number.NaN]);
    expect(d.cdf(x).arraySync()).toEqual([0, 0, 0.5, 1, 1, 1, Number.NaN]);
    const density = d.logProbability(x).exp().arraySync() as readonly number[];
    expect(density[2]).toBeCloseTo(0.1994711402, 9);
    expect([...density.slice(0, 2), ...density.slice(3)]).toEqual([0, 0, 0, 0, 0, Number.NaN]);
    expect(d.quantile(wide([0, 1])).arraySync()).toEqual([-1, 3]);
  });

  test("moments are known of affine maps alone", () => {
    const d = transformed(normal(1, 2), affine(3, -2), affine(tensor([0, 1]), 1));
    expect(d.mean().arraySync()).toEqual([1, 2]);
    expect(d.variance().arraySync()).toEqual([16, 16]);
    expect(d.entropy().arraySync()).toEqual(
      normal(tensor([0, 0]), 4)
        .entropy()
        .arraySync(),
    );
    expect(() => transformed(normal(0, 1), exp).mean()).toThrow(
      "transformed.mean: there is no closed form",
    );
    expect(transformed(normal(1, 2)).logProbability(2).itemSync()).toBe(
      normal(1, 2).logProbability(2).itemSync(),
    );
  });

  test("an event's elements are transformed each by itself", () => {
    const base = multivariateNormal(wide([0, 1]), {
      factor: wide([
        [1, 0],
        [0.5, 2],
      ]),
    });
    const d = transformed(base, exp);
    const y = wide([2, 3]);
    const expected = base.logProbability(y.log()).sub(y.log().sum()).itemSync();
    expect(d.logProbability(y).itemSync()).toBeCloseTo(expected, 12);
    expect(d.logProbability(wide([2, -3])).itemSync()).toBe(Number.NEGATIVE_INFINITY);
    expect(() => d.cdf(1)).toThrow(NablaError);
  });
});

describe("vonMises", () => {
  test("draws have its mean direction and its spread, whatever the concentration", () => {
    const k = wide([0, 0.3, 5, 1e4, 1e12]);
    const d = vonMises(wide(3), k);
    const drawn = d.sample([4000], { seed: 6 });
    const turn = drawn.sub(3);
    const spread = turn.mul(0.5).sin().square().mul(2).mean(0).div(d.variance());
    const ratios = spread.arraySync() as readonly number[];
    for (const ratio of ratios) expect(Math.abs(ratio - 1)).toBeLessThan(0.1);
    const aside = turn.sin().mean(0).div(d.variance().sqrt()).arraySync() as readonly number[];
    for (const one of aside) expect(Math.abs(one)).toBeLessThan(0.08);
    expect(drawn.abs().max().itemSync()).toBeLessThanOrEqual(Math.PI);
  });

  test("the divergence is the expectation of the difference of log densities", () => {
    const [p, q] = [vonMises(wide(0.3), 4), vonMises(wide(-1), 0.7)];
    const n = 400;
    const x = wide(Array.from({ length: n }, (_, i) => (2 * Math.PI * i) / n));
    const ratio = p.logProbability(x).sub(q.logProbability(x));
    const expected = p
      .logProbability(x)
      .exp()
      .mul(ratio)
      .sum()
      .mul((2 * Math.PI) / n);
    expect(klDivergence(p, q).itemSync()).toBeCloseTo(expected.itemSync(), 12);
    expect(klDivergence(p, p).itemSync()).toBeCloseTo(0, 14);
  });
});

test("independent joins what is drawn by itself", () => {
  const d = independent(
    normal(
      wide([
        [0, 1, 2],
        [3, 4, 5],
      ]),
      1,
    ),
    1,
  );
  expect([d.batchShape, d.eventShape, d.sample([4], { seed: 1 }).shape]).toEqual([
    [2],
    [3],
    [4, 2, 3],
  ]);
  const other = independent(normal(wide([0, 0, 0]), 1), 1);
  expect(klDivergence(d, other).arraySync()).toEqual([2.5, 25]);
  const inside = independent(gamma(tensor([0.5, 2]), 1), 1);
  expect(inside.logProbability(tensor([0, -1])).itemSync()).toBe(Number.NEGATIVE_INFINITY);
  const mixed = mixture(wide([1, 3]), [d, other]);
  expect(mixed.sample([2], { seed: 1 }).shape).toEqual([2, 2, 3]);
});

test("a component that never is: no density, however high its own, but a derivative by its weight", () => {
  const d = mixture(wide([0, 1]), [gamma(0.5, 1), normal(0, 1)]);
  expectClose(d.logProbability(0), wide(-0.5 * Math.log(2 * Math.PI)));
  const f = (w: Tensor) => mixture(w, [normal(0, 1), normal(wide(1), 1)]).logProbability(0);
  // (w0 p0 + w1 p1) / (w0 + w1), whose p0 is e^0.5 p1.
  const r = Math.exp(0.5);
  expectClose(grad(f)(wide([0, 1])), wide([r - 1, 0]));
  const second = wide([
    [1 - r * r, 1 - r],
    [1 - r, 0],
  ]);
  expectClose(hessian(f)(wide([0, 1])), second);
});

test("a parameter that is NaN is NaN outside of the support, too", () => {
  const d = transformed(normal(wide([Number.NaN, 0]), 1), exp);
  for (const x of [-1, Number.POSITIVE_INFINITY]) {
    expect(d.logProbability(x).arraySync()).toEqual([Number.NaN, Number.NEGATIVE_INFINITY]);
  }
  const joined = independent(gamma(wide([Number.NaN, 1]), 1), 1);
  expect(joined.logProbability(wide([1, -1])).itemSync()).toBeNaN();
});

test("compiled and batched draws are those of calls", () => {
  const f = (key: Tensor) =>
    [
      mixture(tensor([1, 2]), [normal(0, 1), laplace(5, 1)]),
      transformed(normal(0, 1), exp, affine(1, tensor([2, -2]))),
      vonMises(1, 3),
    ].map((d) => d.sample([3], { seed: key }) as Tensor);
  const keys = random.split(3, 2) as Tensor;
  const each = [0, 1].map((i) => f(keys.at(i)).map((x) => x.arraySync()));
  expect(compile(f)(keys.at(0)).map((x) => x.arraySync())).toEqual(each[0]);
  expect(vmap(f)(keys).map((x) => x.arraySync())).toEqual(each[0]!.map((x, i) => [x, each[1]![i]]));
});

const wrong = (x: unknown) => x as never;

test.each([
  ["mixture: components are an empty list", () => mixture(tensor([1]), [])],
  [
    "mixture: component 1 is 3, expected a distribution",
    () => mixture(tensor([1, 1]), [normal(0, 1), wrong(3)]),
  ],
  ["mixture: components are 3, expected a list", () => mixture(tensor([1]), wrong(3))],
  [
    "mixture: weights are [3], expected 2 components last",
    () => mixture(tensor([1, 1, 1]), [normal(0, 1), normal(1, 1)]),
  ],
  [
    "mixture: component 0 draws normal real numbers, component 1 poisson integers",
    () => mixture(tensor([1, 1]), [normal(0, 1), poisson(1)]),
  ],
  [
    "mixture: component 0 has events [], component 1 [2]",
    () => mixture(tensor([1, 1]), [normal(0, 1), dirichlet(tensor([1, 1]))]),
  ],
  [
    "mixture: the batch of normal is [], expected components",
    () => mixture(tensor([1, 1]), normal(0, 1)),
  ],
  [
    'mixture: there is no option "weights", expected logits',
    () => mixture(wrong({ weights: 1 }), [normal(0, 1)]),
  ],
  [
    "mixture.entropy: there is no closed form",
    () => mixture(tensor([1]), [normal(0, 1)]).entropy(),
  ],
  ["transformed: poisson draws integers", () => transformed(poisson(2), exp)],
  ["transformed: base is 3, expected a distribution", () => transformed(wrong(3), exp)],
  [
    'transformed: transform 1 is "exp", expected a transform',
    () => transformed(normal(0, 1), exp, wrong("exp")),
  ],
  [
    "mixture: component 0 draws normal real numbers, component 1 vonMises angles",
    () => mixture(tensor([1, 1]), [normal(0, 1), vonMises(0, 1)]),
  ],
  ["mixture.mean: there is no", () => mixture(tensor([1, 1]), vonMises(zeros([2]), 1)).mean()],
  [
    "mixture.variance: there is no",
    () => mixture(tensor([1]), [independent(vonMises(zeros([2]), 1), 1)]).variance(),
  ],
  ["transformed: vonMises draws angles", () => transformed(vonMises(0, 1), exp)],
  ["affine: scale is 0, expected a finite number other than 0", () => affine(0, 0)],
  [
    "transformed: events of dirichlet are [1], but transforms",
    () => transformed(dirichlet(tensor([[1], [1]])), affine(tensor([0, 1, 2]), 1)),
  ],
  [
    "independent: the batch of normal is [], expected at least 1 axes",
    () => independent(normal(0, 1), 1),
  ],
  ["independent: axes is 0.5, expected an integer", () => independent(normal(0, 1), 0.5)],
  ["vonMises: concentration is -1, expected a finite number, 0 or more", () => vonMises(0, -1)],
])("%s", (message, call) => {
  expect(call).toThrow(NablaError);
  expect(call).toThrow(message);
});

test("shapes and dtypes that do not fit are errors of their kinds", () => {
  expect(() => mixture(tensor([1, 1]), normal(0, 1))).toThrow(ShapeError);
  expect(() => vonMises(0, 1, { dtype: wrong("int32") })).toThrow(DTypeError);
});
