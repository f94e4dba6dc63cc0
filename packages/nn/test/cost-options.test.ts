// Which examples count in costs, and how much; what sequences may be; and the types of it.
import {
  concat,
  explainPlan,
  full,
  grad,
  gradients,
  random,
  setBackend,
  type Tensor,
  tensor,
  zeros,
} from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import {
  binaryCrossEntropy,
  crossEntropy,
  ctc,
  dense,
  fit,
  focalCrossEntropy,
  gaussianNegativeLogLikelihood,
  huber,
  infoNCE,
  klDivergence,
  meanSquaredError,
  negativeLogLikelihood,
  quadraticCost,
  sgd,
} from "@nabla/nn";
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from "vitest";

// Small graphs, of which each would be planned; the engine's own tests compare it with the reference.
beforeAll(() => setBackend("reference"));
afterAll(() => setBackend("wasm"));

const labels = (...values: number[]): Tensor => tensor(values, { dtype: "int32" });
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const close = { relativeTolerance: 1e-12, absoluteTolerance: 1e-12 };
const rows = random.normal([4, 3], { seed: 1, dtype: "float64" }).realize();
const yes = rows.greater(0).cast("float64").realize();
const chosen = labels(2, 0, 1, 1);

type Weighed = (outputs: Tensor, targets: Tensor, weights?: Tensor) => Tensor;
const given = (weights?: Tensor) => weights && { weights };

test.each<[string, Weighed, Tensor]>([
  ["crossEntropy", (y, t, w) => crossEntropy(y, t, given(w)), chosen],
  ["crossEntropy of rows", (y, t, w) => crossEntropy(y, t, given(w)), yes],
  ["negativeLogLikelihood", (y, t, w) => negativeLogLikelihood(y, t, given(w)), chosen],
  ["focalCrossEntropy", (y, t, w) => focalCrossEntropy(y, t, given(w)), chosen],
  ["klDivergence", (y, t, w) => klDivergence(y, t, given(w)), yes],
  ["binaryCrossEntropy", (y, t, w) => binaryCrossEntropy(y, t, given(w)), yes],
  ["huber", (y, t, w) => huber(y, t, given(w)), yes],
  ["quadraticCost", (y, t, w) => quadraticCost(y, t, given(w)), yes],
  ["meanSquaredError", (y, t, w) => meanSquaredError(y, t, given(w)), yes],
])("%s: what is masked is as if it were not there, NaN or not", (_, cost, targets) => {
  const some = labels(0, 2);
  const [few, theirs] = [rows.gather(0, some), targets.gather(0, some)];
  const wanted = cost(few, theirs);
  const mask = tensor([true, false, true, false]);
  const spoilt = rows.mul(tensor([[1], [nan], [1], [infinity]]));
  const masked = (x: Tensor) => cost(x, targets, mask);
  expectClose(masked(spoilt), wanted, close);
  expectClose(cost(spoilt, targets, mask.cast("float32").mul(2)), wanted, close);
  const found = grad(masked)(spoilt);
  expect(found.gather(0, labels(1, 3)).abs().sum().itemSync()).toBe(0);
  expectClose(found.gather(0, some), grad((x: Tensor) => cost(x, theirs))(few), close);
  expect(cost(rows, targets, mask.logicalAnd(0)).itemSync()).toBeNaN();
});

test("an infinite cost of weight 0 has no part, in any reduction", () => {
  const impossible = tensor(
    [
      [1, 1],
      [1, 2],
    ],
    { dtype: "int32" },
  );
  const z = random.normal([2, 2, 3], { seed: 1, dtype: "float64" }).realize();
  const weights = tensor([0, 1]);
  const alone = (x: Tensor) => ctc(x.slice(0, 1), impossible.slice(0, 1));
  const cost = (x: Tensor) => ctc(x, impossible, { weights });
  expectClose(cost(z), alone(z), close);
  expectClose(grad(cost)(z), grad(alone)(z), close);
  expect(ctc(z, impossible, { weights, reduction: "none" }).at(0).itemSync()).toBe(0);
  const classWeights = tensor([infinity, 1, 1]);
  const masked = { weights: tensor([1, 0, 1, 1]), classWeights };
  const three = labels(0, 2, 3);
  const few = [rows.gather(0, three), chosen.gather(0, three)] as const;
  expectClose(crossEntropy(rows, chosen, masked), crossEntropy(...few, { classWeights }), close);
});

describe("infoNCE: a pair of weight 0 is among what nobody chooses from", () => {
  const queries = tensor([
    [1, 0],
    [0, 1],
    [1, 1],
  ]);
  const weights = tensor([1, 1, 0]);
  const ofPairs = [1, 0.2, 0.1, 1];
  const keysWith = (x: number, y: number) => tensor([...ofPairs, x, y]).reshape([3, 2]);

  test.each([
    [false, nan],
    [false, 0.3],
    [true, nan],
    [true, 0.3],
  ])("symmetric: %s, with %s in its key", (symmetric, x) => {
    const options = { temperature: 1, symmetric };
    const keys = keysWith(x, 1);
    const [q, k] = [queries, keys].map((all) => all.slice(0, 0, 2).realize());
    const alone = infoNCE(q!, k!, options);
    const cost = infoNCE(queries, keys, { ...options, weights });
    const near = { relativeTolerance: 1e-6, absoluteTolerance: 1e-7 };
    expectClose(cost, alone, near);
    const found = gradients(cost, [queries, keys]);
    const wanted = gradients(alone, [q!, k!]);
    found.forEach((gradient, i) => {
      expect(gradient.slice(0, 2).abs().sum().itemSync()).toBe(0);
      expectClose(gradient.slice(0, 0, 2), wanted[i]!, near);
    });
  });

  test("keys that are nobody's stay", () => {
    const keys = keysWith(0.3, 1);
    const [q, k] = [queries.slice(0, 0, 2), [0, 2].map((row) => keys.slice(0, row, row + 1))];
    const cost = infoNCE(q, keys, { weights: tensor([1, 0]) });
    expectClose(cost, infoNCE(q.slice(0, 0, 1), concat(k)), { relativeTolerance: 1e-6 });
  });
});

test("weights of places, and of sequences, weigh what their classes cost", () => {
  const places = random.normal([2, 2, 3], { seed: 3, dtype: "float64" });
  const right = labels(2, 0, 1, 1).reshape([2, 2]);
  const each = crossEntropy(places, right, { reduction: "none" });
  expect(each.shape).toEqual([2, 2]);
  const [ofPlaces, ofSequences] = [
    tensor([
      [1, 2],
      [0, 3],
    ]),
    tensor([1, 3]),
  ];
  const sum = crossEntropy(places, right, { weights: ofPlaces, reduction: "sum" });
  expectClose(sum, each.mul(ofPlaces).sum(), close);
  const mean = crossEntropy(places, right, { weights: ofSequences });
  expectClose(mean, each.mul(ofSequences.expandDims(1)).sum().div(8), close);
  expect(() => crossEntropy(places, right, { weights: tensor([1, 2, 3]) })).toThrow(
    "crossEntropy: weights are [3], expected [2, 2], or the first of these axes",
  );
});

test("labels are gathered: nothing is written for each class but what the softmax is of", () => {
  setBackend("wasm");
  const logits = random.normal([8, 5000], { seed: 1 }).realize();
  const plan = explainPlan(crossEntropy(logits, random.randint([8], 0, 5000, { seed: 2 })));
  setBackend("reference");
  expect([...plan.matchAll(/b\d+\[5000\*i \+ j\] = /g)]).toHaveLength(1);
});

describe("ignoreLabel", () => {
  test("may be any number, of uint8 labels too, and is of labels only", () => {
    const wanted = crossEntropy(rows.slice(0, 0, 2), labels(2, 0));
    for (const [ignoreLabel, dtype] of [
      [-100, "int32"],
      [255, "uint8"],
      [1, "int32"],
    ] as const) {
      const padded = tensor([2, 0, ignoreLabel, ignoreLabel], { dtype });
      expectClose(crossEntropy(rows, padded, { ignoreLabel }), wanted, close);
    }
    const small = tensor([2, 0, 255, 1], { dtype: "uint8" });
    expect(() => crossEntropy(rows, small, { ignoreLabel: -1 }).itemSync()).toThrow(
      "crossEntropy: label 255 is out of range for 3 classes",
    );
    expect(() => crossEntropy(rows, labels(2, -7, 0, 0), { ignoreLabel: -1 }).itemSync()).toThrow(
      "crossEntropy: label -7 is out of range for 3 classes",
    );
    expect(() => crossEntropy(rows, yes, { ignoreLabel: -1 })).toThrow(
      "crossEntropy: ignoreLabel is -1, but the targets are [4, 3], one row an example",
    );
    expect(() => focalCrossEntropy(rows, yes, { ignoreLabel: -1 })).toThrow(
      "focalCrossEntropy: ignoreLabel is -1, but the targets are [4, 3], one row an example",
    );
    expect(() => crossEntropy(rows, chosen, { classWeights: tensor([1, 2]) })).toThrow(
      "crossEntropy: classWeights are [2], expected [3], as classes",
    );
  });

  test.each([true, false])(
    "is known to fit (compiled: %s); other labels are errors",
    async (compiled) => {
      const inputs = rows.cast("float32");
      const cost = (y: Tensor, t: Tensor) => crossEntropy(y, t, { ignoreLabel: -1 });
      const train = async (...values: number[]) => {
        const model = dense(3, 3);
        const optimizer = sgd(model.parameters(), { learningRate: 0.1 });
        const options = { cost, optimizer, epochs: 2, batchSize: 2, compiled };
        return fit(model, { inputs, labels: labels(...values) }, options);
      };
      expect((await train(0, -1, 2, 1))!.cost).toBeGreaterThan(0);
      await expect(train(0, -1, 2, -2)).rejects.toThrow(
        "fit: the label of example 3 is -2, expected 0 to 2, for the model has 3 outputs",
      );
    },
  );
});

describe("ctc", () => {
  const logits = random.normal([2, 4, 3], { seed: 5, dtype: "float64" }).realize();
  const two = tensor(
    [
      [1, 1],
      [2, 1],
    ],
    { dtype: "int32" },
  );

  test("is the sum over all paths", () => {
    const probabilities = logits.softmax().arraySync() as number[][][];
    const read = (path: readonly number[]) =>
      path.filter((label, i) => label !== 0 && label !== path[i - 1]);
    const wanted = probabilities.map((steps, example) => {
      let sum = 0;
      for (let code = 0; code < 81; code++) {
        const path = [27, 9, 3, 1].map((power) => Math.floor(code / power) % 3);
        const own = (two.arraySync() as number[][])[example];
        if (String(read(path)) !== String(own)) continue;
        sum += path.reduce((product, label, t) => product * steps[t]![label]!, 1);
      }
      return -Math.log(sum);
    });
    expectClose(
      ctc(logits, two, { reduction: "none" }),
      tensor(wanted, { dtype: "float64" }),
      close,
    );
  });

  test("costs infinity where labels need more steps, or 0, without a gradient", () => {
    for (const [zeroInfinity, cost] of [
      [false, infinity],
      [true, 0],
    ] as const) {
      const options = { inputLengths: [2, 4], reduction: "none", zeroInfinity } as const;
      const f = (z: Tensor) => ctc(z, two, options);
      expect(f(logits).at(0).itemSync()).toBe(cost);
      const [found] = gradients(f(logits).at(1), [logits]);
      expect(
        grad((z: Tensor) => f(z).at(0))(logits)
          .abs()
          .sum()
          .itemSync(),
      ).toBe(0);
      expect(found.slice(0, 1).abs().sum().itemSync()).toBeGreaterThan(0);
    }
  });

  test("padding may be anything, in float32 as in float64, over many steps", () => {
    const long = random.normal([1, 100, 4], { seed: 6 });
    const spelled = tensor([[1, 2, 2, 9]], { dtype: "int32" });
    const options = { targetLengths: [3], inputLengths: [80] };
    const exact = ctc(long.slice(1, 0, 80).cast("float64"), spelled.slice(1, 0, 3));
    expectClose(ctc(long, spelled, options), exact.cast("float32"), { relativeTolerance: 1e-5 });
    expect(ctc(long, zeros([1, 0]).cast("int32")).itemSync()).toBeGreaterThan(0);
  });

  test.each([nan, -infinity, infinity])("of logits %s, too, without a gradient", (x) => {
    const own = logits.slice(1, 0, 3);
    const padded = concat([own, full([2, 1, 3], x, { dtype: "float64" })], 1);
    const cost = (z: Tensor) => ctc(z, two, { inputLengths: [3, 3] });
    const alone = (z: Tensor) => ctc(z, two);
    expectClose(cost(padded), alone(own), close);
    const found = grad(cost)(padded);
    expectClose(found.slice(1, 0, 3), grad(alone)(own), close);
    expect(found.slice(1, 3).abs().sum().itemSync()).toBe(0);
  });

  test("says what is wrong with labels and lengths", () => {
    const message =
      (...given: Parameters<typeof ctc>) =>
      () =>
        ctc(...given).itemSync();
    expect(
      message(
        logits,
        tensor(
          [
            [1, 0],
            [2, 1],
          ],
          { dtype: "int32" },
        ),
      ),
    ).toThrow("ctc: the blank, 0, is among the labels; expected those of other classes");
    expect(
      message(
        logits,
        tensor(
          [
            [1, 3],
            [2, 1],
          ],
          { dtype: "int32" },
        ),
      ),
    ).toThrow("ctc: label 3 is out of range for 3 classes");
    expect(message(logits, two, { blank: 3 })).toThrow(
      "ctc: label 3 is out of range for 3 classes",
    );
    expect(message(logits, two, { inputLengths: [5, 1] })).toThrow(
      "ctc: inputLengths: length 0 is 5, expected a whole number from 0 to the 4 steps",
    );
    expect(message(logits, labels(1, 2))).toThrow(
      "ctc: logits [2, 4, 3], labels [2], expected [examples, time, classes] and [examples, labels]",
    );
  });
});

test("what does not fit together is said", () => {
  expect(() => gaussianNegativeLogLikelihood(rows, yes, tensor([1, 2]))).toThrow(
    "gaussianNegativeLogLikelihood: variances are [2], expected [4, 3], or a shape that broadcasts",
  );
  expect(() => infoNCE(rows, rows.slice(0, 0, 3))).toThrow(
    "infoNCE: queries [4, 3], keys [3, 3], expected [examples, features] for both, with as many keys",
  );
  expect(() => infoNCE(rows.slice(0, 0, 3), rows, { symmetric: true })).toThrow(
    "infoNCE: symmetric, with 4 keys for 3 queries; expected as many",
  );
  expect(() => huber(rows, yes, { reduction: "average" as never })).toThrow(
    'huber: reduction is "average", expected "mean" or "sum" or "none"',
  );
});

test("the compiler knows what is one number, and the shape of what is not", () => {
  const [y, right] = [zeros([2, 3]), labels(0, 1)];
  expectTypeOf(crossEntropy(y, right)).toEqualTypeOf<Tensor<[]>>();
  const each = crossEntropy(y, right, { reduction: "none" });
  expectTypeOf(each).toEqualTypeOf<Tensor<[2]>>();
  expectTypeOf(huber(y, y, { reduction: "none" })).toEqualTypeOf<Tensor<[2, 3]>>();
  expectTypeOf(quadraticCost(y, y, { reduction: "none" }).shape[0]).toEqualTypeOf<2>();
  expectTypeOf(meanSquaredError(y, y, { reduction: "sum" })).toEqualTypeOf<Tensor<[]>>();
  // @ts-expect-error: shapes that differ
  expect(() => huber(y, zeros([2, 2]), { reduction: "none" })).toThrow("huber: [2, 3] and [2, 2]");
});
