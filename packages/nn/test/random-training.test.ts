// A step that fails has not been: random training with steps that fail. `pnpm fuzz training` tries
// more.
import fc from "fast-check";
import { test } from "vitest";
import { checkTraining, randomTrainings } from "./random-training.ts";

test("a step that fails leaves all as it was, and the next one works", async () => {
  await fc.assert(fc.asyncProperty(randomTrainings, checkTraining), { numRuns: 12 });
});
