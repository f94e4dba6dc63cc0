// Minima against known ones, and line searches against the conditions that they promise.
import {
  customGradient,
  eye,
  parameter,
  random,
  solve,
  type Tensor,
  tensor,
} from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import { type MinimizeOptions, minimize, minimizeCost } from "@nabla/nn";
import { describe, expect, test } from "vitest";
import { lineSearch } from "../src/minimize/line-search.ts";

const wide = { dtype: "float64" } as const;
const methods = ["lbfgs", "bfgs", "newtonCg"] as const;

/** H. H. Rosenbrock, 1960: 0 at (1, …, 1), at the end of a bent valley. */
function rosenbrock(x: Tensor): Tensor {
  const [a, b] = [x.slice(0, 0, -1), x.slice(0, 1)];
  const [away, off] = [b.sub(a.square()), a.neg().add(1)];
  return away.square().mul(100).add(off.square()).sum();
}

describe.each(methods)("minimize by %s", (method) => {
  test("goes through Rosenbrock's valley in fewer than 50 evaluations", async () => {
    const found = await minimize(rosenbrock, tensor([-1.2, 1], wide), { method });
    expect(found).toMatchObject({ converged: true, why: "gradient" });
    expect(found.evaluations).toBeLessThan(50);
    expect(found.gradientNorm).toBeLessThan(1e-5);
    expectClose(found.x, [1, 1], { absoluteTolerance: 1e-5 });
  });

  test("finds what a system of equations has for solution", async () => {
    const a = random.normal([12, 12], { seed: 1, ...wide });
    const curved = a.matmul(a.transpose()).add(eye(12, wide));
    const b = random.normal([12], { seed: 2, ...wide });
    const f = (x: Tensor) => curved.matmul(x).mul(x).sum().div(2).sub(b.mul(x).sum());
    const found = await minimize(f, b.mul(0), { method, tolerance: 1e-9 });
    expect(found.why).toBe("gradient");
    // The gradient is the residue, and no eigenvalue is below 1: errors are no larger.
    expectClose(found.x, solve(curved, b), { absoluteTolerance: 1e-8 });
  });

  test("stays where the function is defined", async () => {
    // The first step from 1e-3 leads to where the logarithm is NaN.
    const f = (x: Tensor) => x.sub(x.neg().add(2).log().mul(0.1)).sub(x.log()).sum();
    const found = await minimize(f, tensor([1e-3, 1.999], wide), { method, tolerance: 1e-8 });
    expect(found.why).toBe("gradient");
    // 1 + 0.1 / (2 - x) - 1 / x = 0.
    const [x] = (await found.x.data()) as Float64Array;
    expect(1 + 0.1 / (2 - x!) - 1 / x!).toBeCloseTo(0, 7);
  });
});

describe("minimize", () => {
  test("takes trees, and float32 to the digits that it has", async () => {
    const f = ({ a, b }: { a: Tensor; b: readonly Tensor[] }) =>
      a.sub(3).square().sum().add(b[0]!.add(a.sum()).square().sum());
    const found = await minimize(f, { a: tensor([0, 0]), b: [tensor([[1]])] }, { tolerance: 1e-4 });
    expect(found.why).toBe("gradient");
    expectClose(found.x.a, [3, 3], { absoluteTolerance: 1e-3 });
    expectClose(found.x.b[0]!, [[-6]], { absoluteTolerance: 1e-3 });
  });

  test("ends where float32 has no digits left, and says so", async () => {
    const f = (x: Tensor) => x.sub(3).square().sum().add(1);
    const found = await minimize(f, tensor([0.1, 20]), { tolerance: 0 });
    expect(["gradient", "lineSearch"]).toContain(found.why);
    expectClose(found.x, [3, 3], { absoluteTolerance: 1e-3 });
  });

  const cases: readonly (readonly [MinimizeOptions, object])[] = [
    [{ maxIterations: 3 }, { why: "iterations", converged: false, iterations: 3 }],
    [{ maxEvaluations: 7 }, { why: "evaluations", converged: false, evaluations: 7 }],
    [
      { tolerance: 0, valueTolerance: 1e-6 },
      { why: "value", converged: true },
    ],
    [
      { afterIteration: async ({ iterations }) => iterations === 2 },
      { why: "stopped", converged: false, iterations: 2 },
    ],
    [{ tolerance: 1e9 }, { why: "gradient", converged: true, iterations: 0, evaluations: 1 }],
  ];
  test.each(cases)("says what has ended it: %#", async (options, expected) => {
    const x0 = tensor([-1.2, 1], wide);
    const found = await minimize(rosenbrock, x0, options);
    expect(found).toMatchObject(expected);
    expect(found.value).toBeCloseTo(await rosenbrock(found.x).item(), 12);
    expect(found.value).toBeLessThanOrEqual(await rosenbrock(x0).item());
  });

  test("says that there is no way down by a gradient that is wrong", async () => {
    const wrong = customGradient(
      (x: Tensor) => x.square().sum(),
      (g, [x]) => [x.mul(g).mul(-2)],
    );
    const found = await minimize(wrong, tensor([1, 2], wide));
    expect(found).toMatchObject({ why: "lineSearch", converged: false, value: 5, iterations: 0 });
    expect(found.x.arraySync()).toEqual([1, 2]);
  });

  test.each([
    [
      () => minimize((x) => x.log().sum(), tensor([-1])),
      "minimize: the value is NaN where it begins",
    ],
    [
      () => minimize((x) => x.sqrt().sum(), tensor([0])),
      "minimize: the gradient has Infinity where it begins",
    ],
    [
      () => minimize((x) => x, tensor([1, 2])),
      "minimize: what is minimised is a tensor [2], expected",
    ],
    [
      () => minimize((x) => x.sum(), tensor([1], { dtype: "int32" })),
      "minimize: x0 is int32, expected float32 or float64",
    ],
    [
      () => minimize((x) => x.cast("int32").max(), tensor([1])),
      "minimize: what is minimised is int32, whose gradient is 0; expected float32 or float64",
    ],
    [
      () => minimize((x) => x.sum(), tensor([1]), { method: "sgd" as never }),
      'minimize: method is "sgd", expected "lbfgs" or "bfgs" or "newtonCg"',
    ],
  ])("refuses what makes no sense: %#", async (f, message) => {
    await expect(f()).rejects.toThrow(message);
  });
});

describe("minimizeCost", () => {
  test("assigns parameters of several shapes, and leaves their gradients alone", async () => {
    const [w, b] = [parameter([[0, 0]], wide), parameter([5], wide)];
    w.grad = tensor([[1, 2]], wide);
    const x = tensor(
      [
        [0, 1],
        [1, 0],
        [1, 1],
      ],
      wide,
    );
    const y = tensor([[4], [3], [6]], wide);
    const cost = () => x.matmul(w.transpose()).add(b).sub(y).square().mean();
    const states: number[] = [];
    const report = await minimizeCost(cost, [w, b], {
      tolerance: 1e-10,
      afterIteration: ({ value }) => void states.push(value),
    });
    expect(report.why).toBe("gradient");
    expect(report.iterations).toBe(states.length);
    expectClose(w, [[2, 3]], { absoluteTolerance: 1e-8 });
    expectClose(b, [1], { absoluteTolerance: 1e-8 });
    expect(w.grad.arraySync()).toEqual([[1, 2]]);
    expect(states).toEqual(states.toSorted((a, b) => b - a));
  });

  test("leaves frozen parameters as they are", async () => {
    const [w, b] = [parameter([3], wide), parameter([2], wide)];
    b.isFrozen = true;
    const cost = () => w.sub(b).square().add(b.square()).sum();
    await minimizeCost(cost, [w, b], { tolerance: 1e-10 });
    expectClose(w, [2], { absoluteTolerance: 1e-8 });
    expect(b.arraySync()).toEqual([2]);
    const none = minimizeCost(cost, [b]);
    await expect(none).rejects.toThrow("minimizeCost: all parameters are frozen");
  });

  test("leaves parameters as they are where it throws", async () => {
    const w = parameter([-1, 4], wide);
    await expect(minimizeCost(() => w.log().sum(), [w])).rejects.toThrow("the value is NaN");
    const failing = () => {
      throw new Error("enough");
    };
    const cost = () => w.square().sum();
    const options = { afterIteration: failing };
    await expect(minimizeCost(cost, [w], options)).rejects.toThrow("enough");
    expect(w.arraySync()).toEqual([-1, 4]);
  });
});

// J. J. Moré and D. J. Thuente, "Line Search Algorithms with Guaranteed Sufficient Decrease", 1994,
// section 5, functions 1 to 3; and a wall of NaN.
const lines: readonly (readonly [string, (t: number) => readonly [number, number]])[] = [
  ["flat far out", (t) => [-t / (t * t + 2), (t * t - 2) / (t * t + 2) ** 2]],
  [
    "steep powers",
    (t) => {
      const s = t + 0.004;
      return [s ** 5 - 2 * s ** 4, 5 * s ** 4 - 8 * s ** 3];
    },
  ],
  ["waves", (t) => [Math.sin(5 * t) / 5 + (t - 2) ** 2, Math.cos(5 * t) + 2 * (t - 2)]],
  ["a wall", (t) => [-Math.log(3 - t) - 4 * t, 1 / (3 - t) - 4]],
];

test.each(lines)("a line search satisfies the strong Wolfe conditions: %s", async (_, f) => {
  for (const first of [1e-3, 0.1, 1, 10, 1e3]) {
    const at = (t: number) => {
      const [value, slope] = f(t);
      return { t, value, slope };
    };
    const start = at(0);
    const bounds = { resolution: 1e-14, most: 50 };
    const found = await lineSearch(start, first, bounds, async (t) => at(t));
    expect(found!.value).toBeLessThanOrEqual(start.value + 1e-4 * found!.t * start.slope);
    expect(Math.abs(found!.slope)).toBeLessThanOrEqual(0.9 * Math.abs(start.slope));
  }
});
