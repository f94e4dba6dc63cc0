// fit by the cost of whole batches, and trainStep: any model, any data, any costs.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manualSeed, NablaError, parameter, random, type Tensor, tensor } from "@nabla/autograd";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { clipGradNorm } from "../src/clipping.ts";
import { collated, padded } from "../src/collated.ts";
import { quadraticCost } from "../src/costs.ts";
import { dense } from "../src/dense.ts";
import { loadCheckpoint, saveCheckpoint } from "../src/files/checkpoint.ts";
import { toSafetensors } from "../src/files/safetensors.ts";
import { fit } from "../src/fit.ts";
import type { BatchFitOptions } from "../src/fit-options.ts";
import { relu, sigmoid } from "../src/index.ts";
import type { Model } from "../src/layer.ts";
import { batchNorm } from "../src/layers/batch-norm.ts";
import { dropout } from "../src/layers/dropout.ts";
import { adam } from "../src/optimizers/adam.ts";
import { sgd } from "../src/optimizers/sgd.ts";
import { madeOf } from "../src/parts.ts";
import type { Report } from "../src/report.ts";
import { linear } from "../src/schedules.ts";
import { sequential } from "../src/sequential.ts";
import { trainStep } from "../src/train-step.ts";

let before = random.state();
beforeEach(() => {
  before = random.state();
  manualSeed(3);
});
afterEach(() => random.restore(before));

const bitsOf = (...all: readonly Parameters<typeof toSafetensors>[0][]) =>
  Buffer.concat(all.map((one) => toSafetensors(one))).toString("base64");

const inputs = random.normal([12, 3], { seed: 1 }).realize();
const targets = inputs.sum(1, { keepDims: true }).realize();

async function reportsOf(reports: AsyncIterable<Report>, stopAfter?: number): Promise<Report[]> {
  const all: Report[] = [];
  for await (const report of reports) {
    all.push(report);
    if (report.step === stopAfter && !report.metrics) break;
  }
  return all;
}

describe("fit by a batchCost", () => {
  test.each([
    { compiled: true, accumulate: 1 },
    { compiled: false, accumulate: 1 },
    { compiled: true, accumulate: 3 },
    { compiled: false, accumulate: 3 },
  ])("takes the steps of a cost of outputs and targets, %o", async (how) => {
    const trained = async (byBatch: boolean) => {
      manualSeed(3);
      const model = sequential(dense(3, 4), sigmoid, dense(4, 1));
      const optimizer = adam(model.parameters());
      const common = { optimizer, epochs: 2, batchSize: 2, reportEvery: 1, ...how };
      const reports = byBatch
        ? fit(
            model,
            { all: { x: inputs }, y: targets },
            {
              batchCost: (m, { all, y }) => quadraticCost(m.forward(all.x), y),
              validation: { all: { x: inputs }, y: targets },
              ...common,
            },
          )
        : fit(model, { inputs, targets }, { cost: quadraticCost, ...common });
      const costs = (await reportsOf(reports)).map(({ cost, batchCost }) => [cost, batchCost]);
      return { costs, bits: bitsOf(model, optimizer.state()) };
    };
    expect(await trained(true)).toEqual(await trained(false));
  });

  /** With noise by the key, dropout, and running statistics. */
  const autoencoder = () => {
    const parts = {
      encoder: sequential(dense(3, 4), batchNorm(4), relu, dropout(0.5)),
      decoder: dense(4, 3),
    };
    return {
      ...madeOf(parts),
      forward: (x: Tensor) => parts.decoder.forward(parts.encoder.forward(x)),
    };
  };
  const noisy = (model: ReturnType<typeof autoencoder>, { x }: { x: Tensor }, key: Tensor<[2]>) => {
    const noise = random.normal([3], { seed: key }).mul(0.1);
    const output = model.forward(x.add(noise));
    return { error: output.sub(x).square().mean(), size: output.square().mean().mul(0.1) };
  };

  test.each([1, 2])(
    "goes on from a checkpoint as if undisturbed, accumulate %i",
    async (accumulate) => {
      const folder = await mkdtemp(join(tmpdir(), "nabla-batch-cost-"));
      const trained = async (path: string, stopAfter?: number, resume = false) => {
        manualSeed(3);
        const model = autoencoder();
        const optimizer = adam(model.parameters());
        const reports = await reportsOf(
          fit(
            model,
            { x: inputs },
            {
              batchCost: noisy,
              optimizer,
              epochs: 3,
              batchSize: 2,
              reportEvery: 1,
              accumulate,
              checkpoint: { path, every: 1 },
              resume,
            },
          ),
          stopAfter,
        );
        return { last: reports.at(-1)!, bits: bitsOf(model, optimizer.state()) };
      };
      try {
        const whole = await trained(join(folder, "a"));
        await trained(join(folder, "b"), 4);
        const resumed = await trained(join(folder, "b"), undefined, true);
        expect(resumed.bits).toBe(whole.bits);
        expect(resumed.last.cost).toBe(whole.last.cost);
        expect(resumed.last.costs).toEqual(whole.last.costs);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );

  test.each([1, 2, 4])("reports the mean of each named cost, accumulate %i", async (accumulate) => {
    const w = parameter([0]);
    const all = await reportsOf(
      fit(
        madeOf({ w }),
        { x: tensor([[1], [2], [6]]) },
        {
          batchCost: (_, { x }) => ({
            near: x.mean().mul(w.sum().add(1)),
            far: x.square().mean(),
          }),
          optimizer: sgd([w], { learningRate: 1e-9 }),
          epochs: 1,
          batchSize: 2,
          accumulate,
        },
      ),
    );
    const { costs, cost } = all.at(-1)!;
    expect(costs["near"]).toBeCloseTo(3, 5);
    expect(costs["far"]).toBeCloseTo(41 / 3, 5);
    expect(cost).toBeCloseTo(3 + 41 / 3, 5);
  });

  test("learns from streams of numbers, nested, and of examples of different lengths", async () => {
    const w = parameter([0]);
    const seen: unknown[] = [];
    const sentences = [[1, 2, 3], [4], [5, 6]];
    await fit(
      madeOf({ w }),
      collated(sentences, { size: 2, collate: (some) => ({ words: padded(some), scale: 2 }) }),
      {
        batchCost: (_, { words, scale }) => {
          seen.push(words.values.shape, words.lengths.shape, scale.shape);
          return words.values.cast("float32").mean().mul(w.sum()).mul(scale);
        },
        optimizer: sgd([w], { learningRate: 1 }),
        epochs: 1,
        compiled: false,
      },
    );
    expect(seen).toEqual([[2, 3], [2], [], [1, 2], [1], []]);
    expect(w.arraySync()[0]).toBeCloseTo(-(10 / 6) * 2 - 11, 5);
  });

  test("orders examples anew in each epoch, by the shuffle", async () => {
    const inEpoch = collated([...Array(9).keys()], {
      size: 4,
      shuffle: 5,
      collate: (some) => some,
    });
    const orderOf = async (epoch: number) => {
      const found: number[] = [];
      for await (const batch of inEpoch(epoch)) found.push(...batch);
      return found;
    };
    expect(await orderOf(1)).toEqual(await orderOf(1));
    expect(await orderOf(1)).not.toEqual(await orderOf(2));
    const { seed } = { seed: random.foldIn(5, 2) };
    expect(await orderOf(2)).toEqual(random.permutation(9, { seed }).arraySync());
  });

  test("measures a validation that is a dataset or a stream, in evaluation, by any size of batch", async () => {
    const rows = [
      [1, 2, 3],
      [3, 2, 1],
      [0, 1, 0],
      [2, 2, 2],
    ];
    const found = async (validation: object, measureBatchSize?: number) => {
      manualSeed(3);
      const model = autoencoder();
      const options = {
        batchCost: (m, { x }) => m.forward(x).sub(x).square().mean(),
        metrics: { size: (m, { x }) => m.forward(x).square().mean() },
        optimizer: adam(model.parameters()),
        epochs: 1,
        batchSize: 4,
        validation,
        ...(measureBatchSize !== undefined && { measureBatchSize }),
      } satisfies BatchFitOptions<typeof model, { readonly x: Tensor }>;
      const report = (await fit(model, { x: inputs }, options))!;
      return [report.validationCost!, report.metrics!.size];
    };
    const [cost, size] = await found({ x: tensor(rows) });
    const others = [
      await found({ x: tensor(rows) }, 3),
      await found(() => [{ x: rows.slice(0, 1) }, { x: rows.slice(1) }]),
      await found([{ x: rows.slice(0, 3) }, { x: rows.slice(3) }]),
    ];
    for (const [otherCost, otherSize] of others) {
      expect(otherCost).toBeCloseTo(cost!, 5);
      expect(otherSize).toBeCloseTo(size!, 5);
    }
  });

  test("reports norms before they are clipped, and rates; afterStep may change parameters", async () => {
    const w = parameter([3, 4]);
    const steps: (number | undefined)[][] = [];
    await fit(
      madeOf({ w }),
      { x: tensor([[0], [0]]) },
      {
        batchCost: (_, { x }) => w.square().sum().mul(0.5).add(x.sum()),
        optimizer: sgd([w], { learningRate: linear({ from: 1, to: 0, steps: 2 }) }),
        beforeStep: (parameters) => clipGradNorm(parameters, 1),
        afterStep: async ({ step, gradientNorm, learningRate }) => {
          steps.push([step, gradientNorm, learningRate]);
          await Promise.resolve();
          w.assign([6, 8]);
        },
        gradientNorm: true,
        epochs: 1,
        batchSize: 1,
      },
    );
    expect(steps).toEqual([
      [1, 5, 1],
      [2, 10, 0.5],
    ]);
    expect(w.arraySync()).toEqual([6, 8]);
  });

  test("takes all batches of a stream, whose epochs may differ in length", async () => {
    const w = parameter([0]);
    const seen: number[] = [];
    const epochs = (epoch: number) =>
      Array.from({ length: 2 * epoch }, (_, i) => ({ x: [[epoch * 10 + i]] }));
    const costs = [];
    for await (const report of fit(madeOf({ w }), epochs, {
      batchCost: (_, { x }) => w.sub(x).square().mean(),
      optimizer: sgd([w], { learningRate: 0.5 }),
      epochs: 3,
      afterStep: ({ step }) => seen.push(step),
    })) {
      costs.push(report.step);
    }
    expect(seen).toHaveLength(12);
    expect(costs).toEqual([2, 6, 12]);
  });

  test("counts a named cost as 0 where a batch has none", async () => {
    const w = parameter([0]);
    const data = [{ x: [[1], [2]] }, { x: [[3]] }];
    const report = (await fit(madeOf({ w }), data, {
      batchCost: (_, { x }) =>
        x.shape[0] === 2
          ? { a: x.mean().add(w.sum()), b: x.mean().mul(0).add(1) }
          : { a: x.mean().add(w.sum()) },
      optimizer: sgd([w], { learningRate: 1e-9 }),
      epochs: 1,
    }))!;
    expect(report.costs["a"]).toBeCloseTo(2, 5);
    expect(report.costs["b"]).toBeCloseTo(2 / 3, 5);
    expect(report.cost).toBeCloseTo(8 / 3, 5);
  });

  test("pads any number of rows", () => {
    expect(padded(Array.from({ length: 200_000 }, () => [1])).values.shape).toEqual([200_000, 1]);
  });

  test("says what is wrong", async () => {
    const w = parameter([1]);
    const model = madeOf({ w });
    const optimizer = sgd([w], { learningRate: 1 });
    const fitted = (data: unknown, options: object = {}) =>
      fit(
        model as Model,
        data as object,
        {
          batchCost: () => w.sum(),
          optimizer,
          epochs: 1,
          batchSize: 1,
          ...options,
        } as never,
      );
    const x = tensor([[1], [2]]);
    const cases: readonly (readonly [unknown, object, RegExp])[] = [
      [
        { x },
        { batchCost: () => ({ a: x }) },
        /the cost "a" is a tensor \[2, 1\], expected a tensor of one/,
      ],
      [
        { x },
        { batchCost: () => ({}) },
        /the cost gives an object, expected a tensor of one number/,
      ],
      [{ x }, { batchCost: 3 }, /batchCost is 3, expected a function/],
      [{ x }, { cost: quadraticCost }, /got cost and batchCost, expected either/],
      [{ x }, { metrics: { a: () => w } }, /metrics are measured on validation; give that, too/],
      [{ x, y: tensor([1]) }, {}, /tensors \[2, 1\] and \[1\], expected one row an example/],
      [{ x: "a" }, {}, /the dataset.x is "a", expected a tensor, or an array or plain object/],
      [{}, {}, /the dataset has no tensors/],
      [3, {}, /got 3 for data, expected an object of tensors/],
      [
        [{ x }, { y: x }],
        { batchSize: undefined },
        /a batch is \{y: tensor\}, expected \{x: tensor\}/,
      ],
      [[{ x }], {}, /batchSize is given, but the data come in batches/],
      [{ x }, { validation: [] }, /fit: validation: epoch 1 has no batches/],
    ];
    for (const [data, options, message] of cases) {
      const ended = (async () => fitted(data, options))();
      await expect(ended).rejects.toThrow(message);
      await expect(ended).rejects.toBeInstanceOf(NablaError);
    }
    expect(() => collated([], { size: 1, collate: (some) => some })).toThrow(/no examples/);
    expect(() => padded([[1, 2]], { length: 1 })).toThrow(
      /row 0 has 2 elements, expected 1 at most/,
    );
    expect(() => padded([[1], ["a"]] as never)).toThrow(
      /row 1 has "a", expected a list of numbers/,
    );
  });
});

describe("trainStep", () => {
  /** A generator of numbers and a discriminator, each with its step. */
  const adversaries = () => {
    const generator = sequential(dense(2, 4), relu, dropout(0.2), dense(4, 1));
    const discriminator = sequential(dense(1, 4), relu, dense(4, 1), sigmoid);
    const both = madeOf({ generator, discriminator });
    const optimizers = {
      generator: adam(generator.parameters(), { learningRate: 0.01 }),
      discriminator: adam(discriminator.parameters(), { learningRate: 0.01 }),
    };
    const fakes = (count: number, key: Tensor<[2]>) =>
      generator.forward(random.normal([count, 2], { seed: key }));
    const steps = {
      discriminator: trainStep(both, {
        batchCost: (_, { real }: { readonly real: Tensor }, key) => ({
          real: discriminator.forward(real).log().neg().mean(),
          fake: discriminator.forward(fakes(4, key)).neg().log1p().neg().mean(),
        }),
        optimizer: optimizers.discriminator,
      }),
      generator: trainStep(both, {
        batchCost: (_, __: { readonly real: Tensor }, key) =>
          discriminator.forward(fakes(4, key)).log().neg().mean(),
        optimizer: optimizers.generator,
        gradientNorm: true,
      }),
    };
    return { both, optimizers, steps };
  };
  const real = (i: number) => ({ real: [[1 + i / 10], [2], [1.5], [1]] });

  test("trains two models in turn, and goes on from a checkpoint with the same bits", async () => {
    const folder = await mkdtemp(join(tmpdir(), "nabla-train-step-"));
    const path = join(folder, "checkpoint");
    const train = async ({ steps }: ReturnType<typeof adversaries>, from: number, to: number) => {
      for (let i = from; i < to; i++) {
        const { costs, cost } = await steps.discriminator(real(i));
        expect(costs["real"]! + costs["fake"]!).toBeCloseTo(cost, 5);
        expect((await steps.generator(real(i))).gradientNorm).toBeGreaterThan(0);
      }
    };
    const stateOf = ({ both, optimizers }: ReturnType<typeof adversaries>) =>
      bitsOf(both, optimizers.generator.state(), optimizers.discriminator.state());
    try {
      const whole = adversaries();
      await train(whole, 0, 4);
      manualSeed(3);
      const first = adversaries();
      await train(first, 0, 2);
      await saveCheckpoint(path, { model: first.both, optimizer: first.optimizers });
      manualSeed(99);
      const second = adversaries();
      await loadCheckpoint(path, { model: second.both, optimizer: second.optimizers });
      await train(second, 2, 4);
      expect(stateOf(second)).toBe(stateOf(whole));
      const { generator, discriminator } = second.optimizers;
      const atFault = { model: second.both, optimizer: { a: generator, discriminator } };
      const kept = stateOf(second);
      await expect(loadCheckpoint(path, atFault)).rejects.toThrow(
        /"optimizer\.generator\.[\w.]+" belongs to none of the optimisers/,
      );
      const other = {
        generator,
        discriminator: sgd(discriminator.parameters, { learningRate: 1 }),
      };
      await expect(loadCheckpoint(path, { model: second.both, optimizer: other })).rejects.toThrow(
        /checkpoint: "discriminator": "[\w.]+" is in the state, not in the optimiser/,
      );
      expect(stateOf(second)).toBe(kept);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test.each([true, false])(
    "leaves all as it was when the cost is NaN, compiled: %s",
    async (compiled) => {
      const w = parameter([4]);
      const model = madeOf({ w });
      const optimizer = adam([w]);
      const step = trainStep(model, {
        batchCost: (_, { x }: { x: Tensor }) => w.mul(x).sqrt().sum(),
        optimizer,
        compiled,
      });
      await step({ x: tensor([1]) });
      const stateOf = () => [bitsOf(model, optimizer.state()), random.state(), w.grad];
      const was = stateOf();
      await expect(step({ x: tensor([-1]) })).rejects.toThrow(
        /trainStep: the cost became NaN at step 2, which was not taken/,
      );
      expect(stateOf()).toEqual(was);
      const { cost } = await step({ x: tensor([1]) });
      expect(cost).toBeCloseTo(Math.sqrt(3.999), 4);
    },
  );

  test("takes the mean of several batches, over their examples", async () => {
    const w = parameter([0]);
    const step = trainStep(madeOf({ w }), {
      batchCost: (_, { x }: { x: number[][] | Tensor }) =>
        w
          .sub(x as Tensor)
          .square()
          .mean(),
      optimizer: sgd([w], { learningRate: 0.5 }),
    });
    const { cost } = await step({ x: [[1], [2]] }, { x: [[9]] });
    expect(cost).toBeCloseTo((1 + 4 + 81) / 3, 5);
    expect(w.arraySync()[0]).toBeCloseTo(4, 5);
    await expect(step()).rejects.toThrow(/got no batch, expected one or more/);
    await expect(step({ x: "a" } as never)).rejects.toThrow(/a batch.x is "a"/);
  });

  test("steps that are not awaited wait for each other", async () => {
    const trained = async (areAwaited: boolean) => {
      const w = parameter([0]);
      const step = trainStep(madeOf({ w }), {
        batchCost: (_, { x }: { x: Tensor }) => w.sub(x).square().mean(),
        optimizer: sgd([w], { learningRate: 0.1 }),
      });
      const batchesOf = (i: number) => [
        { x: [[i], [i + 1], [3 * i]].slice(0, 1 + (i % 3)) },
        { x: [[2 * i]] },
      ];
      const costs = [];
      for (const i of [0, 1, 2, 3]) {
        const own = step(...batchesOf(i));
        if (areAwaited) await own;
        costs.push(own);
      }
      return { costs: (await Promise.all(costs)).map(({ cost }) => cost), w: w.arraySync() };
    };
    expect(await trained(false)).toEqual(await trained(true));
  });

  test.each([
    { compiled: true, count: 1 },
    { compiled: true, count: 2 },
    { compiled: false, count: 1 },
    { compiled: false, count: 2 },
  ])("takes its own gradients alone, and leaves others' as they are, %o", async (how) => {
    const w = parameter([1]);
    const v = parameter([2]);
    const step = trainStep(madeOf({ w, v }), {
      batchCost: (_, { x }: { x: Tensor }) => v.mul(w).mul(x.mean()).sum(),
      optimizer: sgd([w], { learningRate: 1 }),
      compiled: how.compiled,
    });
    v.mul(w).mul(10).sum().backward();
    for (const expected of [-1, -3]) {
      await step(...Array.from({ length: how.count }, () => ({ x: [[1]] })));
      expect(w.arraySync()).toEqual([expected]);
      expect(w.grad).toBeNull();
      expect(v.grad!.arraySync()).toEqual([10]);
    }
  });
});
