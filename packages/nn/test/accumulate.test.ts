// fit with accumulate: steps with the mean gradient of several batches.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gradients, manualSeed, random, type Tensor, tensor } from "@nabla/autograd";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { batches } from "../src/batches.ts";
import { quadraticCost } from "../src/costs.ts";
import { dense } from "../src/dense.ts";
import { toSafetensors } from "../src/files/safetensors.ts";
import { fit } from "../src/fit.ts";
import type { FitOptions } from "../src/fit-options.ts";
import { sigmoid } from "../src/index.ts";
import type { Layer } from "../src/layer.ts";
import { batchNorm } from "../src/layers/batch-norm.ts";
import { dropout } from "../src/layers/dropout.ts";
import { adam } from "../src/optimizers/adam.ts";
import { sequential } from "../src/sequential.ts";

let before = random.state();
beforeEach(() => {
  before = random.state();
});
afterEach(() => random.restore(before));

const datasetOf = (examples: number) => {
  const inputs = random.normal([examples, 2], { seed: examples });
  return { inputs, targets: inputs.sum(1, { keepDims: true }) };
};

const plain = () => sequential(dense(2, 3), sigmoid, dense(3, 1));

function bitsOf(...all: readonly Parameters<typeof toSafetensors>[0][]): string {
  return Buffer.concat(all.map((one) => toSafetensors(one))).toString("base64");
}

/** Trains by `fit`, with a new optimiser, unless the options have one. */
async function trained(
  model: Layer,
  data: ReturnType<typeof datasetOf>,
  options: Partial<FitOptions>,
  stopAfter?: number,
): Promise<{ bits: string; costs: number[] }> {
  const optimizer = adam(model.parameters(), { learningRate: 0.05 });
  const costs: number[] = [];
  const all = { cost: quadraticCost, optimizer, epochs: 2, batchSize: 3, reportEvery: 1 };
  for await (const { batchCost, metrics, step } of fit(model, data, { ...all, ...options })) {
    if (!metrics) costs.push(batchCost);
    if (step === stopAfter) break;
  }
  return { bits: bitsOf(model, optimizer.state()), costs };
}

/** The same in a loop of its own, without draws. */
function byHand(
  model: Layer,
  data: ReturnType<typeof datasetOf>,
  { batchSize, accumulate }: { batchSize: number; accumulate: number },
): string {
  const parameters = model.parameters();
  const optimizer = adam(parameters, { learningRate: 0.05 });
  for (let epoch = 1; epoch <= 2; epoch++) {
    const all = [...batches(data, { size: batchSize, shuffle: random.foldIn(0, epoch) })];
    for (let from = 0; from < all.length; from += accumulate) {
      const group = all.slice(from, from + accumulate);
      const weights = group.map(({ inputs }) => inputs.shape[0] / group[0]!.inputs.shape[0]);
      let sums: readonly Tensor[] | undefined;
      group.forEach(({ inputs, targets }, i) => {
        const cost = quadraticCost(model.forward(inputs), targets);
        const weighted = gradients(cost, parameters).map((g) => g.mul(weights[i]!));
        sums = sums ? sums.map((sum, j) => sum.add(weighted[j]!)) : weighted;
      });
      const total = weights.reduce((sum, one) => sum + one);
      parameters.forEach((p, j) => {
        p.grad = sums![j]!.div(total);
      });
      optimizer.step();
    }
  }
  return bitsOf(model, optimizer.state());
}

const sizes = fc.record({
  examples: fc.integer({ min: 1, max: 14 }),
  batchSize: fc.integer({ min: 1, max: 4 }),
  accumulate: fc.integer({ min: 2, max: 4 }),
});

test("a step is that of a loop that adds up the batches' gradients in order", async () => {
  await fc.assert(
    fc.asyncProperty(sizes, fc.boolean(), async ({ examples, ...how }, compiled) => {
      const data = datasetOf(examples);
      manualSeed(3);
      const expected = byHand(plain(), data, how);
      manualSeed(3);
      const { bits } = await trained(plain(), data, { ...how, compiled });
      expect(bits).toBe(expected);
    }),
    { numRuns: 6 },
  );
});

test("the mean is over examples: that of one batch of all of them, up to rounding", async () => {
  const data = datasetOf(11);
  const weights = async (batchSize: number, accumulate: number) => {
    manualSeed(3);
    const model = plain();
    const { costs } = await trained(model, data, { batchSize, accumulate });
    return [...costs, ...model.parameters().flatMap((p) => [...p.dataSync()])];
  };
  const expected = await weights(6, 1);
  for (const found of [await weights(3, 2), await weights(2, 3), await weights(1, 6)]) {
    // Some roundings of float32 in each of four steps, which Adam makes relative to the gradient.
    expect(found.length).toBe(expected.length);
    found.forEach((x, i) => expect(Math.abs(x - expected[i]!)).toBeLessThan(1e-5));
  }
});

test("each batch of a step draws anew, compiled and not, and steps advance the draws by one", async () => {
  const seen = async (compiled: boolean) => {
    manualSeed(3);
    const model = sequential(dense(2, 64), dropout(0.5), dense(64, 1));
    const { draws } = random.state();
    const { bits, costs } = await trained(model, datasetOf(12), { accumulate: 2, compiled });
    return { bits, costs, draws: random.state().draws - draws };
  };
  const whole = await seen(true);
  expect(await seen(false)).toEqual(whole);
  expect(whole.draws).toBe(4);
  const masks: string[] = [];
  const p = dense(2, 1);
  const noting = {
    forward(x: Tensor) {
      const mask = random.bernoulli([20]);
      masks.push(String(mask.arraySync()));
      return p.forward(x);
    },
    parameters: () => p.parameters(),
  };
  await trained(noting, datasetOf(12), { accumulate: 2, compiled: false });
  expect(masks.length).toBe(8);
  expect(new Set(masks).size).toBe(8);
});

test("a step that fails in its second batch leaves all as it was before its first", async () => {
  for (const compiled of [true, false]) {
    manualSeed(3);
    const model = sequential(dense(2, 3), batchNorm(3), dropout(0.2), dense(3, 1));
    const optimizer = adam(model.parameters());
    const data = datasetOf(12);
    const targets = tensor(
      [...data.targets.dataSync()].map((x, i) => (i === 4 ? Number.NaN : x)),
      {
        shape: [12, 1],
      },
    );
    const state = () => [bitsOf(model, optimizer.state()), random.state()];
    let last = state();
    const steps = async () => {
      const options = { cost: quadraticCost, optimizer, epochs: 9, batchSize: 2, accumulate: 2 };
      const bad = { inputs: data.inputs, targets };
      for await (const _ of fit(model, bad, { ...options, reportEvery: 1, compiled }))
        last = state();
    };
    await expect(steps()).rejects.toThrow(/the cost became NaN at step \d \(epoch 1\)/);
    expect(state()).toEqual(last);
    for (const q of model.parameters()) expect(q.grad).toBe(null);
  }
});

test("training goes on from checkpoints between its steps", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nabla-"));
  try {
    const checkpoint = { path: join(folder, "run.checkpoint") };
    const data = datasetOf(11);
    const model = () => sequential(dense(2, 3), dropout(0.3), dense(3, 1));
    manualSeed(3);
    const whole = await trained(model(), data, { accumulate: 3 });
    for (const stopAfter of [1, 2, 3]) {
      manualSeed(3);
      const first = await trained(model(), data, { accumulate: 3, checkpoint }, stopAfter);
      manualSeed(77);
      const second = await trained(model(), data, { accumulate: 3, checkpoint, resume: true });
      expect(second.bits).toBe(whole.bits);
      expect([...first.costs, ...second.costs]).toEqual(whole.costs);
    }
    await expect(
      trained(model(), data, { accumulate: 2, checkpoint, resume: true }),
    ).rejects.toThrow("accumulate is 3 in the checkpoint, 2 in this training");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("streams come in groups, too; the last may be smaller", async () => {
  const data = datasetOf(7);
  const stream = [0, 2, 4, 6].map((from) => ({
    inputs: data.inputs.slice(0, from, Math.min(7, from + 2)),
    targets: data.targets.slice(0, from, Math.min(7, from + 2)),
  }));
  const model = dense(2, 1);
  const optimizer = adam(model.parameters());
  const options = { cost: quadraticCost, optimizer, epochs: 1, accumulate: 3 };
  const last = await fit(model, stream, options);
  expect(last!.step).toBe(2);
});

test("a parameter that only some batches reach is an error", async () => {
  const [a, b] = [dense(2, 1), dense(2, 1)];
  let calls = 0;
  const model = {
    forward: (x: Tensor) => (calls++ % 2 === 0 ? a.forward(x) : b.forward(x)),
    parameters: () => [...a.parameters(), ...b.parameters()],
  };
  const options = { accumulate: 2, compiled: false };
  await expect(trained(model, datasetOf(12), options)).rejects.toThrow(
    /"weight" has a gradient in an earlier batch and none in this one/,
  );
});
