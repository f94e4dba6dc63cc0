// Ranks of MPI compute together what one process computes alone.
import { gradients, random, tensor } from "@nabla/autograd";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mpi } from "../src/mpi.ts";
import { problemHere, ranks } from "./mpirun.ts";
import { type ByBatches, byBatches, measured, type Trained, trained } from "./training.ts";

const before = random.state();
afterAll(() => random.restore(before));

if (problemHere) console.log(`ranks are not tested: ${problemHere}`);

test("a process of its own is a world of one, where nothing is loaded", async () => {
  const world = await mpi();
  expect([world.rank, world.size]).toEqual([0, 1]);
  const x = tensor([1, 2]);
  expect(world.allReduce(x, "mean").arraySync()).toEqual([1, 2]);
  expect(world.allGather(x).arraySync()).toEqual([[1, 2]]);
  expect(world.broadcast(x).arraySync()).toEqual([1, 2]);
  // Results are tensors of their own, as on several ranks.
  for (const same of [world.allReduce(x), world.broadcast(x), world.sums([x])[0]!]) {
    expect(gradients(x.square().sum(), [same])[0].arraySync()).toEqual([0, 0]);
  }
  await world.barrier();
  expect(() => world.broadcast(x, 1)).toThrow(
    "broadcast: the root is 1, expected a rank from 0 to 0",
  );
  expect(() => world.allReduce(x, "max" as never)).toThrow('got "max", expected "sum" or "mean"');
  expect(() => mpi({ bucketBytes: 0 })).toThrow(
    "mpi: bucketBytes is 0, expected a positive number of bytes",
  );
  const alone = await trained({ epochs: 1 });
  expect(await trained({ epochs: 1, world })).toEqual(alone);
});

interface Collectives {
  readonly sum: readonly number[];
  readonly own: readonly number[];
  readonly [name: string]: unknown;
}

type Trainings = Readonly<Record<"compiled" | "withNorm", Trained>> &
  Readonly<Record<"whole" | "rest", ByBatches>> &
  Readonly<Record<"isSame" | "inTwos" | "ofOwn" | "measured", unknown>>;

interface Stopped {
  readonly steps: number;
  readonly whole: Trained;
  readonly rest: Trained;
}

interface All {
  readonly collectives: Collectives;
  readonly training: Trainings;
  readonly stopped: Stopped;
}

describe.skipIf(problemHere !== undefined)("three ranks", () => {
  const size = 3;
  let ended: Awaited<ReturnType<typeof ranks<All>>>;
  beforeAll(async () => {
    // Gradients go in several buckets.
    ended = await ranks<All>(size, "collectives,training,stopped", { bucketBytes: 16 });
  }, 60_000);

  test("end in order", () => expect([ended.stderr, ended.code]).toEqual(["", 0]));

  test("add, gather and give tensors, with gradients", () => {
    const results = ended.results.map((one) => one!.collectives);
    const own = results.map((one) => one.own);
    const sum = own[0]!.map((_, i) => {
      let total = own[0]![i]!;
      for (const other of own.slice(1)) total = Math.fround(total + other[i]!);
      return total;
    });
    results.forEach((one, rank) => {
      const first = 1 + rank;
      expect(one).toMatchObject({
        sum,
        size,
        small: [6],
        none: [0],
        wide: [1],
        gathered: [
          [1, 2],
          [2, 2],
          [3, 2],
        ],
        given: [4, 4],
        // (1 + 2 + 3) / 3 times the derivative of the square.
        g: [4 * first, 8],
        // The derivative of g's sum: a number of its own on each rank, over three.
        second: [4, 4],
        ofGathered: [6, 30],
        ofGiven: rank === 1 ? [48, 48] : [0, 0],
        calls: [[13], [19], [25]],
        later: [3],
        byReference: [6],
        shard: [2 * rank, 2 * rank + 1],
        key: random.foldIn(7, rank).arraySync(),
      });
      expect(one["refused"]).toMatch(/scan: allToAll is a host function/);
    });
    expect(results[0]!["plan"]).toMatch(/allToAll, by the host.*allGather, by the host/s);
  });

  test("train to the bits of one process with as many batches a step", async () => {
    const alone = await trained({ accumulate: size });
    const norm = await trained({ accumulate: size, hasNorm: true, epochs: 1 });
    const inTwos = (await trained({ accumulate: 2 * size, epochs: 1 })).costs;
    const results = ended.results.map((one) => one!.training);
    for (const one of results) {
      expect(one.compiled).toEqual(alone);
      expect(one.isSame).toBe(true);
      // What batch normalisation measures is a mean over ranks; what it trains is not.
      expect(one.withNorm.weights).toBe(norm.weights);
      (one.inTwos as number[]).forEach((cost, i) => {
        expect(Math.abs(cost - inTwos[i]!)).toBeLessThan(1e-5);
      });
      expect(one.ofOwn).toEqual(results[0]!.ofOwn);
      expect(one.measured).toEqual(await measured());
    }
  });

  test("train by costs of batches, and go on just before a step for which one has no batch", async () => {
    const alone = JSON.parse(JSON.stringify(await byBatches({ accumulate: size }))) as ByBatches;
    for (const { training } of ended.results as readonly All[]) {
      expect(training.whole).toEqual(alone);
      expect(training.rest).toEqual({ ...alone, reports: alone.reports.slice(-1) });
    }
  });

  test("stop after one step, and go on from the first one's checkpoint", () => {
    for (const { stopped } of ended.results as readonly All[]) {
      expect(stopped.steps).toBe(ended.results[0]!.stopped.steps);
      expect(stopped.rest.weights).toBe(stopped.whole.weights);
      expect(stopped.rest.state).toBe(stopped.whole.state);
      expect(stopped.rest.draws).toBe(stopped.whole.draws);
    }
  });
});
