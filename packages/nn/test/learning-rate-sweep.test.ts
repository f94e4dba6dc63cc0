// The learning-rate range test: what it tells, and that it leaves no trace.
import { manualSeed, parameter, random, type Tensor, tensor } from "@nabla/autograd";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  adam,
  dense,
  fit,
  learningRateSweep,
  madeOf,
  meanSquaredError,
  sequential,
  sgd,
  toSafetensors,
} from "../src/index.ts";
import { batchNorm } from "../src/layers/batch-norm.ts";
import { dropout } from "../src/layers/dropout.ts";

let before = random.state();
beforeEach(() => {
  before = random.state();
  manualSeed(3);
});
afterEach(() => random.restore(before));

const inputs = random.normal([12, 3], { seed: 1 }).realize();
const targets = inputs.sum(1, { keepDims: true }).realize();
const network = () => sequential(dense(3, 2), batchNorm(2), dropout(0.5), dense(2, 1));
const traces = (model: ReturnType<typeof network>) => ({
  bits: Buffer.from(toSafetensors(model)).toString("base64"),
  gradients: model.parameters().map(({ grad }) => grad?.arraySync()),
  draws: random.state(),
});

test.each([true, false])(
  "is as fit with growing rates, and leaves no trace, compiled %s",
  async (compiled) => {
    const model = network();
    model.forward(inputs).sum().backward();
    const first = traces(model);
    const costs: number[] = [];
    const rateOf = (step: number) => 1e-4 * 1000 ** (step / 5);
    const common = { cost: meanSquaredError, batchSize: 5, shuffle: 2, compiled };
    const { points } = await learningRateSweep(
      model,
      { inputs, targets },
      {
        ...common,
        optimizer: (learningRate) => adam(model.parameters(), { learningRate }),
        from: 1e-4,
        to: 0.1,
        steps: 6,
        divergence: 1e9,
      },
    );
    expect(traces(model)).toEqual(first);
    const optimizer = adam(model.parameters(), { learningRate: rateOf });
    const afterStep = ({ batchCost }: { batchCost: number }) => costs.push(batchCost);
    await fit(model, { inputs, targets }, { ...common, optimizer, epochs: 2, afterStep });
    expect(points.map(({ cost }) => cost)).toEqual(costs);
    points.forEach(({ learningRate }, i) => expect(learningRate / rateOf(i)).toBeCloseTo(1, 12));
  },
);

/** What w² costs, whose steps multiply w by 1 - 2 rate. */
const parabola = (start: number) => {
  const w = parameter([start], { dtype: "float64" });
  return {
    w,
    model: madeOf({ w }),
    batchCost: (_: unknown, { x }: { x: Tensor }) => w.square().sum().add(x.mean()),
    optimizer: (learningRate: (step: number) => number) => sgd([w], { learningRate }),
  };
};

test("ends where the cost diverges, and suggests where it falls most steeply", async () => {
  const { w, model, ...how } = parabola(3);
  const [from, to, steps, smoothing] = [1e-3, 1000, 61, 0.5];
  const options = { ...how, from, to, steps, smoothing };
  const { points, suggestion } = await learningRateSweep(
    model,
    { x: tensor([0, 0], { dtype: "float64" }) },
    {
      ...options,
      batchSize: 2,
    },
  );
  const wanted: { learningRate: number; cost: number; smoothedCost: number }[] = [];
  let [x, total, weights] = [3, 0, 0];
  for (let i = 0; i < steps; i++) {
    const learningRate = from * 10 ** (i / 10);
    [total, weights] = [total / 2 + x * x, weights / 2 + 1];
    const smoothedCost = total / weights;
    if (smoothedCost > 4 * Math.min(...wanted.map((one) => one.smoothedCost))) break;
    wanted.push({ learningRate, cost: x * x, smoothedCost });
    x *= 1 - 2 * learningRate;
  }
  // Steps at more than rate 1 are too long.
  expect(wanted.length).toBeGreaterThan(25);
  expect(wanted.length).toBeLessThan(45);
  expect(points).toHaveLength(wanted.length);
  points.forEach((point, i) => {
    for (const name of ["learningRate", "cost", "smoothedCost"] as const) {
      expect(point[name] / wanted[i]![name]).toBeCloseTo(1, 9);
    }
  });
  // Of each thirteen steps, a fifth of 61: the covariance of the step and the cost.
  const slopes = wanted.slice(12).map((_, i) => {
    const some = wanted.slice(i, i + 13).map(({ cost }) => cost);
    const mean = some.reduce((sum, cost) => sum + cost, 0) / 13;
    return some.reduce((sum, cost, j) => sum + (j - 6) * (cost - mean), 0);
  });
  const middle = wanted[slopes.indexOf(Math.min(...slopes)) + 6]!;
  expect(suggestion! / middle.learningRate).toBeCloseTo(1, 9);
  expect(w.arraySync()).toEqual([3]);
});

test("ends where the cost becomes NaN, and takes back what came before", async () => {
  const w = parameter([1]);
  const options = {
    batchCost: (_: unknown, { x }: { x: Tensor }) => w.log().mul(x).mean(),
    optimizer: (learningRate: (step: number) => number) => sgd([w], { learningRate }),
    divergence: 1e9,
    from: 0.1,
    to: 10,
    steps: 5,
  };
  const first = random.state();
  const stream = () => [{ x: tensor([1]) }, { x: tensor([1]) }];
  const { points } = await learningRateSweep(madeOf({ w }), stream, options);
  // The rates are 0.1, 0.316, 1; the third step goes to -1.27, of which there is no logarithm.
  expect(points).toHaveLength(3);
  [0, -0.10536, -0.59983].forEach((cost, i) => expect(points[i]!.cost).toBeCloseTo(cost, 3));
  expect([w.arraySync(), random.state()]).toEqual([[1], first]);
  w.assign([-1]);
  await expect(learningRateSweep(madeOf({ w }), stream, options)).rejects.toThrow(
    "the cost became NaN at step 1",
  );
});

test("a cost that never falls has no suggestion; rates must grow", async () => {
  const { model, batchCost, optimizer } = parabola(0);
  const data = { x: tensor([1, 1], { dtype: "float64" }) };
  const options = { batchCost, optimizer, batchSize: 2, steps: 6 };
  const { points, suggestion } = await learningRateSweep(model, data, options);
  expect([points.length, suggestion]).toEqual([6, undefined]);
  await expect(learningRateSweep(model, data, { ...options, from: 1, to: 0.1 })).rejects.toThrow(
    "learningRateSweep: rates go from 1 to 0.1, expected a growing rate",
  );
});
