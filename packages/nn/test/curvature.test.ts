// Products with matrices of curvature against the matrices, and sharpness against its formula.
import {
  gradients,
  hessian,
  jacobian,
  parameter,
  random,
  substitute,
  type Tensor,
  tensor,
} from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import {
  crossEntropy,
  dense,
  fisherProduct,
  fit,
  gaussNewtonProduct,
  madeOf,
  sgd,
  sharpnessAware,
} from "@nabla/nn";
import { describe, expect, test } from "vitest";

const wide = { dtype: "float64" } as const;
const inputs = random.normal([6, 3], { seed: 1, ...wide });
const labels = tensor([0, 1, 2, 2, 0, 1], { dtype: "int32" });
const w = random.normal([3, 3], { seed: 2, ...wide });
const v = random.normal([3, 3], { seed: 3, ...wide });
const outputs = (x: Tensor): Tensor => inputs.matmul(x).tanh().mul(3);
const tolerance = { relativeTolerance: 1e-11, absoluteTolerance: 1e-13 };

test("gaussNewtonProduct is the product with J^T H J", () => {
  const cost = (y: Tensor): Tensor => crossEntropy(y, labels);
  const j = jacobian(outputs)(w).reshape([18, 9]);
  const h = hessian(cost)(outputs(w)).reshape([18, 18]);
  const expected = j.transpose().matmul(h.matmul(j.matmul(v.reshape([9]))));
  expectClose(gaussNewtonProduct(outputs, cost, w, v), expected.reshape([3, 3]), tolerance);
});

test("fisherProduct is the mean of g (g^T v) over examples, also of a model's parameters", () => {
  const layer = dense(3, 3, { dtype: "float64" });
  const parameters = layer.parameters();
  const costs = (values: readonly Tensor[]): Tensor =>
    substitute(parameters, values, () =>
      crossEntropy(layer.forward(inputs), labels, { reduction: "none" }),
    );
  const along = parameters.map((p, i) => random.normal([...p.shape], { seed: 4 + i, ...wide }));
  const values = parameters.map((p) => p.snapshot());
  const found = fisherProduct(costs, values, along);
  const each = costs(parameters);
  const all = Array.from({ length: 6 }, (_, i) => gradients(each.at(i), [...parameters]));
  const products = all.map((gs) =>
    gs.map((g, i) => g.mul(along[i]!).sum()).reduce((sum, one) => sum.add(one)),
  );
  parameters.forEach((_, i) => {
    const terms = all.map((gs, e) => gs[i]!.mul(products[e]!));
    const mean = terms.reduce((sum, one) => sum.add(one)).div(6);
    expectClose(found[i]!, mean, tolerance);
  });
});

test("fisherProduct wants what each example costs", () => {
  expect(() => fisherProduct((x: Tensor) => x.sum(), w, v)).toThrow(
    "fisherProduct: the costs are [], expected [examples], at least one",
  );
});

describe("sharpnessAware", () => {
  const cost = (p: Tensor): Tensor => p.square().square().sum();

  test("leaves the gradient of the point a radius up the slope", () => {
    const [a, b] = [parameter([1, -2], wide), parameter([0.5], wide)];
    const highest = sharpnessAware(() => cost(a).add(cost(b)), [a, b], { radius: 0.1 });
    highest.backward();
    const slopes = [4, -32, 0.5];
    const norm = Math.hypot(...slopes);
    const moved = [1, -2, 0.5].map((x, i) => x + (0.1 * slopes[i]!) / norm);
    expectClose(
      highest,
      moved.reduce((sum, x) => sum + x ** 4, 0),
      { relativeTolerance: 1e-12 },
    );
    const expected = moved.map((x) => 4 * x ** 3);
    expectClose(a.grad!, expected.slice(0, 2), { relativeTolerance: 1e-12 });
    expectClose(b.grad!, expected.slice(2), { relativeTolerance: 1e-12 });
  });

  test("moves nothing where the gradient is 0", () => {
    const a = parameter([0, 0], wide);
    sharpnessAware(() => cost(a), [a]).backward();
    expect(a.grad!.arraySync()).toEqual([0, 0]);
  });

  test("is a cost of batches for fit", async () => {
    const a = parameter([1], wide);
    const options = {
      batchCost: () => sharpnessAware(() => a.square().sum(), [a], { radius: 0.5 }),
      optimizer: sgd([a], { learningRate: 0.25 }),
      epochs: 2,
      batchSize: 1,
    };
    const last = await fit(madeOf({ a }), { x: tensor([[0]]) }, options);
    // 1 - (1 + 0.5) / 2, and again.
    expect(a.dataSync()[0]).toBeCloseTo(0.25 - (0.25 + 0.5) / 2, 10);
    expect(last!.cost).toBeCloseTo(0.75 ** 2, 10);
  });
});
