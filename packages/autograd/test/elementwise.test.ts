// Values at the edges of what elementwise functions are defined on, as IEEE 754, C and NumPy have them, and
// accuracy against the definitions.
import {
  acosh,
  atan2,
  type DType,
  digamma,
  erfc,
  full,
  gradients,
  hypot,
  lgamma,
  logAddExp,
  type Tensor,
  tensor,
} from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import { describe, expect, test } from "vitest";

const floats: readonly DType[] = ["float32", "float64"];
const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN];

/** Each with what it gives at some points. */
const edges: Readonly<Record<string, readonly (readonly [x: number, y: number])[]>> = {
  rsqrt: [
    [0, inf],
    [-0, -inf],
    [-1, nan],
    [inf, 0],
    [4, 0.5],
  ],
  log2: [
    [0, -inf],
    [-0, -inf],
    [-1, nan],
    [inf, inf],
    [8, 3],
    [2 ** -140, -140],
    [1, 0],
  ],
  tan: [
    [-0, -0],
    [inf, nan],
    [nan, nan],
  ],
  asin: [
    [-0, -0],
    [2, nan],
    [1, Math.PI / 2],
  ],
  acos: [
    [1, 0],
    [-1, Math.PI],
    [1.5, nan],
  ],
  atan: [
    [-0, -0],
    [inf, Math.PI / 2],
    [-inf, -Math.PI / 2],
  ],
  sinh: [
    [-0, -0],
    [inf, inf],
    [-inf, -inf],
    [1e-20, 1e-20],
  ],
  cosh: [
    [0, 1],
    [inf, inf],
    [-inf, inf],
  ],
  tanh: [
    [-0, -0],
    [inf, 1],
    [-inf, -1],
    [1e-30, 1e-30],
    [nan, nan],
  ],
  asinh: [
    [-0, -0],
    [inf, inf],
    [-inf, -inf],
    [1e-20, 1e-20],
  ],
  acosh: [
    [1, 0],
    [0.5, nan],
    [inf, inf],
  ],
  atanh: [
    [-0, -0],
    [1, inf],
    [-1, -inf],
    [2, nan],
    [1e-20, 1e-20],
  ],
  erf: [
    [inf, 1],
    [-inf, -1],
    [nan, nan],
    [-0, -0],
  ],
  erfc: [
    [inf, 0],
    [-inf, 2],
    [nan, nan],
    [0, 1],
  ],
  lgamma: [
    [1, 0],
    [2, 0],
    [0, inf],
    [-1, inf],
    [inf, inf],
    [nan, nan],
  ],
  digamma: [
    [0, -inf],
    [-0, inf],
    [-1, nan],
    [inf, inf],
    [nan, nan],
  ],
  relu: [
    [-1, 0],
    [inf, inf],
    [nan, nan],
  ],
  softplus: [
    [-inf, 0],
    [inf, inf],
    [1000, 1000],
  ],
  logSigmoid: [
    [-1000, -1000],
    [inf, -0],
    [-inf, -inf],
  ],
  leakyRelu: [
    [-inf, -inf],
    [inf, inf],
    [nan, nan],
  ],
  elu: [
    [-inf, -1],
    [inf, inf],
    [1000, 1000],
  ],
  silu: [
    [inf, inf],
    [0, 0],
    [nan, nan],
  ],
  hardSigmoid: [
    [-inf, 0],
    [inf, 1],
    [-3, 0],
    [3, 1],
  ],
};

describe.each(floats)("%s at the edges", (dtype) => {
  test.each(Object.entries(edges))("%s", (name, points) => {
    const x = tensor(
      points.map(([at]) => at),
      { dtype },
    );
    const y = (x as unknown as Record<string, () => Tensor>)[name]!();
    const rounded = dtype === "float32" ? Math.fround : (value: number) => value;
    const given = [...y.dataSync()];
    points.forEach(([at, wanted], i) => {
      const isClose =
        Math.abs(given[i]! - wanted) <= 2 ** (dtype === "float32" ? -23 : -52) * Math.abs(wanted);
      const isRight = Object.is(given[i], rounded(wanted)) || (isClose && wanted !== 0);
      expect(isRight, `${name}(${at}) is ${given[i]}, not ${wanted}`).toBe(true);
    });
  });

  test("hypot neither overflows nor underflows, and is infinite if one operand is", () => {
    const big = dtype === "float32" ? 1e38 : 1e308;
    const small = dtype === "float32" ? 1e-38 : 1e-300;
    const x = tensor([0.75 * big, small * 3, inf, nan, 0, -0], { dtype });
    const y = tensor([big, small * 4, nan, -inf, 0, 0], { dtype });
    const [a, b, ...others] = [...hypot(x, y).dataSync()];
    expect(Math.abs(a! / (1.25 * big) - 1)).toBeLessThan(1e-6);
    expect(Math.abs(b! / (5 * small) - 1)).toBeLessThan(1e-6);
    expect(others).toEqual([inf, inf, 0, 0]);
  });

  test("logAddExp neither overflows nor loses equal infinities", () => {
    const x = tensor([1000, -1000, inf, -inf, -inf, nan], { dtype });
    const y = tensor([1000, -1001, inf, -inf, 2, 1], { dtype });
    const expected = [1000 + Math.LN2, -1000 + Math.log1p(Math.exp(-1)), inf, -inf, 2, nan];
    const given = [...logAddExp(x, y).dataSync()];
    given.forEach((value, i) => {
      const wanted = expected[i]!;
      const isRight = Object.is(value, wanted) || Math.abs(value - wanted) <= 1e-4;
      expect(isRight, `${i}: ${value}, not ${wanted}`).toBe(true);
    });
  });

  test("atan2 goes by the signs of both, those of zeros included", () => {
    const y = tensor([0, -0, 0, -0, 1, -1], { dtype });
    const x = tensor([1, 1, -1, -1, 0, -inf], { dtype });
    const wanted = [0, -0, Math.PI, -Math.PI, Math.PI / 2, -Math.PI];
    const rounded = dtype === "float32" ? Math.fround : (value: number) => value;
    expect([...atan2(y, x).dataSync()]).toEqual(wanted.map(rounded));
  });
});

test("a number of the graph itself is cast as one from data is", () => {
  for (const value of [3e9, -3e9, 300.7, -1.9, Number.NaN, 0]) {
    for (const dtype of ["int32", "uint8", "bool"] as const) {
      const cast = full([], value).cast(dtype).itemSync();
      expect(cast, `${value} as ${dtype}`).toBe(tensor(value).cast(dtype).itemSync());
    }
  }
});

describe("derivatives at kinks and far out", () => {
  const slope = (f: (x: Tensor) => Tensor, at: number) => {
    const x = tensor([at], { dtype: "float64" });
    return x.sub(x).add(gradientOf(f, x)).dataSync()[0];
  };
  const gradientOf = (f: (x: Tensor) => Tensor, x: Tensor) => gradients(f(x).sum(), [x])[0];

  test("are the ones that the docs name", () => {
    expect(slope((x) => x.relu(), 0)).toBe(0);
    expect(slope((x) => x.abs(), 0)).toBe(0);
    expect(slope((x) => x.leakyRelu(0.2), 0)).toBe(0.2);
    expect(slope((x) => x.elu(3), 0)).toBe(3);
    expect(slope((x) => hypot(x, x), 0)).toBe(0);
    expect(slope((x) => tensor(0, { dtype: "float64" }).pow(x), 0)).toBe(0);
  });

  test("stay finite where a part that is not wanted overflows", () => {
    expect(slope((x) => x.elu(), 1000)).toBe(1);
    expect(slope((x) => x.logSigmoid(), -1000)).toBe(1);
    expect(slope((x) => logAddExp(x, 0), 1000)).toBe(1);
    expect(slope((x) => x.asinh(), 1e200)).toBe(1e-200);
  });

  test.each(["none", "tanh", "silu"] as const)("gelu and silu (%s) end as 0 and as x", (name) => {
    const f = (x: Tensor) => (name === "silu" ? x.silu() : x.gelu(name));
    for (const dtype of floats) {
      const x = tensor([-Infinity, -1e20, 1e20, Infinity, NaN, 0], { dtype });
      const y = f(x);
      const [first] = gradients(y.sum(), [x]);
      const [second] = gradients(first.sum(), [x]);
      expect(y.add(0).arraySync()).toEqual([0, 0, x.arraySync()[2], Infinity, NaN, 0]);
      expect(first.add(0).arraySync()).toEqual([0, 0, 1, 1, NaN, 0.5]);
      expect(second.slice(0, 0, 5).add(0).arraySync()).toEqual([0, 0, 0, 0, NaN]);
    }
  });

  test("atan2's are right where squares would over- or underflow, and 0 at 0, 0", () => {
    for (const [dtype, exponent] of [
      ["float32", 25],
      ["float64", 200],
    ] as const) {
      const [large, small] = [10 ** exponent, 10 ** -exponent];
      const a = tensor([large, small, 0, large, 0], { dtype });
      const b = tensor([large, small, 0, small, -1], { dtype });
      const [ofA, ofB] = gradients(atan2(a, b).sum(), [a, b]);
      const options = { relativeTolerance: 4 * (dtype === "float32" ? 2 ** -24 : 2 ** -53) };
      const rightA = tensor([0.5 * small, 0.5 * large, 0, 0, -1], { dtype });
      expectClose(ofA, rightA, options);
      expectClose(ofB, tensor([-0.5 * small, -0.5 * large, 0, -small, 0], { dtype }), options);
    }
  });
});

describe("against definitions", () => {
  test("lgamma of whole numbers is the logarithm of a factorial, and doubles by Legendre's formula", () => {
    let factorial = 1;
    for (let n = 1; n < 20; n++) {
      expectClose(
        lgamma(tensor(n + 1, { dtype: "float64" })),
        tensor(Math.log((factorial *= n)), { dtype: "float64" }),
        { relativeTolerance: 1e-14, absoluteTolerance: 1e-14 },
      );
    }
    // Gamma(x) Gamma(x + 1/2) = 2^(1 - 2x) sqrt(pi) Gamma(2x)
    const x = tensor([0.1, 0.7, 1.3, 5.5, 40.25, -0.3, -2.6], { dtype: "float64" });
    const left = lgamma(x).add(lgamma(x.add(0.5)));
    const right = lgamma(x.mul(2))
      .add(x.mul(-2).add(1).mul(Math.LN2))
      .add(0.5 * Math.log(Math.PI));
    expectClose(left, right, { relativeTolerance: 1e-13, absoluteTolerance: 1e-13 });
  });

  test("digamma satisfies its recurrence and is minus Euler's constant at 1", () => {
    const x = tensor([0.1, 0.7, 3.3, 25, -0.3, -7.6], { dtype: "float64" });
    expectClose(digamma(x.add(1)), digamma(x).add(x.reciprocal()), {
      relativeTolerance: 1e-12,
      absoluteTolerance: 1e-12,
    });
    const edges = tensor([0, -0, -1, -9988.5, Infinity, -Infinity], { dtype: "float64" });
    const wanted = [-Infinity, Infinity, NaN, 9.209239766949734, Infinity, NaN];
    expect(digamma(edges).arraySync()).toEqual(wanted);
    expect(digamma(tensor(1, { dtype: "float64" })).itemSync()).toBeCloseTo(
      -0.5772156649015329,
      14,
    );
  });

  // mpmath: digamma(mpf(1.4616321449683622))
  test("digamma keeps its digits beside its zero", () => {
    const y = digamma(tensor(1.4616321449683622, { dtype: "float64" })).itemSync();
    expect(Math.abs(y / -9.241265521729427e-17 - 1)).toBeLessThan(1e-15);
  });

  // SciPy 1.10: scipy.special.erfc
  test("erfc keeps its digits far out", () => {
    const x = tensor([0.5, 1.5, 3, 10, 26], { dtype: "float64" });
    const wanted = [
      0.4795001221869535, 0.033894853524689274, 2.2090496998585441e-5, 2.0884875837625446e-45,
      5.663192408856143e-296,
    ];
    expectClose(
      erfc(x).div(tensor(wanted, { dtype: "float64" })),
      tensor([1, 1, 1, 1, 1], { dtype: "float64" }),
      { relativeTolerance: 1e-13 },
    );
  });

  test("inverse functions undo their functions", () => {
    const x = tensor([0.1, 0.5, 1.2], { dtype: "float64" });
    const options = { relativeTolerance: 1e-14, absoluteTolerance: 1e-15 };
    expectClose(x.sin().asin(), x, options);
    expectClose(x.cos().acos(), x, options);
    expectClose(x.tan().atan(), x, options);
    expectClose(x.sinh().asinh(), x, options);
    expectClose(acosh(x.cosh()), x, options);
    expectClose(x.tanh().atanh(), x, options);
    expectClose(x.exp().log2(), x.mul(Math.LOG2E), options);
  });
});

describe("bounds", () => {
  const values = [Number.NaN, -Infinity, -2, -1, -0, 0, 1, 2, Infinity];
  for (const dtype of ["float32", "float64"] as const) {
    test(`of ${dtype}: those of Math.min and Math.max, in vectors and behind them`, () => {
      const x = tensor(values, { dtype });
      for (const bound of [-1, 1, 0, -0, 2.5]) {
        expect(x.minimum(bound).arraySync()).toEqual(values.map((v) => Math.min(v, bound)));
        expect(x.maximum(bound).arraySync()).toEqual(values.map((v) => Math.max(v, bound)));
      }
      const clipped = values.map((v) => Math.min(Math.max(v, -1), 1));
      expect(x.clip(-1, 1).arraySync()).toEqual(clipped);
    });
  }
});
