// The same, small: the low-rank changes are few and learn, the transformer keeps its bits, and training
// resumes from a checkpoint with the same bits.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manualSeed, random, threads } from "@nabla/autograd";
import { lora, toSafetensors } from "@nabla/nn";
import { expect, test } from "vitest";
import { adapt, copyOf, sizeOf } from "./adaptation.ts";
import { type CharacterTransformer, characterTransformer } from "./model.ts";
import { alphabet, others, sentences, usual } from "./text.ts";
import { windows } from "./training.ts";

const places = 8;
const sizes = { characters: alphabet.length, places, features: 16, heads: 2 };
const [data, validation] = [windows(160, places, 3, others), windows(16, places, 4, others)];
const bitsOf = (one: Parameters<typeof toSafetensors>[0]) =>
  Buffer.from(toSafetensors(one)).toString("base64");

interface Training {
  /** Where the checkpoint is. */
  readonly path: string;
  readonly stopAfter?: number;
  readonly resume?: boolean;
}

/** Trains changes of a copy of the model for 20 steps, unless it stops before. */
async function trained(model: CharacterTransformer, { path, stopAfter, resume = false }: Training) {
  const copy = copyOf(model, sizes);
  manualSeed(resume ? 9 : 1);
  const changes = lora(copy, { rank: 1 });
  const checkpoint = { path };
  const options = { epochs: 2, learningRate: 0.08, reportEvery: 1, checkpoint, resume };
  const costs: number[] = [];
  let steps = 0;
  for await (const { step, validationCost } of adapt(changes, data, validation, options)) {
    if (validationCost !== undefined) costs.push(validationCost);
    steps = step;
    if (step === stopAfter) break;
  }
  return { steps, costs, copy, changes };
}

test("half of the names are new", () => {
  const choices = [1, 1, 5, 2];
  const { text } = sentences(38, () => choices.shift() ?? 0, others);
  expect(text).toBe("bob keeps 7 coins, so bob has 7 coins.");
  expect(usual.filter((name) => others.includes(name))).toHaveLength(4);
});

test("few parameters learn, the transformer keeps its bits, and training resumes with the same bits", async () => {
  // Waiting for each other, threads would slow down a machine that is busy with other tests.
  threads(1);
  const draws = random.state();
  manualSeed(1);
  const model = characterTransformer(sizes);
  const folder = await mkdtemp(join(tmpdir(), "nabla-adaptation-"));
  const { steps, costs, copy, changes } = await trained(model, { path: join(folder, "whole") });
  // Of a block: attention's three projections in one weight, and that of its output; then the two
  // of the perceptron.
  const ofBlock = 16 + 3 * 16 + (16 + 16) + (16 + 64) + (64 + 16);
  expect(sizeOf(changes)).toBe(2 * ofBlock + 16 + alphabet.length);
  // Knowing nothing costs log(37) = 3.61 nats a character.
  expect(costs.at(-1)).toBeLessThan(2.7);
  expect(bitsOf(copy)).toBe(bitsOf(model));

  const path = join(folder, "parts");
  expect((await trained(model, { path, stopAfter: 13 })).steps).toBe(13);
  const resumed = await trained(model, { path, resume: true });
  expect(resumed.steps).toBe(steps);
  expect(bitsOf(resumed.changes)).toBe(bitsOf(changes));
  random.restore(draws);
  await rm(folder, { recursive: true });
});
