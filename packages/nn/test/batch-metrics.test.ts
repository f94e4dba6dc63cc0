// Metrics of fit by a batchCost: functions, and metrics with state that are told what they are of.
import { NablaError, random, setBackend, tensor } from "@nabla/autograd";
import {
  type BatchMetric,
  collated,
  crossEntropy,
  dense,
  fit,
  meanSquaredError,
  measure,
  precision,
  r2Score,
  recall,
  rocAuc,
  sgd,
} from "@nabla/nn";
import { afterAll, beforeAll, expect, expectTypeOf, test } from "vitest";

// Small graphs, of which each would be planned.
beforeAll(() => setBackend("reference"));
afterAll(() => setBackend("wasm"));

const examples = 23;
const rows = random.normal([examples, 3], { seed: 1 }).realize();
const labels = random.randint([examples], 0, 2, { seed: 2 }).realize();
const weights = random.randint([examples], 0, 3, { seed: 3 }).cast("float32").realize();
const model = dense(3, 2, { initializer: (shape) => random.normal(shape, { seed: 4 }) });
const optimizer = sgd(model.parameters(), { learningRate: 1e-12 });

test("metrics with state are exact, whatever the batches, of types that the compiler knows", async () => {
  const dataset = { x: rows, labels, weights };
  const batchesOf = (size: number) =>
    collated([...Array(examples).keys()], {
      size,
      collate: (some) => {
        const at = tensor(some, { dtype: "int32" });
        return {
          x: rows.gather(0, at),
          labels: labels.gather(0, at),
          weights: weights.gather(0, at),
        };
      },
    });
  const found = async (validation: object, measureBatchSize?: number) => {
    const last = await fit(model, dataset, {
      batchCost: (m, batch) => crossEntropy(m.forward(batch.x), batch.labels),
      metrics: {
        cost: (m, batch) => crossEntropy(m.forward(batch.x), batch.labels),
        each: [recall({ average: "none" }), (m, batch) => [m.forward(batch.x), batch.labels]],
        precision: [
          precision({ average: "macro" }),
          (m, batch) => [m.forward(batch.x), batch.labels, batch.weights],
        ],
        auc: [
          rocAuc(),
          (m, batch) => [
            m.forward(batch.x).slice(1, 1, 2).squeeze(1),
            batch.labels.cast("float32"),
          ],
        ],
      },
      optimizer,
      epochs: 1,
      batchSize: examples,
      validation,
      ...(measureBatchSize !== undefined && { measureBatchSize }),
    });
    const metrics = last!.metrics!;
    expectTypeOf(metrics.each).toEqualTypeOf<readonly number[]>();
    expectTypeOf(metrics.precision).toEqualTypeOf<number>();
    expectTypeOf(metrics.cost).toEqualTypeOf<number>();
    expect(metrics.cost).toBe(last!.validationCost);
    return metrics;
  };
  const pair = { inputs: rows, targets: labels };
  const wanted = {
    ...(await measure(model, pair, { each: recall({ average: "none" }) })),
    ...(await measure(model, pair, { precision: precision({ average: "macro" }) }, { weights })),
  };
  const whole = await found(dataset);
  expect(whole).toMatchObject(wanted);
  for (const other of [
    await found(dataset, 4),
    await found(batchesOf(7)),
    await found(dataset, 1),
  ]) {
    expect(other).toMatchObject({ ...wanted, auc: whole.auc });
    expect(other.cost).toBeCloseTo(whole.cost, 6);
  }
});

test("what is no metric of batches says what was expected", async () => {
  const fitted = async (metric: unknown) =>
    fit(
      model,
      { x: rows, labels },
      {
        batchCost: (m, { x }) => m.forward(x).square().mean(),
        metrics: { found: metric as BatchMetric<typeof model, object> },
        optimizer,
        epochs: 1,
        batchSize: 10,
        validation: { x: rows, labels },
      },
    );
  const expected = "[a metric with state, (model, batch) => [outputs, targets]]";
  const cases: readonly (readonly [unknown, string])[] = [
    [3, `metric "found" is 3, expected a function of the model and a batch, or ${expected}`],
    [meanSquaredError, `metric "found" is a metric with state, expected a function`],
    [[r2Score()], `metric "found" is an array, expected a function`],
    [[r2Score(), () => rows], `metric "found" is of a tensor of shape [`],
    [
      [r2Score(), () => [rows]],
      `metric "found" is of [a tensor of shape [23, 3]], expected [outputs, targets] or`,
    ],
    [
      [r2Score(), () => [rows, rows, rows, rows]],
      `a tensor of shape [23, 3], a tensor of shape [23, 3]], expected [outputs, targets] or`,
    ],
    [() => rows, `metric "found" is a tensor [23, 3], expected a tensor of one number`],
  ];
  for (const [metric, message] of cases) {
    await expect(fitted(metric)).rejects.toThrow(message);
    await expect(fitted(metric)).rejects.toBeInstanceOf(NablaError);
  }
});
