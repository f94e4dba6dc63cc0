// The same, small: the sentences are what they promise, a tiny model learns some of them, and
// writes.
import { manualSeed, stack, tensor, threads } from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import { expect, test } from "vitest";
import { characterTransformer } from "./model.ts";
import { alphabet, labelsOf, sentences } from "./text.ts";
import { train, windows, write } from "./training.ts";

test("a sentence has four choices, and says in its second half what the first one said", () => {
  const choices = [0, 1, 5, 2];
  const { text, surprise } = sentences(41, () => choices.shift() ?? 0);
  expect(text).toBe("anna keeps 7 coins, so anna has 7 coins. ");
  expect(labelsOf(text)).not.toContain(-1);
  const nats = surprise.reduce((sum, one) => sum + one);
  expect(nats).toBeCloseTo(Math.log(8 * 4 * 8 * 8), 12);
});

test("a tiny transformer learns, and writes characters of the alphabet", async () => {
  // Waiting for each other, threads would slow down a machine that is busy with other tests.
  threads(1);
  manualSeed(1);
  const places = 8;
  const sizes = { characters: alphabet.length, places, features: 16, heads: 2 };
  const model = characterTransformer(sizes);
  const [data, validation] = [windows(160, places, 1), windows(16, places, 2)];
  const costs: number[] = [];
  for await (const { validationCost } of train(model, data, validation, 2)) {
    costs.push(validationCost);
  }
  // Knowing nothing costs log(37) = 3.61 nats a character.
  expect(costs[0]).toBeLessThan(3.6);
  expect(costs.at(-1)).toBeLessThan(2.3);
  expect(costs.at(-1)).toBeGreaterThan(validation.least);
  // Longer than there are places: it begins again with the last ones.
  const text = await write(model, "anna ", 5, places);
  expect(text).toMatch(/^anna [ ,.a-z2-9]{5}$/);
  const labels = labelsOf("anna ");
  let written = model.start();
  const one = labels.map((label) => {
    const [logits, after] = model.next(tensor([[label]], { dtype: "int32" }), written);
    written = after;
    return logits;
  });
  expectClose(stack(one), model.forward(tensor([labels], { dtype: "int32" })).squeeze(0), {
    absoluteTolerance: 1e-4,
  });
});
