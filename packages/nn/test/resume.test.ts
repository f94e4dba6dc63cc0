// fit goes on from its checkpoints as if it had never stopped, and keeps the last good one.
import { mkdtemp, open, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  manualSeed,
  NablaError,
  ones,
  parameter,
  random,
  type Tensor,
  tensor,
} from "@nabla/autograd";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { quadraticCost } from "../src/costs.ts";
import { dense } from "../src/dense.ts";
import { loadCheckpoint, saveCheckpoint } from "../src/files/checkpoint.ts";
import { toSafetensors } from "../src/files/safetensors.ts";
import { fit } from "../src/fit.ts";
import type { FitOptions } from "../src/fit-options.ts";
import { sigmoid } from "../src/index.ts";
import { dropout } from "../src/layers/dropout.ts";
import { adam } from "../src/optimizers/adam.ts";
import { sgd } from "../src/optimizers/sgd.ts";
import { madeOf } from "../src/parts.ts";
import { sequential } from "../src/sequential.ts";

let folder = "";
let path = "";
let before = random.state();
beforeEach(async () => {
  before = random.state();
  folder = await mkdtemp(join(tmpdir(), "nabla-"));
  path = join(folder, "run.checkpoint");
});
afterEach(async () => {
  random.restore(before);
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const inputs = random.normal([10, 2], { seed: 1 });
const dataset = { inputs, targets: inputs.sum(1, { keepDims: true }) };

const network = () => sequential(dense(2, 3), sigmoid, dropout(0.3), dense(3, 1));

interface Run {
  /** Of each step that was reported. */
  readonly costs: ReadonlyMap<number, number>;
  readonly bits: string;
}

/**
 * Three epochs of four steps (the last of one example), in new objects, unless the options say
 * otherwise.
 */
async function run(
  options: Partial<FitOptions> = {},
  stopAfter?: number,
  model = network(),
): Promise<Run> {
  const optimizer = adam(model.parameters(), { learningRate: 0.05 });
  const stop = new AbortController();
  const costs = new Map<number, number>();
  const reports = fit(model, dataset, {
    cost: quadraticCost,
    optimizer,
    epochs: 3,
    batchSize: 3,
    reportEvery: 1,
    signal: stop.signal,
    ...options,
  });
  for await (const { step, cost } of reports) {
    costs.set(step, cost);
    if (step === stopAfter) stop.abort();
  }
  const bits = [toSafetensors(model), toSafetensors(optimizer.state())];
  return { costs, bits: Buffer.concat(bits).toString("base64") };
}

test("a training that is stopped and resumed takes the steps of one that is not", async () => {
  manualSeed(5);
  const whole = await run();
  for (const stopAfter of [1, 4, 6, 11]) {
    manualSeed(5);
    const first = await run({ checkpoint: { path } }, stopAfter);
    manualSeed(77);
    const second = await run({ checkpoint: { path }, resume: true });
    expect([...first.costs.keys()].at(-1)).toBe(stopAfter);
    expect([...second.costs.keys()][0]).toBe(stopAfter + 1);
    expect(new Map([...first.costs, ...second.costs])).toEqual(whole.costs);
    expect(second.bits).toBe(whole.bits);
  }
});

test("a training whose loop is left, within an epoch or at its end, goes on from there", async () => {
  manualSeed(5);
  const whole = await run();
  for (const last of [1, 4, 6]) {
    manualSeed(5);
    const model = network();
    const optimizer = adam(model.parameters(), { learningRate: 0.05 });
    const options = { cost: quadraticCost, optimizer, epochs: 3, batchSize: 3, reportEvery: 1 };
    for await (const { step } of fit(model, dataset, { ...options, checkpoint: { path } })) {
      if (step === last) break;
    }
    manualSeed(77);
    const rest = await run({ checkpoint: { path }, resume: true });
    expect([...rest.costs.keys()][0]).toBe(last + 1);
    expect(rest.bits).toBe(whole.bits);
  }
});

test("a training that has ended goes on where it shall have more epochs", async () => {
  manualSeed(5);
  const whole = await run({ epochs: 3 });
  manualSeed(5);
  await run({ epochs: 2, checkpoint: { path } });
  manualSeed(77);
  const more = await run({ epochs: 3, checkpoint: { path }, resume: true });
  expect([...more.costs.keys()]).toEqual([9, 10, 11, 12]);
  expect(more.bits).toBe(whole.bits);
  const ended = await run({ epochs: 3, checkpoint: { path }, resume: true });
  expect([...ended.costs.keys()]).toEqual([]);
  expect(ended.bits).toBe(whole.bits);
});

test("a training begins where there is no checkpoint, or where it shall not resume", async () => {
  manualSeed(5);
  const whole = await run();
  for (const resume of [true, false]) {
    manualSeed(5);
    const other = await run({ checkpoint: { path, every: 2 }, resume });
    expect(other.bits).toBe(whole.bits);
  }
  expect(await readdir(folder)).toEqual(["run.checkpoint"]);
});

describe("what is no place to go on from is said", () => {
  test.each<[options: Partial<FitOptions>, message: string]>([
    [{ batchSize: 4 }, "batchSize is 3 in the checkpoint, 4 in this training"],
    [{ shuffle: 1 }, "shuffle is 0 in the checkpoint, 1 in this training"],
  ])("%o", async (options, message) => {
    await run({ epochs: 1, checkpoint: { path } });
    const model = network();
    const before = [toSafetensors(model), random.state()];
    await expect(run({ ...options, checkpoint: { path }, resume: true }, 0, model)).rejects.toThrow(
      new NablaError(`fit: ${path}: ${message}`),
    );
    expect([toSafetensors(model), random.state()]).toEqual(before);
  });

  test("other checkpoints, and none", async () => {
    const model = network();
    const progress = { examples: 10, batchSize: 3, shuffle: 0, epoch: 1 };
    await saveCheckpoint(path, { model, optimizer: adam(model.parameters()), progress });
    await expect(run({ checkpoint: { path }, resume: true })).rejects.toThrow(
      `fit: ${path}: the checkpoint has no step, it is not one of fit's`,
    );
    await expect(run({ resume: true })).rejects.toThrow(
      "fit: resume has nothing to go on from; give checkpoint, too",
    );
    await expect(run({ checkpoint: { path, every: 0 } })).rejects.toThrow(
      "fit: checkpoint.every is 0, expected a positive integer",
    );
  });
});

describe("the last good checkpoint is kept", () => {
  test("when the disk is full", async () => {
    const handle = await open(folder);
    await handle.close();
    const files = Object.getPrototypeOf(handle) as typeof handle;
    const full = Object.assign(new Error("ENOSPC: no space left on device, write"), {
      code: "ENOSPC",
    });
    await run({ epochs: 1, checkpoint: { path } });
    vi.spyOn(files, "writeFile").mockRejectedValue(full);
    await expect(run({ checkpoint: { path, every: 1 }, resume: true })).rejects.toThrow(
      new NablaError(`saveCheckpoint: ${path}: no space is left on the disk (ENOSPC)`),
    );
    expect(await readdir(folder)).toEqual(["run.checkpoint"]);
    const resumed = await run({ epochs: 1, checkpoint: { path }, resume: true });
    expect([...resumed.costs.keys()]).toEqual([]);
  });

  test("when a step makes parameters NaN", async () => {
    const model = dense(2, 1);
    const optimizer = adam(model.parameters());
    // The root of 0 has no slope: cost 0, and gradients that are NaN.
    const cost = (outputs: Tensor) => outputs.mul(0).sqrt().sum();
    const options = { cost, optimizer, epochs: 1, batchSize: 10, checkpoint: { path } };
    await saveCheckpoint(path, { model, progress: { good: true } });
    const reports = fit(model, { inputs, targets: tensor(new Float32Array(10)) }, options);
    await expect(
      (async () => {
        for await (const { step } of reports) expect(step).toBe(1);
      })(),
    ).rejects.toThrow(
      'fit: "weight" became NaN by step 1; the checkpoint before is kept; ' +
        "a smaller learning rate may help",
    );
    expect(await loadCheckpoint(path, { model })).toEqual({ good: true });
  });

  test("when a step makes parameters infinite, and not for what is not trained", async () => {
    const run = (learningRate: number) => {
      const layer = dense(2, 1);
      const mask = parameter([Number.NEGATIVE_INFINITY], { name: "mask" });
      const model = {
        ...layer,
        ...madeOf({ layer, mask }),
        forward: (x: Tensor<[10, 2]>) => layer.forward(x),
      };
      const optimizer = sgd(layer.parameters(), { learningRate });
      const options = { cost: quadraticCost, optimizer, epochs: 1, batchSize: 10 };
      const data = { inputs, targets: ones([10, 1]).mul(1e30) };
      return fit(model, data, { ...options, checkpoint: { path } });
    };
    await expect(run(1e20)).rejects.toThrow(
      /^fit: "layer.weight" became -?Infinity by step 1; the/,
    );
    await run(1e-30);
  });
});
