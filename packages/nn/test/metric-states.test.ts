// Metrics with state beside scikit-learn's, and the same whatever the batches.
import { arange, random, setBackend, type Tensor, tensor } from "@nabla/autograd";
import {
  accuracy,
  averagePrecision,
  binaryAccuracy,
  confusionMatrix,
  crossEntropy,
  dense,
  earlyStopping,
  f1Score,
  fit,
  iou,
  type MetricValue,
  meanAbsoluteError,
  meanSquaredError,
  measure,
  perplexity,
  precision,
  quadraticCost,
  type Report,
  r2Score,
  recall,
  rocAuc,
  type StatefulMetric,
  sequential,
  sgd,
  topK,
} from "@nabla/nn";
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import { decoded, readCases } from "../../../fixtures/cases.ts";

const made: Readonly<Record<string, (options: never) => StatefulMetric>> = {
  accuracy: () => accuracy,
  averagePrecision,
  binaryAccuracy: () => binaryAccuracy,
  confusionMatrix: () => confusionMatrix,
  f1Score,
  iou,
  meanAbsoluteError: () => meanAbsoluteError,
  meanSquaredError: () => meanSquaredError,
  perplexity,
  precision,
  r2Score,
  recall,
  rocAuc,
  topK: ({ k }: { k: number }) => topK(k),
};

/** What the metric gives for examples that come in batches of that size. */
async function inBatches(
  metric: StatefulMetric,
  [outputs, targets, weights]: readonly Tensor[],
  size: number,
): Promise<number[]> {
  const examples = outputs!.shape[0]!;
  let state = metric.start();
  for (let from = 0; from < examples; from += size) {
    const rows = arange(from, Math.min(from + size, examples), { dtype: "int32" });
    const batch = [outputs, targets, weights].map((x) => x?.gather(0, rows));
    const observed = metric.observe(batch[0]!, batch[1]!, batch[2]);
    expect(observed.dtype).toBe("float64");
    state = metric.update(state, await observed.data());
  }
  return flat(metric.result(state));
}

function flat(value: MetricValue): number[] {
  return typeof value === "number" ? [value] : value.flatMap(flat);
}

function expectNear(actual: readonly number[], expected: readonly number[], tolerance = 1e-12) {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((x, i) => {
    if (Number.isNaN(expected[i])) expect(x).toBeNaN();
    else
      expect(Math.abs(x - expected[i]!)).toBeLessThanOrEqual(
        tolerance * Math.max(1, Math.abs(expected[i]!)),
      );
  });
}

// Small graphs, of which each would be planned; the engine's own tests compare it with the reference.
beforeAll(() => setBackend("reference"));
afterAll(() => setBackend("wasm"));

describe("as scikit-learn has it, in batches of 1, 7, 17 and all", () => {
  const cases = readCases("metrics");
  test.each(Object.keys(made))("%s", async (name) => {
    const own = cases.filter(({ call }) => call === name);
    expect(own.length).toBeGreaterThan(0);
    for (const [i, { options = {}, inputs, outputs }] of own.entries()) {
      const metric = made[name]!(options as never);
      const given = inputs.map(decoded);
      const wanted = [...decoded(outputs[0]!).dataSync()];
      for (const size of i === 0 ? [1, 7, 30] : [17]) {
        expectNear(await inBatches(metric, given, size), wanted);
      }
    }
  });
});

const examples = 1100;
const rows = random.normal([examples, 5], { seed: 1 }).realize();
const labels = random.randint([examples], 0, 5, { seed: 2 }).realize();
const column = rows.slice(1, 0, 1).squeeze(1).realize();
const answers = labels.greater(2).cast("float32").realize();
const identity = sequential((x) => x);

test("measure gives the same in batches of 1, 7 and 1000, of metrics of both kinds", async () => {
  const ofClasses = {
    accuracy,
    second: topK(2),
    precision: precision({ average: "macro" }),
    each: recall({ average: "none" }),
    confusionMatrix,
    auc: rocAuc({ average: "macro" }),
    perplexity: perplexity(),
  };
  const ofNumbers = {
    auc: rocAuc(),
    ap: averagePrecision(),
    f1: f1Score(),
    iou: iou({ average: "binary" }),
    binaryAccuracy,
    meanAbsoluteError,
    meanSquaredError,
    r2: r2Score(),
    cost: (y: Tensor, t: Tensor) => y.sub(t).cast("float64").abs().mean(),
  };
  const some = (count: number) => {
    const of = (x: Tensor) => x.slice(0, 0, count);
    return [
      { rows: of(rows), labels: of(labels) },
      { column: of(column), answers: of(answers) },
    ] as const;
  };
  const values = async (count: number, batchSize: number) => {
    const [classes, numbers] = some(count);
    return [
      ...Object.values(await measure(identity, classes, ofClasses, { batchSize })),
      ...Object.values(await measure(identity, numbers, ofNumbers, { batchSize })),
    ].flatMap(flat);
  };
  const whole = await values(60, 1000);
  expectNear(await values(60, 7), whole);
  expectNear(await values(9, 1), await values(9, 9));
  const all = { rows, labels };
  const few = { accuracy, auc: rocAuc({ average: "macro" }) };
  const [thousands, one] = [
    await measure(identity, all, few),
    await measure(identity, all, few, { batchSize: examples }),
  ];
  expectNear([thousands.accuracy, thousands.auc], [one.accuracy, one.auc]);
  const [classes] = some(60);
  const right = accuracy(classes.rows, classes.labels).mul(60).itemSync();
  expect(whole[0]).toBe(Math.round(right) / 60);
});

test("measure and fit report both kinds in one record, of types that the compiler knows", async () => {
  const dataset = { inputs: column.expandDims(1), targets: labels.greater(2).cast("int32") };
  const model = dense(1, 2);
  const metrics = {
    cost: crossEntropy,
    recall: recall({ average: "macro" }),
    each: f1Score({ average: "none" }),
    accuracy,
  };
  const found = await measure(model, dataset, metrics);
  expectTypeOf(found.each).toEqualTypeOf<readonly number[]>();
  expectTypeOf(found.cost).toEqualTypeOf<number>();
  const optimizer = sgd(model.parameters(), { learningRate: 0.1 });
  const stream = () => [dataset];
  for (const data of [dataset, stream]) {
    const last = await fit(model, data, {
      cost: crossEntropy,
      optimizer,
      epochs: 1,
      validation: dataset,
      ...(data === dataset && { batchSize: 100, accumulate: 2 }),
      metrics,
    });
    expectTypeOf(last!.metrics!.each).toEqualTypeOf<readonly number[]>();
    expectTypeOf(last!.metrics!.recall).toEqualTypeOf<number>();
    expect(last!.metrics).toEqual(await measure(model, dataset, metrics));
  }
});

/** What a metric gives for examples in one batch. */
async function of(
  metric: StatefulMetric,
  outputs: Tensor,
  targets: Tensor,
  weights?: Tensor,
): Promise<number[]> {
  return inBatches(metric, weights ? [outputs, targets, weights] : [outputs, targets], 1000);
}

describe("what is undefined is NaN", () => {
  const outputs = tensor([1, -2, 3]);
  const [no, yes] = [tensor([0, 0, 0]), tensor([1, 1, 1])];
  const low = tensor([-1, -2, -3]);

  test.each<[string, StatefulMetric, Tensor, Tensor]>([
    ["precision where nothing was said", precision(), low, yes],
    ["recall of no example", recall(), outputs, no],
    ["f1Score of neither", f1Score(), low, no],
    ["iou of neither", iou({ average: "binary" }), low, no],
    ["rocAuc of yes alone", rocAuc(), outputs, yes],
    ["rocAuc of no alone", rocAuc(), outputs, no],
    ["averagePrecision of no", averagePrecision(), outputs, no],
    ["r2Score of constant targets that were met", r2Score(), yes.mul(0.1), yes.mul(0.1)],
  ])("%s", async (_, metric, given, targets) => {
    expect(await of(metric, given, targets)).toEqual([Number.NaN]);
  });

  test("but -Infinity for constant targets that were missed, of any size", async () => {
    expect(await of(r2Score(), outputs, yes.mul(0.1))).toEqual([Number.NEGATIVE_INFINITY]);
  });

  test("means leave out classes without examples, and a list has them", async () => {
    const classes = tensor([
      [2, 1, 0],
      [2, 1, 0],
      [1, 2, 0],
    ]);
    const right = tensor([0, 1, 1], { dtype: "int32" });
    expect(await of(precision({ average: "none" }), classes, right)).toEqual([0.5, 1, Number.NaN]);
    expect(await of(precision({ average: "macro" }), classes, right)).toEqual([0.75]);
    expect(await of(rocAuc({ average: "macro" }), classes, right)).toEqual([0.75]);
    expect(await of(rocAuc({ average: "none" }), classes, right)).toEqual([0.75, 0.75, Number.NaN]);
  });

  test("a batch of no example is NaN by itself, and nothing beside others", async () => {
    const none = tensor(new Float32Array(0));
    const [given, wanted] = [tensor([1, 2, 4]), tensor([0, 1, 1])];
    for (const metric of [r2Score(), meanSquaredError, recall(), rocAuc()]) {
      const empty = await metric.observe(none, none).data();
      expect(metric.result(metric.update(metric.start(), empty))).toBeNaN();
      const some = await metric.observe(given, wanted).data();
      const alone = metric.update(metric.start(), some);
      expect(metric.result(metric.update(alone, empty))).toBe(metric.result(alone));
    }
    const pairs = none.reshape([0, 2]);
    const each = r2Score({ average: "none" });
    const empty = await each.observe(pairs, pairs).data();
    expect(each.result(each.update(each.start(), empty))).toEqual([Number.NaN, Number.NaN]);
  });

  test("a state of no example is none", () => {
    for (const metric of [precision(), rocAuc(), r2Score()]) {
      expect(() => metric.result(metric.start())).toThrow("the state knows no example");
    }
  });

  test("batches of other numbers of classes do not go together", async () => {
    const labels = tensor([0], { dtype: "int32" });
    const metric = recall({ average: "macro" });
    const two = await metric.observe(tensor([[1, 2]]), labels).data();
    const three = await metric.observe(tensor([[1, 2, 3]]), labels).data();
    const state = metric.update(metric.start(), two);
    expect(() => metric.update(state, three)).toThrow(
      "recall: a batch gives 9 sums, those before gave 6; expected as many classes or outputs",
    );
  });
});

describe("NaN", () => {
  const { NaN: nan } = Number;
  const outputs = tensor([
    [nan, 1],
    [2, 1],
  ]);
  const right = tensor([1, 0], { dtype: "int32" });

  test("of an output is never right, and no class was said", async () => {
    expect(await of(accuracy, outputs, right)).toEqual([0.5]);
    expect(await of(recall({ average: "none" }), outputs, right)).toEqual([1, 0]);
    expect(await of(precision({ average: "none" }), outputs, right)).toEqual([1, nan]);
    expect(await of(iou(), outputs, right)).toEqual([0.5]);
    expect(await of(confusionMatrix, outputs, right)).toEqual([1, 0, 0, 0]);
    expect(await of(recall(), tensor([nan, 1]), tensor([1, 1]))).toEqual([0.5]);
  });

  test("makes NaN of what is measured by size, unless it weighs nothing", async () => {
    const [given, targets] = [tensor([nan, 1, 2, 3]), tensor([1, 0, 1, 1])];
    const weights = tensor([0, 1, 1, 1]);
    const metrics = [rocAuc(), averagePrecision(), meanAbsoluteError, meanSquaredError, r2Score()];
    for (const metric of metrics) {
      expect(await of(metric, given, targets)).toEqual([nan]);
      const rest = [given, targets].map((x) => x.slice(0, 1));
      expect(await of(metric, given, targets, weights)).toEqual(
        await of(metric, rest[0]!, rest[1]!),
      );
      expect(await of(metric, rest[0]!, tensor([nan, 1, 1]))).toEqual([nan]);
    }
    const late = [tensor([1, 2, 4, 3]), tensor([nan, 2, 3, 4]), weights] as const;
    expect(await of(r2Score(), ...late)).toEqual([0]);
    expectNear(await inBatches(r2Score(), late, 2), [0]);
    expect(await of(perplexity(), outputs, right)).toEqual([nan]);
    expect(await of(perplexity(), outputs, right, tensor([0, 1]))).toEqual([expect.any(Number)]);
  });
});

test("means over classes or outputs leave out what is undefined, but not what is NaN", async () => {
  const { NaN: nan } = Number;
  const outputs = tensor([
    [nan, 1, 0],
    [0, 1, 0.5],
    [1, 0, 2],
  ]);
  const right = tensor([0, 1, 2], { dtype: "int32" });
  for (const metric of [rocAuc, averagePrecision]) {
    expect(await of(metric({ average: "macro" }), outputs, right)).toEqual([nan]);
    const each = await of(metric({ average: "none" }), outputs, right);
    expect(each.map(Number.isNaN)).toEqual([true, false, false]);
  }
  const targets = tensor([
    [1, 5],
    [2, 5],
  ]);
  expect(await of(r2Score(), targets, targets)).toEqual([1]);
  expect(await of(r2Score(), targets.mul(tensor([nan, 1])), targets)).toEqual([nan]);
  expect(await of(r2Score(), targets, targets.mul(tensor([1, nan])))).toEqual([nan]);
});

test("weights are those of examples, or of places; perplexity ignores a label", async () => {
  const places = random.normal([4, 6, 5], { seed: 3 });
  const right = random.randint([4, 6], 0, 5, { seed: 4 });
  const weights = random.uniform([4], { seed: 5 }).realize();
  const flatly = [places.reshape([24, 5]), right.reshape([24])] as const;
  const repeated = weights.expandDims(1).broadcastTo([4, 6]).reshape([24]);
  for (const metric of [accuracy, recall({ average: "macro" }), rocAuc({ average: "macro" })]) {
    const wanted = await of(metric, ...flatly, repeated);
    expectNear(await of(metric, places, right, weights), wanted);
  }
  const isPadding = right.equal(3);
  const padded = await of(perplexity({ ignoreLabel: 3 }), places, right);
  expectNear(padded, await of(perplexity(), places, right, isPadding.logicalNot()));
  const away = isPadding.cast("int32").mul(-104).add(right);
  expectNear(await of(perplexity({ ignoreLabel: -101 }), places, away), padded);
  expect(() => perplexity({ ignoreLabel: 0 }).observe(places, places)).toThrow(
    "perplexity: ignoreLabel is 0, but the targets are [4, 6, 5], one row an example; expected labels",
  );
  expect(() => accuracy.observe(places, right, tensor([1, 2]))).toThrow(
    "accuracy: weights are [2], expected [4, 6], or the first of these axes",
  );
  const dataset = { places, right };
  const metrics = { accuracy };
  const all = await measure(identity, dataset, metrics, { weights, batchSize: 3 });
  expectNear([all.accuracy], await of(accuracy, places, right, weights));
  await expect(measure(identity, dataset, { cost: quadraticCost }, { weights })).rejects.toThrow(
    'metric "cost" is a function of outputs and targets, which knows no weights',
  );
  await expect(measure(identity, dataset, metrics, { weights: tensor([1]) })).rejects.toThrow(
    '"places" has 4 examples, "weights of the examples" has 1',
  );
});

test("one that is watched gives one number", () => {
  const report = { metrics: { each: [1, 2] } } as unknown as Report;
  expect(() => earlyStopping({ patience: 1, metric: "each" })(report)).toThrow(
    'earlyStopping: metric "each" gives an array, expected one number an epoch',
  );
});
