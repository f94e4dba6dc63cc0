// Costs against formulas in plain numbers, and their gradients against differences: a new cost is
// checked once its formula stands here. pytorch.test.ts compares them with PyTorch's.
import { random, softmax, type Tensor, zeros } from "@nabla/autograd";
import { checkGradients, expectClose } from "@nabla/autograd/testing";
import { describe, expect, test } from "vitest";
import { functions, publicIn } from "./public-names.ts";

type Row = readonly number[];
type OfElement = (output: number, target: number) => number;
type OfExample = (outputs: Row, targets: Row) => number;

/** Of one element; the cost is the mean over all. Targets are between 0 and 1. */
const ofElements: Readonly<Record<string, OfElement>> = {
  meanSquaredError: (y, t) => (y - t) ** 2,
  huber: (y, t) => (Math.abs(y - t) < 1 ? (y - t) ** 2 / 2 : Math.abs(y - t) - 0.5),
  hinge: (y, t) => Math.max(0, 1 - t * y),
  binaryCrossEntropy: (z, t) => {
    const p = 1 / (1 + Math.exp(-z));
    return -t * Math.log(p) - (1 - t) * Math.log(1 - p);
  },
};

const total = (row: Row) => row.reduce((a, b) => a + b, 0);
const logSoftmax = (z: Row) => z.map((x) => x - Math.log(total(z.map(Math.exp))));
const expected = (t: Row, values: Row) => total(t.map((p, i) => p * values[i]!));

/** Of one example; the cost is the mean over all. Targets are probabilities. */
const ofExamples: Readonly<Record<string, OfExample>> = {
  quadraticCost: (y, t) => total(y.map((x, i) => (x - t[i]!) ** 2)),
  crossEntropy: (z, t) => -expected(t, logSoftmax(z)),
  negativeLogLikelihood: (logs, t) => -expected(t, logs),
  klDivergence: (z, t) => expected(t, t.map(Math.log)) - expected(t, logSoftmax(z)),
};

const shape = [4, 3] as const;
const outputs = random.normal(shape, { seed: 1, dtype: "float64" }).realize();
const between = random.uniform(shape, { seed: 2, dtype: "float64" }).realize();
const probabilities = softmax(random.normal(shape, { seed: 3, dtype: "float64" })).realize();

const examples = [
  ...Object.entries(ofElements).map(([name, formula]) => {
    const ofRow: OfExample = (y, t) => total(y.map((x, i) => formula(x, t[i]!))) / y.length;
    return { name, formula: ofRow, targets: between };
  }),
  ...Object.entries(ofExamples).map(([name, formula]) => {
    return { name, formula, targets: probabilities };
  }),
];

test("every cost has its formula here", () => {
  const known = new Set(examples.map(({ name }) => name));
  const missing = publicIn("costs").filter((name) => !known.has(name));
  expect(missing, "want a formula in packages/nn/test/costs.test.ts").toEqual([]);
});

describe.each(examples)("$name", ({ name, formula, targets }) => {
  const cost = (y: Tensor, t: Tensor): Tensor => functions[name]!(y, t);

  test("is what its formula gives", () => {
    const [ys, ts] = [outputs, targets].map((x) => x.arraySync() as number[][]);
    const wanted = total(ys!.map((row, i) => formula(row, ts![i]!))) / ys!.length;
    const given = cost(outputs, targets);
    expect(given.shape).toEqual([]);
    expectClose(given, wanted, { relativeTolerance: 1e-12, absoluteTolerance: 1e-12 });
  });

  test("has the gradients of differences", () => {
    checkGradients((y) => cost(y, targets), [outputs], { order: 2 });
  });

  test("refuses targets of another shape, by its name", () => {
    expect(() => cost(outputs, zeros([4, 2]))).toThrow(new RegExp(`^${name}: `));
  });
});
