// Costs against formulas in plain numbers, and their gradients against differences: a new cost is
// checked once its formula stands here. pytorch.test.ts compares them with PyTorch's.
import { backend, random, setBackend, softmax, type Tensor, tensor, zeros } from "@nabla/autograd";
import { checkGradients, expectClose } from "@nabla/autograd/testing";
import {
  contrastive,
  cosineEmbedding,
  ctc,
  gaussianNegativeLogLikelihood,
  infoNCE,
  triplet,
} from "@nabla/nn";
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
  binaryFocalCrossEntropy: (z, t) => {
    const p = 1 / (1 + Math.exp(-z));
    return -t * (1 - p) ** 2 * Math.log(p) - (1 - t) * p ** 2 * Math.log(1 - p);
  },
  logCosh: (y, t) => Math.log(Math.cosh(y - t)),
  poissonNegativeLogLikelihood: (y, t) => Math.exp(y) - t * y,
};

const total = (row: Row) => row.reduce((a, b) => a + b, 0);
const logSoftmax = (z: Row) => z.map((x) => x - Math.log(total(z.map(Math.exp))));
const dot = (a: Row, b: Row) => total(a.map((x, i) => x * b[i]!));
const expected = (t: Row, values: Row) => total(t.map((p, i) => p * values[i]!));

/** Of one example; the cost is the mean over all. Targets are probabilities. */
const ofExamples: Readonly<Record<string, OfExample>> = {
  quadraticCost: (y, t) => total(y.map((x, i) => (x - t[i]!) ** 2)),
  crossEntropy: (z, t) => -expected(t, logSoftmax(z)),
  negativeLogLikelihood: (logs, t) => -expected(t, logs),
  klDivergence: (z, t) => expected(t, t.map(Math.log)) - expected(t, logSoftmax(z)),
  focalCrossEntropy: (z, t) => {
    const logs = logSoftmax(z);
    return -total(t.map((p, i) => p * (1 - Math.exp(logs[i]!)) ** 2 * logs[i]!));
  },
  cosineDistance: (y, t) => 1 - dot(y, t) / Math.sqrt(dot(y, y) * dot(t, t)),
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

const [first, second, third] = [4, 5, 6].map((seed) =>
  random.normal([2, 2], { seed, dtype: "float64" }).realize(),
) as readonly Tensor[] as readonly [Tensor, Tensor, Tensor];
const pairs = tensor([1, 0]);
const spread = random.uniform([2, 2], { seed: 8, dtype: "float64" }).add(0.5).realize();
const steps = random.normal([2, 3, 3], { seed: 7, dtype: "float64" }).realize();
const spelled = tensor(
  [
    [1, 1],
    [2, 0],
  ],
  { dtype: "int32" },
);

/** Costs of more than outputs and targets, which PyTorch's values are for (cost-fixtures.test.ts). */
const ofMore: Readonly<Record<string, readonly [f: (...xs: Tensor[]) => Tensor, xs: Tensor[]]>> = {
  gaussianNegativeLogLikelihood: [
    (m, t, v) => gaussianNegativeLogLikelihood(m, t, v),
    [first, second, spread],
  ],
  cosineEmbedding: [(a, b) => cosineEmbedding(a, b, pairs), [first, second]],
  contrastive: [(a, b) => contrastive(a, b, pairs, { margin: 3 }), [first, second]],
  triplet: [(a, b, c) => triplet(a, b, c), [first, second, third]],
  infoNCE: [(q, k) => infoNCE(q, k, { symmetric: true }), [first, second]],
  ctc: [(z) => ctc(z, spelled, { targetLengths: [2, 1] }), [steps]],
};

test.each(Object.entries(ofMore))("%s has the gradients of differences", (name, [cost, xs]) => {
  const before = backend();
  setBackend("reference");
  try {
    checkGradients(cost, xs, { order: name === "ctc" ? 1 : 2 });
  } finally {
    setBackend(before);
  }
});

test("every cost has its formula here", () => {
  const known = new Set([...examples.map(({ name }) => name), ...Object.keys(ofMore)]);
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
