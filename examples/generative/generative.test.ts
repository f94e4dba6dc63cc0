// The same, small; and both trainings go on from a checkpoint with the same bits.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { arange, manualSeed, random, type Tensor } from "@nabla/autograd";
import { adam, fit, loadCheckpoint, type Report, saveCheckpoint, toSafetensors } from "@nabla/nn";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { charactersOf, plotted } from "./characters.ts";
import { adversaries, ring } from "./gan.ts";
import { drawn, trainingBy, variationalAutoencoder } from "./vae.ts";

let folder = "";
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "nabla-generative-"))));
afterAll(() => rm(folder, { recursive: true }));
let before = random.state();
beforeEach(() => {
  before = random.state();
  manualSeed(1);
});
afterEach(() => random.restore(before));

const bitsOf = (...all: readonly Parameters<typeof toSafetensors>[0][]) =>
  Buffer.concat(all.map((one) => toSafetensors(one))).toString("base64");

/** Images of 4 by 4 pixels, each of which has one row set. */
function rows(count: number): Tensor {
  const which = random.randint([count, 1, 1], 0, 4, { seed: 1 });
  return which
    .equal(arange(4).reshape([4, 1]))
    .cast("float32")
    .broadcastTo([count, 4, 4])
    .reshape([count, 16])
    .realize();
}

const small = { pixels: 16, hidden: 16, code: 2 };

test("an autoencoder draws images like those that it has seen", async () => {
  const model = variationalAutoencoder(small);
  const optimizer = adam(model.parameters(), { learningRate: 0.05 });
  const reports: Report[] = [];
  const training = fit(model, { images: rows(128) }, trainingBy(optimizer, 12, 16));
  for await (const report of training) reports.push(report);
  // Each pixel by itself, one of four, costs 9.0 nats an image; which row it is, log(4) = 1.4.
  expect(reports[0]!.costs["reconstruction"]).toBeGreaterThan(8);
  expect(reports.at(-1)!.cost).toBeLessThan(5);
  const mean = drawn(model, 50, 3).sum(1).mean().itemSync();
  expect(Math.abs(mean - 4)).toBeLessThan(1);
});

test("an autoencoder goes on from a checkpoint as if undisturbed", async () => {
  const trained = async (name: string, stopAfter?: number, resume = false) => {
    manualSeed(resume ? 9 : 1);
    const model = variationalAutoencoder(small);
    const optimizer = adam(model.parameters());
    const reports = fit(
      model,
      { images: rows(32) },
      {
        ...trainingBy(optimizer, 2, 8),
        reportEvery: 1,
        checkpoint: { path: join(folder, name) },
        resume,
      },
    );
    let last = 0;
    for await (const { step } of reports) {
      last = step;
      if (step === stopAfter) break;
    }
    return { last, bits: bitsOf(model, optimizer.state()), draws: random.state() };
  };
  const whole = await trained("whole");
  expect((await trained("parts", 3)).last).toBe(3);
  expect(await trained("parts", undefined, true)).toEqual(whole);
});

const players = { hidden: 8, noise: 2, batchSize: 16, learningRate: 0.01 };

test("a generator learns where the points of a ring are", async () => {
  const { generated, step } = adversaries({
    ...players,
    hidden: 16,
    batchSize: 32,
    learningRate: 0.02,
  });
  const far = () => {
    const points = generated(100, random.key(5));
    return points.square().sum(1).sqrt().sub(1).abs().mean().itemSync();
  };
  const first = far();
  for (let i = 0; i < 100; i++) await step();
  expect(first).toBeGreaterThan(0.6);
  expect(far()).toBeLessThan(0.4);
});

test("adversaries go on from a checkpoint as if undisturbed", async () => {
  const path = join(folder, "adversaries");
  const state = ({ model, optimizer }: ReturnType<typeof adversaries>) => ({
    bits: bitsOf(model, optimizer.generator.state(), optimizer.discriminator.state()),
    draws: random.state(),
  });
  const whole = adversaries(players);
  let progress = { step: 0 };
  for (let i = 0; i < 4; i++) {
    if (i === 2) {
      const { model, optimizer } = whole;
      await saveCheckpoint(path, { model, optimizer, progress: { step: i } });
    }
    await whole.step();
  }
  const wanted = state(whole);
  manualSeed(9);
  const other = adversaries(players);
  const { model, optimizer } = other;
  progress = (await loadCheckpoint(path, { model, optimizer })) as typeof progress;
  for (let { step } = progress; step < 4; step++) await other.step();
  expect(progress.step).toBe(2);
  expect(state(other)).toEqual(wanted);
});

test("pictures show what is where", () => {
  expect(
    charactersOf([
      [
        [0, 1],
        [0, 1],
      ],
      [
        [0.5, 0.5],
        [0.5, 0.5],
      ],
    ]),
  ).toBe(" @ ++");
  const lines = plotted([
    [-1.5, 1.4],
    [0, 0],
    [9, 9],
  ]).split("\n");
  expect([lines[0], lines[12]]).toEqual(["o", `${" ".repeat(24)}o`]);
});

test("points of the ring are near it", () => {
  const distances = ring(200, random.key(1)).square().sum(1).sqrt().dataSync();
  expect(Math.min(...distances)).toBeGreaterThan(0.7);
  expect(Math.max(...distances)).toBeLessThan(1.3);
});
