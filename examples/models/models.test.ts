// The same, small; and both trainings go on from a checkpoint with the same bits.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manualSeed, random } from "@nabla/autograd";
import { adam, fit, loadCheckpoint, type Model, saveCheckpoint, toSafetensors } from "@nabla/nn";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import {
  alone,
  differing,
  disagreement,
  ensembleOf,
  network,
  points,
  together,
} from "./ensemble.ts";
import { learner, tasks } from "./maml.ts";

let folder = "";
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "nabla-models-"))));
afterAll(() => rm(folder, { recursive: true }));
let before = random.state();
beforeEach(() => {
  before = random.state();
  manualSeed(1);
});
afterEach(() => random.restore(before));

const bitsOf = (one: Parameters<typeof toSafetensors>[0]) =>
  Buffer.from(toSafetensors(one)).toString("base64");
const networksOf = (count: number) => Array.from({ length: count }, () => network(4));
const optimizerOf = (model: Model) => adam(model.parameters(), { learningRate: 0.02 });
const how = { epochs: 3, batchSize: 8 };

test("an ensemble is each of its networks alone, to the last bit", async () => {
  const networks = networksOf(4);
  const ensemble = ensembleOf(networks);
  const data = points(24);
  expect(disagreement(ensemble, data.x)).toBeGreaterThan(0.1);
  await fit(ensemble, data, together({ ...how, optimizer: optimizerOf(ensemble) }));
  // 4 networks of 8 + 20 + 5 numbers, which all change.
  expect(differing(ensemble, networks)).toBe(132);
  for (const one of networks) await fit(one, data, alone({ ...how, optimizer: optimizerOf(one) }));
  expect(differing(ensemble, networks)).toBe(0);
});

test("an ensemble goes on from a checkpoint as if undisturbed", async () => {
  const trained = async (name: string, stopAfter?: number, resume = false) => {
    manualSeed(resume ? 9 : 1);
    const ensemble = ensembleOf(networksOf(3));
    const optimizer = optimizerOf(ensemble);
    const checkpoint = { path: join(folder, name) };
    const options = { ...together({ ...how, optimizer }), reportEvery: 1, checkpoint, resume };
    let last = 0;
    for await (const { step } of fit(ensemble, points(24), options)) {
      last = step;
      if (step === stopAfter) break;
    }
    return { last, bits: [bitsOf(ensemble), bitsOf(optimizer.state())] };
  };
  const whole = await trained("whole");
  expect((await trained("parts", 4)).last).toBe(4);
  expect(await trained("parts", undefined, true)).toEqual(whole);
});

const small = { hidden: 16, rate: 0.02, learningRate: 0.01 };

test("a network learns to learn sines, by one step of ten points", async () => {
  const { costsAfter, step } = learner(small);
  const all = tasks(50, 10, random.key());
  const costAfter = (steps: number) => costsAfter(all, steps).mean().itemSync();
  const untaught = costAfter(1);
  for (let i = 0; i < 150; i++) await step(tasks(10, 10, random.key()));
  expect(costAfter(1)).toBeLessThan(untaught / 2);
  expect(costAfter(1)).toBeLessThan(costAfter(0) * 0.8);
});

test("learning to learn goes on from a checkpoint as if undisturbed", async () => {
  const path = join(folder, "learner");
  const trained = async (from: number, to: number) => {
    manualSeed(from + 1);
    const { model, optimizer, step } = learner(small);
    if (from > 0) await loadCheckpoint(path, { model, optimizer });
    for (let i = from; i < to; i++) await step(tasks(3, 4, random.key()));
    return { model, optimizer };
  };
  const whole = await trained(0, 6);
  await saveCheckpoint(path, await trained(0, 3));
  const resumed = await trained(3, 6);
  expect(bitsOf(resumed.model)).toBe(bitsOf(whole.model));
  expect(bitsOf(resumed.optimizer.state())).toBe(bitsOf(whole.optimizer.state()));
});
