// Some of the files of `pnpm fuzz files`, or NABLA_FUZZ_FILES of each kind.
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Outcome, runsOr } from "../../../fixtures/mutations.ts";
import { checkCsv, mutatedCsv } from "./mutated-csv.ts";
import { checkNpy, mutatedNpy, npzFiles } from "./mutated-npy.ts";

async function checkAll(
  files: fc.Arbitrary<Uint8Array>,
  check: (bytes: Uint8Array) => Promise<Outcome>,
  numRuns: number,
): Promise<Readonly<Record<Outcome, number>>> {
  const counts = { read: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(files, async (file) => void counts[await check(file)]++),
    { numRuns },
  );
  return counts;
}

test("changed .npy files: an error of one line, or what the file says", async () => {
  const counts = await checkAll(mutatedNpy, checkNpy, runsOr(300));
  // The changes are neither too few nor too many.
  expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(10);
});

test("changed .npz files are refused, or have the arrays that they had", async () => {
  const { files, check } = await npzFiles();
  await checkAll(files, check, runsOr(30));
});

test("changed CSV files: an error of one line, or what the file says", async () => {
  const counts = await checkAll(mutatedCsv, checkCsv, runsOr(200));
  expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(10);
});
