// Ranks that do not do the same, or are no longer there: the others end with an error that says so. (Those
// that are killed: scripts/faults.)
import { describe, expect, test } from "vitest";
import { problemHere, ranks } from "./mpirun.ts";

describe.skipIf(problemHere !== undefined)("a rank", () => {
  test("that does something else gets an error that names both, as all do", async () => {
    const { results } = await ranks<{ readonly different: readonly string[] }>(2, "different");
    for (const one of results) {
      const [seeds, shapes, batches, few, different, stream] = one!.different;
      expect(seeds).toMatch(
        /^fit: ranks differ in the value of "0.weight" \(is the seed the same\?\)/,
      );
      expect(shapes).toBe(
        'fit: ranks differ in "0.weight": rank 0 has float32 [6, 8], rank 1 has float32 [6, 9]',
      );
      expect(batches).toBe("fit: ranks differ in batchSize: rank 0 has 4, rank 1 has 5");
      expect(few).toMatch(/^fit: 42 examples are 1 batches, and 2 ranks take a step with 2/);
      expect(different).toBe(
        "mpi: ranks do not do the same: rank 0 has come to allReduce of float32 [2], " +
          "rank 1 to allReduce of float32 [3]",
      );
      expect(stream).toMatch(
        /^fit: the data are a stream of batches, of which ranks have no parts/,
      );
    }
  });

  test("whose run fails while gradients are exchanged tells the others, unless all fail", async () => {
    const { code, results, seconds } = await ranks<{
      readonly failing: readonly string[];
      readonly progress: { readonly atOnce: number; readonly after: number };
    }>(2, "progress,failing", { bucketBytes: 40 });
    expect(code).toBe(0);
    const what = "allReduce of float32 [10] | [10]";
    const different =
      `mpi: ranks do not do the same: rank 0 has come to the end of ${what}, ` +
      `rank 1 to a failure in the middle of ${what}`;
    const both = ["no gradient", "nothing was thrown"];
    expect(results[0]!.failing).toEqual([...both, different, different]);
    expect(results[1]!.failing).toEqual([...both, "no gradient", different]);
    expect(seconds).toBeLessThan(10);
    // Before, four megabytes have gone from rank to rank while both did something else.
    for (const one of results) {
      expect(one!.progress.after).toBeLessThan(0.75 * one!.progress.atOnce);
    }
  });

  test("that leaves early is named by the others", async () => {
    const { results, seconds } = await ranks<{ readonly leaving: string }>(2, "leaving");
    expect(results[0]!.leaving).toBe(
      "mpi: ranks do not do the same: rank 0 has come to allGather of float32 [1], " +
        "rank 1 to the end of the program",
    );
    expect(seconds).toBeLessThan(10);
  });

  test("that throws ends all, each with the reason", async () => {
    const { code, stderr, seconds } = await ranks(2, "throwing");
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/Error: no more of this/);
    expect(stderr).toMatch(
      /rank 0 has come to allGather of float32 \[1\], rank 1 to its end, with exit code 1: no more of this/,
    );
    expect(seconds).toBeLessThan(10);
  });
});
