// What follows a training: early stopping, the best model, a rate that falls, averaged weights; and
// their states in checkpoints.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manualSeed, parameter, random, tensor } from "@nabla/autograd";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { averaged } from "../src/averaged.ts";
import type { Callback } from "../src/callbacks.ts";
import { quadraticCost } from "../src/costs.ts";
import { dense } from "../src/dense.ts";
import { loadCheckpoint, saveCheckpoint } from "../src/files/checkpoint.ts";
import { toSafetensors } from "../src/files/safetensors.ts";
import { fit } from "../src/fit.ts";
import type { FitOptions } from "../src/fit-options.ts";
import { tanh } from "../src/index.ts";
import { measure } from "../src/measure.ts";
import { adam } from "../src/optimizers/adam.ts";
import { sgd } from "../src/optimizers/sgd.ts";
import { madeOf } from "../src/parts.ts";
import type { AnyReport, Report } from "../src/report.ts";
import { sequential } from "../src/sequential.ts";
import { bestModel, earlyStopping, reduceOnPlateau } from "../src/watching.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nabla-callbacks-"));
});
afterAll(() => rm(folder, { recursive: true }));
const before = random.state();
beforeEach(() => manualSeed(3));
afterAll(() => random.restore(before));

const inputs = random.normal([12, 2], { seed: 1 }).realize();
const dataset = { inputs, targets: inputs.sum(1, { keepDims: true }).sin().realize() };
const validation = {
  inputs: tensor([
    [1, 2],
    [0, 1],
  ]),
  targets: tensor([[0], [1]]),
};
const after = (cost: number): AnyReport => ({ cost, metrics: {} }) as Report;
const bitsOf = (...all: readonly Parameters<typeof toSafetensors>[0][]) =>
  Buffer.concat(all.map((one) => toSafetensors(one))).toString("base64");

/** A training with everything that follows one. */
function everything() {
  const model = sequential(dense(2, 4), tanh, dense(4, 1));
  const rate = reduceOnPlateau({ rate: 0.5, patience: 1, factor: 0.7, least: 0.01 });
  const optimizer = sgd(model.parameters(), { learningRate: rate });
  const callbacks = {
    rate,
    stop: earlyStopping({ patience: 4 }),
    best: bestModel(model),
    mean: averaged(model, { decay: 0.9, after: 3 }),
  };
  return { model, optimizer, callbacks };
}

async function trained(
  { model, optimizer, callbacks }: ReturnType<typeof everything>,
  options: Partial<FitOptions>,
  stopAfter?: number,
): Promise<Report[]> {
  const reports: Report[] = [];
  const common = { cost: quadraticCost, optimizer, validation, batchSize: 5, epochs: 30 };
  for await (const report of fit(model, dataset, { ...common, callbacks, ...options })) {
    reports.push(report);
    if (report.step === stopAfter) break;
  }
  return reports;
}

test.each([3, 5, 6, 11])(
  "all goes on from a checkpoint as if undisturbed, left at step %i",
  async (step) => {
    const stateOf = ({ model, optimizer, callbacks }: ReturnType<typeof everything>) => {
      const { rate, stop, best, mean } = callbacks;
      // The report has times.
      const { report: _, ...kept } = best.state();
      return bitsOf(model, optimizer.state(), rate.state(), stop.state(), kept, mean.state());
    };
    const whole = everything();
    const reports = await trained(whole, { reportEvery: 1 });
    expect(reports.at(-1)!.epoch).toBeLessThan(30);
    const path = join(folder, `all-${step}`);
    manualSeed(3);
    await trained(everything(), { reportEvery: 1, checkpoint: { path } }, step);
    manualSeed(77);
    const second = everything();
    const rest = await trained(second, { reportEvery: 1, checkpoint: { path }, resume: true });
    expect(stateOf(second)).toEqual(stateOf(whole));
    const timeless = (report: Report) => ({ ...report, examplesPerSecond: 0, secondsLeft: 0 });
    expect(rest.map(timeless)).toEqual(reports.slice(-rest.length).map(timeless));
    expect(timeless(second.callbacks.best.report!)).toEqual(timeless(whole.callbacks.best.report!));
    // One that has ended stays ended, until it has nothing more that ends it.
    const third = everything();
    expect(await trained(third, { checkpoint: { path }, resume: true })).toEqual([]);
    expect(stateOf(third)).toEqual(stateOf(whole));
    const { stop: _, ...others } = third.callbacks;
    const more = await trained(third, {
      checkpoint: { path },
      resume: true,
      epochs: reports.at(-1)!.epoch + 1,
      callbacks: others,
    });
    expect(more).toHaveLength(1);
  },
);

test("as callbacks they are told what a loop would tell them", async () => {
  const one = everything();
  const { rate, stop, best } = one.callbacks;
  const reports = await trained(one, {});
  manualSeed(3);
  const other = everything();
  const byHand = other.callbacks;
  const seen: Report[] = [];
  const { cost, optimizer, batchSize } = {
    cost: quadraticCost,
    optimizer: other.optimizer,
    batchSize: 5,
  };
  const options = {
    cost,
    optimizer,
    batchSize,
    validation,
    epochs: 30,
    callbacks: { mean: byHand.mean },
  };
  for await (const report of fit(other.model, dataset, options)) {
    seen.push(report);
    byHand.rate.afterEpoch(report);
    await byHand.mean.during(() => byHand.best.see(report));
    if (byHand.stop(report)) break;
  }
  expect(seen.map(({ validationCost }) => validationCost)).toEqual(
    reports.map(({ validationCost }) => validationCost),
  );
  expect(rate(0)).toBe(byHand.rate(0));
  expect(rate(0)).toBeLessThan(0.5);
  expect(stop.state()["worse"]!.itemSync()).toBe(4);
  best.restore();
  byHand.best.restore();
  expect(bitsOf(one.model)).toBe(bitsOf(other.model));
});

describe("averaged", () => {
  const weights = [1, 2, 4, 8];
  async function meanOf(options: Parameters<typeof averaged>[1]): Promise<unknown> {
    const w = parameter([0]);
    const mean = averaged(madeOf({ w }), options);
    for (const weight of weights) {
      w.assign([weight]);
      mean.update();
    }
    const found = await mean.during(() => w.arraySync());
    expect(w.arraySync()).toEqual([8]);
    mean.assign();
    expect(w.arraySync()).toEqual(found);
    return found;
  }

  test("is the plain mean, or the exponential one, of the weights that count", async () => {
    expect(await meanOf({})).toEqual([15 / 4]);
    expect(await meanOf({ after: 2 })).toEqual([6]);
    expect(await meanOf({ after: 4 })).toEqual([8]);
    expect(await meanOf({ decay: 0.5 })).toEqual([((1 + 2) / 2 + 4) / 4 + 4]);
    expect(await meanOf({ decay: 0.5, after: 3 })).toEqual([8]);
    expect(await meanOf({ decay: 0 })).toEqual([8]);
  });

  test("leaves parameters of integers as they are", async () => {
    const n = parameter([7], { dtype: "int32" });
    const mean = averaged(madeOf({ n, w: parameter([2]) }));
    for (const count of [7, 9]) {
      n.assign(tensor([count], { dtype: "int32" }));
      mean.update();
    }
    expect(await mean.during(() => n.arraySync())).toEqual([9]);
  });

  test("gives the model its own weights back, also where what is called fails", async () => {
    const w = parameter([1]);
    const mean = averaged(madeOf({ w }));
    mean.update();
    w.assign([5]);
    const failed = mean.during(() => {
      expect(w.arraySync()).toEqual([1]);
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    expect(w.arraySync()).toEqual([5]);
  });

  test("is what fit measures, and leaves the training as it is", async () => {
    const costsWith = async (isAveraged: boolean) => {
      manualSeed(3);
      const model = sequential(dense(2, 4), tanh, dense(4, 1));
      const optimizer = adam(model.parameters(), { learningRate: 0.1 });
      const callbacks = isAveraged ? { mean: averaged(model) } : {};
      const options = { cost: quadraticCost, optimizer, validation, batchSize: 5, epochs: 3 };
      const last = (await fit(model, dataset, { ...options, callbacks }))!;
      return { bits: bitsOf(model, optimizer.state()), cost: last.validationCost };
    };
    const [with_, without] = [await costsWith(true), await costsWith(false)];
    expect(with_.bits).toBe(without.bits);
    expect(with_.cost).not.toBe(without.cost);
  });
});

test("the best model has the weights that were measured: the averaged ones", async () => {
  const model = sequential(dense(2, 4), tanh, dense(4, 1));
  const optimizer = sgd(model.parameters(), { learningRate: 0.3 });
  const callbacks = { mean: averaged(model), best: bestModel(model) };
  const options = {
    cost: quadraticCost,
    optimizer,
    validation,
    batchSize: 5,
    epochs: 4,
    callbacks,
  };
  await fit(model, dataset, options);
  callbacks.best.restore();
  const { cost } = await measure(model, validation, { cost: quadraticCost });
  expect(cost).toBeCloseTo(callbacks.best.report!.validationCost!, 6);
});

test("less than minDelta is no better; NaN and infinities never are", () => {
  const stop = earlyStopping({ patience: 3, minDelta: 0.5 });
  expect([4, 3.6, 3.4, 3].map((cost) => stop(after(cost)))).toEqual([false, false, false, false]);
  expect(stop.state()["best"]!.itemSync()).toBe(-3.4);
  const { NaN: no, POSITIVE_INFINITY: infinite } = Number;
  const other = earlyStopping({ patience: 2, minDelta: 0.5 });
  expect([no, infinite, infinite].map((cost) => other(after(cost)))).toEqual([false, false, false]);
  expect([1, no, infinite].map((cost) => other(after(cost)))).toEqual([false, false, true]);
});

test("a rate falls by its factor, and no further than the least", () => {
  const rate = reduceOnPlateau({ rate: 1, patience: 2, factor: 0.1, least: 0.05 });
  const rates = [3, 3, 3, 3, 3, 1, 1, 1].map((cost) => {
    rate.afterEpoch(after(cost));
    return rate(0);
  });
  expect(rates).toEqual([1, 1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05]);
});

test("a state that does not fit is refused, and nothing is changed", async () => {
  const { model, optimizer, callbacks } = everything();
  await trained({ model, optimizer, callbacks }, { epochs: 2 });
  const path = join(folder, "refused");
  const kept = { mean: callbacks.mean, stop: callbacks.stop };
  await saveCheckpoint(path, { model, optimizer, kept });
  const other = everything();
  const bits = () => bitsOf(other.model, other.optimizer.state(), other.callbacks.mean.state());
  const was = bits();
  const training = { model: other.model, optimizer: other.optimizer };
  const { mean, stop, rate } = other.callbacks;
  const cases: readonly (readonly [Parameters<typeof loadCheckpoint>[1]["kept"], RegExp])[] = [
    [{ mean, stop, rate }, /"rate": the state has no number "best"/],
    [{ mean: stop, stop: mean }, /"mean": "\d" is in the state, not expected/],
    [{ mean, stop: averaged(dense(1, 1)) }, /"stop": the state has no number of steps/],
  ];
  for (const [kept, message] of cases) {
    await expect(loadCheckpoint(path, { ...training, kept: kept! })).rejects.toThrow(message);
    expect(bits()).toBe(was);
  }
  await loadCheckpoint(path, { ...training, kept: { mean } });
  expect(bits()).not.toBe(was);
  const wrong = { stop: { afterEpoch: 3 } as unknown as Callback };
  await expect(trained(other, { callbacks: wrong })).rejects.toThrow(
    /callbacks: "stop" is an object, expected a callback/,
  );
});
