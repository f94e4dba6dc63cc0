// Costs and layers at infinities, zeros and kinks: 0 log 0 is 0, and what is hidden does not matter.
import { grad, gradients, hessian, type Tensor, tensor, where } from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import {
  binaryCrossEntropy,
  crossEntropy,
  huber,
  klDivergence,
  multiHeadAttention,
  negativeLogLikelihood,
} from "@nabla/nn";
import { describe, expect, test } from "vitest";

const double = (values: number[] | number[][]): Tensor => tensor(values, { dtype: "float64" });
const labels = (...values: number[]): Tensor => tensor(values, { dtype: "int32" });
const close = { relativeTolerance: 1e-12, absoluteTolerance: 1e-15 };
const { POSITIVE_INFINITY: infinity, NEGATIVE_INFINITY: lowest } = Number;

describe("a class that is masked by a logit of -infinity", () => {
  const allowed = tensor([[true, false, true]]);
  const logits = double([[1, 5, 2]]);
  const masked = where(allowed, logits, lowest);
  const others = double([[1, 2]]);

  test.each<[name: string, cost: (x: Tensor) => Tensor, without: (x: Tensor) => Tensor]>([
    [
      "crossEntropy of labels",
      (x) => crossEntropy(x, labels(0)),
      (x) => crossEntropy(x, labels(0)),
    ],
    [
      "crossEntropy of probabilities",
      (x) => crossEntropy(x, double([[0.25, 0, 0.75]])),
      (x) => crossEntropy(x, double([[0.25, 0.75]])),
    ],
    [
      "klDivergence",
      (x) => klDivergence(x, double([[0.25, 0, 0.75]])),
      (x) => klDivergence(x, double([[0.25, 0.75]])),
    ],
    [
      "negativeLogLikelihood",
      (x) => negativeLogLikelihood(x.logSoftmax(), labels(0)),
      (x) => negativeLogLikelihood(x.logSoftmax(), labels(0)),
    ],
  ])("is as if it were not there: %s", (_, cost, without) => {
    expectClose(cost(masked), without(others), close);
    const [first, last] = grad(without)(others).flatten().arraySync() as [number, number];
    expectClose(grad(cost)(masked), double([[first, 0, last]]), close);
    const whole = hessian(cost)(masked).reshape([3, 3]).arraySync();
    const part = hessian(without)(others).reshape([2, 2]).arraySync();
    expectClose(double([0, 2].map((i) => [0, 2].map((j) => whole[i]![j]!))), double(part), close);
    for (const bend of [...whole[1]!, whole[0]![1]!, whole[2]![1]!]) expect(Math.abs(bend)).toBe(0);
    const throughMask = grad((x: Tensor) => cost(where(allowed, x, lowest)))(logits);
    expectClose(throughMask, double([[first, 0, last]]), close);
  });

  test("costs infinity where it is right", () => {
    expect(crossEntropy(masked, labels(1)).itemSync()).toBe(infinity);
    expect(klDivergence(masked, double([[0, 1, 0]])).itemSync()).toBe(infinity);
  });
});

test("probabilities of 0 where the target is 0 cost nothing", () => {
  const cost = (p: Tensor): Tensor => negativeLogLikelihood(p.log(), labels(1));
  expect(Math.abs(cost(double([[0, 1]])).itemSync())).toBe(0);
  expect(grad(cost)(double([[0, 1]])).arraySync()).toEqual([[0, -1]]);
});

test("targets of 0 have the derivative -log p where p is not 0", () => {
  const found = grad((t: Tensor) => crossEntropy(double([[0, 0]]), t))(double([[0, 1]]));
  expectClose(found, double([[Math.LN2, Math.LN2]]), close);
});

test.each([
  [infinity, 1, 0],
  [infinity, 0, infinity],
  [infinity, 0.5, infinity],
  [lowest, 0, 0],
  [lowest, 1, infinity],
  [lowest, 0.5, infinity],
])(
  "binaryCrossEntropy of %d where %d is right is %d, its derivative sigmoid(z) - t",
  (z, t, expected) => {
    const cost = (x: Tensor): Tensor => binaryCrossEntropy(x, double([t]));
    expect(cost(double([z])).itemSync()).toBe(expected);
    expect(grad(cost)(double([z])).arraySync()).toEqual([(z > 0 ? 1 : 0) - t]);
    expect(hessian(cost)(double([z])).arraySync()).toEqual([[0]]);
  },
);

test("huber has the second derivative of its square at a residual of 0", () => {
  const cost = (x: Tensor): Tensor => huber(x, double([0, 0, 0, 0]));
  const bends = hessian(cost)(double([0, 0.5, 3, -3])).arraySync() as number[][];
  expect(bends.map((row, i) => row[i])).toEqual([0.25, 0.25, 0, 0]);
  expect(grad(cost)(double([0, 0.5, 3, -3])).arraySync()).toEqual([0, 0.125, 0.25, -0.25]);
});

describe("attention", () => {
  const layer = multiHeadAttention(4, 2, { dtype: "float64" });
  const rows = (hidden: number) => [
    [1, 2, 3, 4],
    [0.5, 1, 0, 2],
    [hidden, 1, hidden, -1],
  ];
  const mask = tensor([[[[true, true, false]]]]);

  /** The cost of the places that are seen, and its gradients. */
  const found = (hidden: number, isContext: boolean): Tensor[] => {
    const x = tensor([isContext ? rows(0.5).slice(0, 2) : rows(hidden)], { dtype: "float64" });
    const context = tensor([rows(hidden)], { dtype: "float64" });
    const inputs = isContext ? { context, mask } : { mask };
    const y = layer.forward(x as never, inputs) as Tensor;
    const cost = y.slice(1, 0, 2).square().sum();
    const given = isContext ? [x, context] : [x];
    return [cost, ...gradients(cost, [...given, ...layer.parameters()] as Tensor[])];
  };

  test.each([
    [Number.NaN, false],
    [infinity, false],
    [1e308, false],
    [Number.NaN, true],
    [lowest, true],
  ])(
    "what nobody may see may be %d: values and gradients stay (context: %s)",
    (hidden, isContext) => {
      const right = found(0.25, isContext);
      found(hidden, isContext).forEach((x, i) => expectClose(x, right[i]!, close));
    },
  );

  test("what is hidden has no weight, however low all scores are that are seen", () => {
    const one = multiHeadAttention(1, 1, { bias: false });
    // Queries, keys, values: scores of -3.2e38 and 1, of which the second is hidden.
    one.inputWeight.assign(tensor([[1], [1], [1]]));
    one.output.weight.assign(tensor([[1]]));
    const x = tensor([[[1.8e19], [-1.75e19]]]);
    const onlyOther = tensor([
      [
        [
          [false, true],
          [true, true],
        ],
      ],
    ]);
    const found = one.forward(x as never, { mask: onlyOther }) as Tensor;
    expect(found.flatten().at(0).itemSync()).toBe(Math.fround(-1.75e19));
  });

  test("what may look nowhere gets what zeros give, and passes on no gradient", () => {
    const nowhere = tensor([[[[false, false, false]]]]);
    const x = tensor([rows(1)], { dtype: "float64" });
    const y = layer.forward(x as never, { mask: nowhere }) as Tensor;
    // The output's bias is 0 at first.
    expect(y.abs().sum().itemSync()).toBe(0);
    const slopes = gradients(y.sum(), [x, layer.inputWeight as Tensor]);
    for (const g of slopes) expect(g.abs().sum().itemSync()).toBe(0);
  });
});
