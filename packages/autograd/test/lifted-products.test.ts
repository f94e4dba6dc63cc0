// Gradients of what all iterations of a loop share, as products outside the loop.
import { backend, explainPlan, gradients, random, scan, type Tensor, vmap } from "@nabla/autograd";
import { checkGradients, expectClose } from "@nabla/autograd/testing";
import { describe, expect, test } from "vitest";

const normal = (seed: number, ...shape: number[]): Tensor =>
  random.normal(shape, { seed, dtype: "float64" }).mul(0.5).realize();
const [h, w, b, xs] = [normal(1, 2, 3), normal(2, 3, 3), normal(3, 3), normal(4, 3, 2, 3)];

/** Steps of a cell, by what they do with the weights. */
const cells: Readonly<Record<string, (h: Tensor, x: Tensor, w: Tensor, b: Tensor) => Tensor>> = {
  "on the right": (s, x, u, c) => s.matmul(u).add(x).add(c).tanh(),
  "on the left": (s, x, u, c) => u.matmul(s.transpose()).transpose().add(x).mul(c).tanh(),
  transposed: (s, x, u, c) => s.matmul(u.transpose()).add(x).add(c).tanh(),
  "used twice": (s, x, u, c) => s.matmul(u).tanh().matmul(u).add(x.matmul(u)).add(c),
  "used in another way, too": (s, x, u, c) => s.matmul(u).add(u.sum(0)).mul(x.add(c)),
  "of a vector": (s, x, u, c) => s.at(0).matmul(u).add(x).mul(c),
};

describe.each(Object.entries(cells))("a weight %s", (name, cell) => {
  const loop = (s: Tensor, u: Tensor, c: Tensor, of: Tensor) =>
    scan((before: Tensor, x: Tensor) => [cell(before, x, u, c)], s, of)[0]
      .sin()
      .sum();

  test("has the derivatives of the loop that unrolls", () => {
    const given = [h, w, b, xs] as const;
    const unrolled = [0, 1, 2]
      .reduce((s, i) => cell(s, xs.at(i), w, b), h)
      .sin()
      .sum();
    const rounded = { absoluteTolerance: 1e-13, relativeTolerance: 1e-11 };
    const own = gradients(loop(...given), [...given]);
    gradients(unrolled, [...given]).forEach((g, i) => expectClose(own[i]!, g, rounded));
    checkGradients(loop, [...given], { order: name === "used twice" ? 2 : 1 });
    const many = vmap((u: Tensor) => gradients(loop(h, u, b, xs), [u])[0])(
      w.expandDims(0) as never,
    );
    expectClose(many.at(0), own[1], rounded);
  });
});

describe.skipIf(backend() === "reference")("a product in the loop back", () => {
  /** The plan of a weight's gradient, for so many examples. */
  const planOf = (examples: number, checkpoint = false) => {
    const [start, u] = [normal(1, examples, 3), normal(2, 3, 3)];
    const end = scan((s: Tensor) => [s.matmul(u).tanh()], start, undefined, {
      length: 6,
      checkpoint,
    })[0];
    return explainPlan(gradients(end.sum(), [u])[0]);
  };
  /** Products in a block, and outside. */
  const products = (plan: string) =>
    [/^ +\d+\. matmul/gm, /^\d+\. matmul/gm].map((one) => plan.match(one)?.length ?? 0);

  test("is one outside, for all iterations", () => {
    // In the loops: those of the step and of the carry's gradient.
    expect(products(planOf(2))).toEqual([2, 1]);
  });

  test("stays where it takes less memory", () => {
    expect(products(planOf(20))).toEqual([3, 0]);
    expect(products(planOf(2, true))[1]).toBe(0);
  });
});
