// Files with mistakes in them: safetensors, indices of several, checkpoints, IDX, CSV and those of NumPy. Each gives an error or
// what it says, takes memory in proportion to its size, and less than a second.
import fc from "fast-check";
import { checkCsv, mutatedCsv } from "../../packages/data/test/mutated-csv.ts";
import { checkNpy, mutatedNpy, npzFiles } from "../../packages/data/test/mutated-npy.ts";
import { checkIdx, mutatedIdx } from "../../packages/mnist-demo/test/mutated-idx.ts";
import { checkFile, checkpointFiles, mutatedFiles } from "../../packages/nn/test/mutated-files.ts";
import { checkIndex, mutatedIndices } from "../../packages/nn/test/mutated-shards.ts";
import type { Fuzz, FuzzOptions } from "./fuzz.ts";
import { compareWithLibrary } from "./library.ts";
import { watchdog } from "./watchdog.ts";

export const fuzzFiles: Fuzz = async (options) => {
  await fuzzKind("safetensors files", mutatedFiles, checkFile, options);
  compareWithLibrary(options);
  const checkpoints = await checkpointFiles();
  await fuzzKind("checkpoints", checkpoints.files, checkpoints.check, options);
  await fuzzKind("indices of several files", mutatedIndices, checkIndex, options);
  await fuzzKind("IDX files", mutatedIdx, checkIdx, options);
  await fuzzKind(".npy files", mutatedNpy, checkNpy, options);
  const npz = await npzFiles();
  await fuzzKind("CSV files", mutatedCsv, checkCsv, options);
  await fuzzKind(".npz files", npz.files, npz.check, options);
};

/** Says how many of the files were read, and how many refused. */
async function fuzzKind<File>(
  kind: string,
  files: fc.Arbitrary<File>,
  check: (file: File) => Promise<Outcome> | Outcome,
  { runs, seed }: FuzzOptions,
): Promise<void> {
  const watched = watchdog(kind, seed);
  const counts = { read: 0, refused: 0 };
  let slowest = 0;
  try {
    await fc.assert(
      fc.asyncProperty(files, async (file) => {
        watched.next();
        const before = process.cpuUsage();
        counts[await check(file)]++;
        const { user, system } = process.cpuUsage(before);
        slowest = Math.max(slowest, (user + system) / 1000);
      }),
      { numRuns: runs, seed },
    );
  } finally {
    await watched.end();
  }
  const time = `the slowest took ${slowest.toFixed(1)} ms of processor time`;
  console.log(`${runs} ${kind}: ${counts.read} read, ${counts.refused} refused; ${time}`);
}

type Outcome = "read" | "refused";
