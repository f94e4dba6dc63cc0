// Some of the files of `pnpm fuzz files`.
import fc from "fast-check";
import { expect, test } from "vitest";
import { runsOr } from "../../../fixtures/mutations.ts";
import { checkFile, checkpointFiles, mutatedFiles } from "./mutated-files.ts";
import { checkIndex, mutatedIndices } from "./mutated-shards.ts";

test("300 changed files: an error of one line and nothing changed, or what the file says", async () => {
  const counts = { read: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(mutatedFiles, async (file) => {
      counts[await checkFile(file)]++;
    }),
    { numRuns: runsOr(300) },
  );
  // The changes are neither too few nor too many.
  expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(10);
});

test("changed checkpoints are refused, and nothing is changed", async () => {
  const { files, check } = await checkpointFiles();
  await fc.assert(
    fc.asyncProperty(files, async (file) => void (await check(file))),
    { numRuns: runsOr(50) },
  );
});

test("changed indices of models in several files: an error of one line and nothing changed, or what the files have", async () => {
  const counts = { read: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(mutatedIndices, async (index) => void counts[await checkIndex(index)]++),
    { numRuns: runsOr(200) },
  );
  expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(10);
});
