// Several threads: the same bits as one, and never in the way of anything.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { compile, manualSeed, NablaError, random, type Tensor, threads } from "@nabla/autograd";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { threadPool } from "../src/engine/wasm/backend.ts";
import { difference, valuesAtOnce, valuesInParts } from "./engine.ts";
import { programOf, programs } from "./random-programs.ts";

const before = threads();
afterEach(() => {
  threads(before);
});

describe("random programs", () => {
  test.each([2, 3])("on %i threads give the bits of one", (count) => {
    let sharedRuns = 0;
    const kinds = fc.constantFrom("exact" as const, "smooth" as const);
    fc.assert(
      fc.property(kinds, programs, (kind, choices) => {
        const { values, wasShared } = valuesInParts(kind, choices, count);
        if (wasShared) sharedRuns++;
        const { lines } = programOf(kind, choices);
        threads(1);
        const found = difference(lines, values, valuesAtOnce(kind, choices), 0);
        if (found !== undefined) throw new Error(found);
      }),
      { numRuns: 40 },
    );
    expect(sharedRuns).toBeGreaterThan(20);
  });
});

/** What a large program gives on so many threads, when those that take part have started. */
function largeOn(count: number): { readonly values: readonly number[]; readonly runs: number } {
  threads(count);
  manualSeed(3);
  const [x, w] = [random.normal([301, 257]).realize(), random.normal([257, 130]).realize()];
  const run = compile((a: Tensor, b: Tensor) => {
    const y = a.matmul(b).tanh();
    const drawn = random.normal([50_000], { seed: 5, dtype: "float64" });
    const products = [y.matmul(y.transpose()).softmax().sum(0), a.transpose().matmul(y)];
    return [...products, y.exp().sum(), drawn];
  });
  run(x, w);
  threadPool()?.settle();
  run(x, w);
  threadPool()?.settle();
  const runs = threadPool()?.runs ?? 0;
  const values = run(x, w).flatMap((y) => [...y.dataSync()]);
  return { values, runs: (threadPool()?.runs ?? 0) - runs };
}

test("large products, reductions and draws are divided, and give the same bits", () => {
  const one = largeOn(1);
  expect(one.runs).toBe(0);
  for (const count of [2, 3, 5]) {
    const many = largeOn(count);
    expect(many.runs).toBe(1);
    expect(many.values).toEqual(one.values);
  }
});

test("refuses what is no number of threads", () => {
  for (const count of [0, -1, 1.5]) expect(() => threads(count)).toThrow(NablaError);
  expect(() => threads(0)).toThrow("threads: count is 0, expected an integer of at least 1");
  expect(threads()).toBe(before);
});

describe("a process with threads", () => {
  const program = fileURLToPath(new URL("threads-program.ts", import.meta.url));
  const flags = ["--conditions=@nabla/source", "--import", "tsx", program];
  const run = (how: string) => promisify(execFile)(process.execPath, [...flags, how]);

  test("ends when its script does", async () => {
    const { stdout } = await run("end");
    expect(stdout).toMatch(/^divided runs: [1-9]/);
  });

  test("computes the same where there are no threads, and ends", async () => {
    const x = random.normal([300, 300], { seed: 1 }).realize();
    const expected = String(x.matmul(x).sum().itemSync());
    const alone = fileURLToPath(new URL("threadless-program.ts", import.meta.url));
    const ways = ["no shared memory", "workers that fail", "an exit at once"];
    const found = ways.map(async (how) => {
      const args = [...flags.slice(0, -1), alone, how];
      const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
      return [how, stdout.trim(), stderr];
    });
    expect(await Promise.all(found)).toEqual(ways.map((how) => [how, expected, ""]));
  });

  test("ends with its error", async () => {
    await expect(run("throw")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        "gather: index 6 is out of range for axis 0 of [5]",
      ) as string,
    });
  });
});
