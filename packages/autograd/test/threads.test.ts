// Several threads: the same bits as one, and never in the way of anything.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import {
  compile,
  conv2d,
  manualSeed,
  NablaError,
  random,
  type Tensor,
  threads,
} from "@nabla/autograd";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { bundled } from "../../../scripts/bundle.ts";
import { setTrial } from "../src/engine/planned/thread-trial.ts";
import { threadPool } from "../src/engine/wasm/backend.ts";
import { availableThreads, setAvailableThreads } from "../src/engine/wasm/workers.ts";
import { difference, valuesAtOnce, valuesInParts } from "./engine.ts";
import { programOf, programs } from "./random-programs.ts";

const before = threads();
const available = availableThreads();
afterEach(() => {
  threads(before);
  setAvailableThreads(available);
  setTrial(true);
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
      { numRuns: 20 },
    );
    expect(sharedRuns).toBeGreaterThan(5);
  });
});

/** What a large program gives on so many threads, when those that take part have started. */
function largeOn(count: number): { readonly values: readonly number[]; readonly runs: number } {
  setAvailableThreads(5);
  threads(count);
  setTrial(false);
  manualSeed(3);
  const [x, w] = [random.normal([301, 257]).realize(), random.normal([257, 130]).realize()];
  const images = random.normal([8, 40, 12, 12]).realize();
  const kernel = random.normal([16, 40, 3, 3]).realize();
  const places = random.randint([257], 0, 257).realize();
  const run = compile((a: Tensor, b: Tensor) => {
    const y = a.matmul(b).tanh();
    const drawn = random.normal([50_000], { seed: 5, dtype: "float64" });
    const products = [y.matmul(y.transpose()).softmax().sum(0), a.transpose().matmul(y)];
    const scattered = a.scatterAdd(1, places, a);
    return [...products, y.exp().sum(), conv2d(images, kernel), a.cumSum(1), drawn, scattered];
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
  expect(() => threads(0)).toThrow("threads: count is 0, expected a positive integer");
  expect(threads()).toBe(before);
});

test("are no more than the machine has processors", () => {
  threads(2 ** 20);
  expect(threads()).toBe(available);
  setAvailableThreads(1);
  expect(threads()).toBe(1);
  setAvailableThreads(3);
  expect([threads(), threads(2), threads(3), threads(4)]).toEqual([3, 2, 3, 3]);
});

describe("a process with threads", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "nabla-threads-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Runs a program of this folder in as many processes as there are ways. */
  async function run(name: string, ways: readonly string[]) {
    const program = await bundled(new URL(`${name}.ts`, import.meta.url), folder);
    return Promise.all(ways.map((how) => promisify(execFile)(process.execPath, [program, how])));
  }

  test("ends when its script does", async () => {
    const [ended] = await run("threads-program", ["end"]);
    expect(ended!.stdout).toMatch(/^divided runs: [1-9]/);
  });

  test("computes the same where there are no threads, and ends", async () => {
    const x = random.normal([300, 300], { seed: 1 }).realize();
    const value = x.matmul(x).sum().itemSync();
    const ways = ["no shared memory", "workers that fail", "no workers", "an exit at once"];
    const ended = await run("threadless-program", ways);
    const found = ended.map(({ stdout, stderr }, i) => [ways[i], stdout.trim(), stderr]);
    const expected = ways.map((how) => [how, `${value} ${how === "an exit at once" ? 3 : 1}`, ""]);
    expect(found).toEqual(expected);
  });

  const mishaps = [
    "ends between runs",
    "ends without a word",
    "ends in the middle of a run",
    "fails in the middle of a run",
    "stands still in the middle of a run",
  ];
  test("goes on with one, and the same bits, if its worker ends or stands still", async () => {
    const ended = await run("lost-worker-program", ["nothing happens", ...mishaps]);
    const [usual, ...after] = ended.map(
      ({ stdout }) => JSON.parse(stdout) as { readonly found: unknown; readonly threads: number },
    );
    expect(usual!.threads).toBe(2);
    expect(after).toEqual(mishaps.map(() => ({ found: usual!.found, threads: 1 })));
  });

  test("ends with its error", async () => {
    await expect(run("threads-program", ["throw"])).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        "gather: index 6 is out of range for axis 0 of [5]",
      ) as string,
    });
  });
});
