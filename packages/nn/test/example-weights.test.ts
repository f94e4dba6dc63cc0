// Data with weights: what each example counts in the cost of a training, and in what is measured.
import { concat, NablaError, random, setBackend, type Tensor, tensor } from "@nabla/autograd";
import {
  accuracy,
  crossEntropy,
  dense,
  descentStudy,
  type FitOptions,
  fit,
  meanSquaredError,
  measure,
  quadraticCost,
  sgd,
} from "@nabla/nn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

// Small graphs, of which each would be planned.
beforeAll(() => setBackend("reference"));
afterAll(() => setBackend("wasm"));

const counts = [2, 0, 1, 0, 0, 3];
const examples = counts.length;
const inputs = random.normal([examples, 3], { seed: 1 }).realize();
const weights = tensor(counts, { dtype: "int32" });
const targets = inputs.slice(1, 0, 2).mul(2).realize();
const labels = tensor([0, 1, 1, 0, 1, 0], { dtype: "int32" });
/** NaN where nothing counts. */
const spoiled = targets.add(tensor([0, Number.NaN, 0, 0, Number.NaN, 0]).expandDims(1)).realize();

/** Each example as often as it weighs. */
const repeated = (x: Tensor): Tensor =>
  concat(counts.flatMap((count, i) => Array<Tensor>(count).fill(x.slice(0, i, i + 1))));
const numberOf = repeated(inputs).shape[0]!;

/** The weights of a layer after training, one list, and the last report. */
async function trained(data: object, options: Partial<FitOptions> & { readonly rate?: number }) {
  const { rate = 0.1, ...more } = options;
  const model = dense(3, 2, { initializer: (shape) => random.normal(shape, { seed: 2 }) });
  const report = await fit(
    model,
    data as never,
    {
      cost: quadraticCost,
      optimizer: sgd(model.parameters(), { learningRate: rate }),
      epochs: 2,
      ...more,
    } as FitOptions,
  );
  return { weights: model.parameters().flatMap((p) => [...p.dataSync()]), report: report! };
}

function expectNear(actual: readonly number[], expected: readonly number[]) {
  expect(actual).toHaveLength(expected.length);
  // Some roundings of float32 apart, of numbers of about 1.
  actual.forEach((x, i) => expect(Math.abs(x - expected[i]!)).toBeLessThan(2e-6));
}

describe("an example that weighs w", () => {
  test.each([
    ["quadraticCost", quadraticCost, targets, spoiled],
    ["meanSquaredError", meanSquaredError, targets, spoiled],
    ["crossEntropy", crossEntropy, labels, labels],
  ] as const)("counts as w examples, by %s", async (_, cost, wanted, given) => {
    const weighed = await trained(
      { inputs, targets: given, weights },
      {
        cost,
        batchSize: examples,
      },
    );
    // A mean over as many examples as there are, not over what they weigh.
    const share = numberOf / examples;
    const all = { inputs: repeated(inputs), targets: repeated(wanted) };
    const plain = await trained(all, {
      cost,
      batchSize: numberOf,
      rate: 0.1 * share,
    });
    expectNear(weighed.weights, plain.weights);
    expectNear([weighed.report.cost], [plain.report.cost * share]);
  });

  test("counts the same in batches of any size, also in those that weigh nothing", async () => {
    const data = { inputs, targets, weights };
    const whole = await trained(data, { batchSize: examples });
    for (const batchSize of [1, 4]) {
      const parts = await trained(data, { batchSize, accumulate: Math.ceil(examples / batchSize) });
      expectNear(parts.weights, whole.weights);
      expectNear([parts.report.cost], [whole.report.cost]);
    }
    const start = random.normal([3, 2], { seed: 2 }).dataSync();
    for (const wanted of [targets, targets.mul(Number.NaN)]) {
      const nothing = { inputs, targets: wanted, weights: weights.mul(0) };
      const unmoved = await trained(nothing, { batchSize: 2, epochs: 1 });
      expect(unmoved.weights.slice(0, 6)).toEqual([...start]);
      expect(unmoved.report.cost).toBe(0);
    }
  });

  test("counts in batches of a stream, with names of one's own", async () => {
    const data = { weights, x: inputs, y: targets };
    const [x, y, w] = [inputs, targets, weights].map((all) => all.arraySync());
    const stream = () => [{ x: x as number[][], y: y as number[][], weights: w as number[] }];
    expectNear(
      (await trained(stream, {})).weights,
      (await trained(data, { batchSize: examples })).weights,
    );
  });
});

test("the cost of a validation is the mean of costs times weights; metrics are by weights", async () => {
  const data = { inputs, labels, weights };
  const options = { cost: crossEntropy, batchSize: 6, epochs: 1, metrics: { accuracy } };
  const found = async (validation?: object) => {
    const all = { ...options, rate: 1e-9, ...(validation && { validation }) };
    return (await trained(data, all as Partial<FitOptions>)).report;
  };
  const own = await found();
  const other = await found(data);
  const all = { inputs: repeated(inputs), labels: repeated(labels) };
  const plain = await found(all);
  expectNear([other.validationCost!], [own.cost]);
  expectNear([other.validationCost!], [(plain.validationCost! * numberOf) / examples]);
  for (const { metrics } of [own, other]) expect(metrics).toEqual(plain.metrics);
  const model = dense(3, 2);
  const measured = await measure(model, data, { accuracy });
  expect(measured).toEqual(await measure(model, { inputs, labels }, { accuracy }, { weights }));
  expect(measured).toEqual(await measure(model, all, { accuracy }));
});

test("what does not know weights says so", async () => {
  const data = { inputs, targets, weights };
  const cases: readonly (readonly [object, object, string])[] = [
    [
      data,
      { cost: (y: Tensor, t: Tensor) => y.sub(t).square().mean() },
      "fit: the data have weights, which the cost does not look at; expected one that takes { weights } behind",
    ],
    [
      data,
      { metrics: { size: quadraticCost } },
      'fit: metric "size" is a function of outputs and targets, which knows no weights',
    ],
    [
      { ...data, weights: tensor([1, 1, 1, -1, 1, 1]) },
      {},
      "fit: the weight of example 3 is -1, expected a finite number from 0",
    ],
    [
      { ...data, weights: tensor([1, 1, 1, 1, Number.NaN, 1]) },
      {},
      "fit: the weight of example 4 is NaN",
    ],
    [{ ...data, weights: tensor([1]) }, {}, '"inputs" has 6 examples, "weights" has 1'],
    [{ inputs, targets, more: weights }, {}, "the dataset has 3 tensors (inputs, targets, more)"],
  ];
  for (const [given, options, message] of cases) {
    const ended = trained(given, { batchSize: 6, ...options });
    await expect(ended).rejects.toThrow(message);
    await expect(ended).rejects.toBeInstanceOf(NablaError);
  }
  const model = dense(3, 2);
  await expect(measure(model, data, { accuracy }, { weights })).rejects.toThrow(
    "measure: got weights as an option and in the dataset, expected either",
  );
  const optimizer = () => sgd(model.parameters(), { learningRate: 1 });
  await expect(
    descentStudy(model, data, { batchSizes: [2], optimizer, steps: 1 }).next(),
  ).rejects.toThrow("descentStudy: the dataset has weights, expected one without");
});

test.each([
  [-1, "-1"],
  [Number.NaN, "NaN"],
  [Number.POSITIVE_INFINITY, "Infinity"],
])("what is measured by a weight of %s is an error", async (wrong, said) => {
  const model = dense(3, 2);
  const own = tensor([1, 1, wrong, 1, 1, 1]);
  const expected = `the weight of example 2 is ${said}, expected a finite number from 0`;
  const share = { share: accuracy };
  await expect(measure(model, { inputs, labels }, share, { weights: own })).rejects.toThrow(
    `measure: ${expected}`,
  );
  await expect(measure(model, { inputs, labels, weights: own }, share)).rejects.toThrow(expected);
  const optimizer = sgd(model.parameters(), { learningRate: 0.1 });
  const validation = { inputs, labels, weights: own };
  const trained = fit(
    model,
    { inputs, labels },
    {
      batchCost: (layer, batch) => crossEntropy(layer.forward(batch.inputs), batch.labels),
      validation,
      metrics: {
        share: [
          accuracy,
          (layer, batch) => [
            layer.forward(batch.inputs),
            batch.labels,
            (batch as typeof validation).weights,
          ],
        ],
      },
      optimizer,
      epochs: 1,
      batchSize: 6,
    },
  );
  await expect(trained).rejects.toThrow(`fit: validation: ${expected}`);
});
