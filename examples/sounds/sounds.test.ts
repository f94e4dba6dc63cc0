// The same, small: words are told apart, and by what is heard of them.
import { manualSeed } from "@nabla/autograd";
import { expect, test } from "vitest";
import { dependence, listener, train } from "./keywords.ts";
import { length, recordings, words } from "./words.ts";

test("words are told apart, by the part of the recording that they are in", async () => {
  manualSeed(1);
  const model = listener(16);
  const heldOut = recordings(60, 7);
  let right = 0;
  for await (right of train(model, recordings(240, 3), heldOut, 6));
  // By chance it would be a sixth.
  expect(right).toBeGreaterThan(0.8);

  // A word takes half of a recording.
  const sums = dependence(model, heldOut).array() as Promise<number[][]>;
  const inside = (await sums).map((row, i) => {
    const begin = heldOut.begins[i]!;
    const own = row.slice(begin, begin + length / 2).reduce((a, b) => a + b);
    return own / row.reduce((a, b) => a + b);
  });
  expect(inside).toHaveLength(10 * words.length);
  expect(inside.reduce((a, b) => a + b) / inside.length).toBeGreaterThan(0.6);
});
