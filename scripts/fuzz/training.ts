// Random training in which steps fail (packages/nn/test/random-training.ts).
import fc from "fast-check";
import { checkTraining, randomTrainings } from "../../packages/nn/test/random-training.ts";
import type { Fuzz } from "./fuzz.ts";

export const fuzzTraining: Fuzz = async ({ runs, seed }) => {
  await fc.assert(fc.asyncProperty(randomTrainings, checkTraining), { numRuns: runs, seed });
  console.log(`${runs} trainings with steps that fail: each as if those had not been`);
};
