// The same, small; and both trainings go on from a checkpoint with the same bits.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manualSeed, random, setBackend } from "@nabla/autograd";
import { adam, collated, fit, type Reports, toSafetensors } from "@nabla/nn";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { batchOf, costOf, dates, rewriter, rewritten } from "./dates.ts";
import { shaded, svgOf } from "./pictures.ts";
import { halvesOf, likeness, trainingBy, twoTowers } from "./two-towers.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nabla-pairs-"));
  // The graphs are small, and planning each would take longer than computing it.
  setBackend("reference");
});
afterAll(async () => {
  setBackend("wasm");
  await rm(folder, { recursive: true });
});
let before = random.state();
beforeEach(() => {
  before = random.state();
  manualSeed(1);
});
afterEach(() => random.restore(before));

/** Where a training stands that may be left after some steps. */
async function ended(
  {
    model,
    reports,
  }: { model: Parameters<typeof toSafetensors>[0]; reports: Reports<string, unknown> },
  stopAfter?: number,
) {
  let last = { step: 0, cost: 0 };
  for await (const { step, cost } of reports) {
    last = { step, cost };
    if (step === stopAfter) break;
  }
  return { ...last, bits: Buffer.from(toSafetensors(model)).toString("base64") };
}

/** Checks that a training that is stopped in the middle and resumed ends as one that runs through. */
async function expectResumable(
  begun: (name: string, resume: boolean) => Parameters<typeof ended>[0],
  middle: number,
) {
  manualSeed(1);
  const whole = await ended(begun("whole", false));
  manualSeed(1);
  expect((await ended(begun("parts", false), middle)).step).toBe(middle);
  manualSeed(9);
  expect(await ended(begun("parts", true))).toEqual(whole);
}

test("a date is rewritten, with attention that adds up to 1 and leaves padding alone", async () => {
  const pairs = dates(6, 3);
  const model = rewriter(4);
  const { texts, attention } = rewritten(
    model,
    pairs.map(({ given }) => given),
  );
  texts.forEach((text, i) => {
    expect(text).toHaveLength(10);
    for (const row of attention[i]!) {
      const own = row.slice(0, pairs[i]!.given.length);
      expect(own.reduce((sum, x) => sum + x)).toBeCloseTo(1, 5);
    }
  });
  for (const { given, wanted } of dates(50, 4)) {
    expect(wanted).toMatch(/^(19[5-9]|20[0-4])\d-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])$/);
    // Another reader of dates, which takes both orders.
    expect(new Date(`${given} UTC`).toISOString().slice(0, 10)).toBe(wanted);
  }
});

test("rewriting is learnt, and goes on from a checkpoint as if undisturbed", async () => {
  await expectResumable((name, resume) => {
    const model = rewriter(8);
    const data = collated(dates(40, 1), { size: 20, shuffle: 1, collate: batchOf });
    const reports = fit(model, data, {
      batchCost: (own, batch) => costOf(own, batch),
      optimizer: adam(model.parameters(), { learningRate: 0.03 }),
      epochs: 3,
      reportEvery: 1,
      checkpoint: { path: join(folder, `dates-${name}`) },
      resume,
    });
    return { model, reports };
  }, 3);
});

test("towers find halves that belong together, and go on from a checkpoint as if undisturbed", async () => {
  // Stripes of ten widths: both halves of an image have the same.
  const images = random
    .randint([200, 1, 1], 0, 10, { seed: 1 })
    .add(random.uniform([200, 4, 8], { seed: 2 }))
    .mul(20);
  const halves = halvesOf(images);
  const same = likeness(twoTowers(16, 4, 3), halves);
  expect(same.shape).toEqual([200, 200]);
  expect(same.abs().max().itemSync()).toBeLessThan(1 + 1e-6);
  const metrics: unknown[] = [];
  await expectResumable((name, resume) => {
    const model = twoTowers(16, 16, 4);
    const optimizer = adam(model.parameters(), { learningRate: 0.02 });
    const reports = fit(model, halves, {
      ...trainingBy(optimizer, halves, 20),
      epochs: 8,
      batchSize: 50,
      reportEvery: 1,
      checkpoint: { path: join(folder, `towers-${name}`) },
      resume,
      callbacks: { kept: { afterEpoch: (report) => void metrics.push(report.metrics?.["found"]) } },
    });
    return { model, reports };
  }, 5);
  // By chance one of twenty is found; of those with the same stripes one cannot tell.
  expect(metrics.at(-1)).toBeGreaterThan(0.2);
});

test("attention is drawn as it is", () => {
  const picture = { given: "ab", written: "x", weights: [[0.25, 0.75]] };
  expect(shaded(picture)).toBe("  a b\nx ░░▓▓");
  const svg = svgOf(picture);
  expect(svg.match(/fill-opacity="[\d.]+"/g)).toEqual([
    'fill-opacity="0.250"',
    'fill-opacity="0.750"',
  ]);
  expect(svg.match(/>[abx]</g)).toEqual([">a<", ">b<", ">x<"]);
});
