// What tests run as ranks: the parts that the first argument names; results go to a file for each rank in the
// folder of the second. The third is how many steps to train models for, the fourth the bytes of a bucket, or 0.
import { subscribe } from "node:diagnostics_channel";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  compile,
  explainPlan,
  gradients,
  parameter,
  random,
  scan,
  setBackend,
  type Tensor,
  tensor,
} from "@nabla/autograd";
import { hostFunction } from "@nabla/autograd/backend";
import { dense, fit, quadraticCost, sgd } from "@nabla/nn";
import { mpi } from "../src/mpi.ts";
import type { World } from "../src/world.ts";
import { checksums } from "./models.ts";
import { byBatches, dataset, measured, trained } from "./training.ts";

const [, , part = "", folder = ""] = process.argv;
const steps = Number(process.argv[4]);

const parts: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  async collectives(world) {
    const { rank, size } = world;
    const own = random.normal([1000], { seed: rank, dtype: "float32" });
    const sum = world.allReduce(own);
    const [small, none, wide] = world.sums([
      tensor([rank + 1]),
      tensor(new Float32Array(0)),
      tensor([rank / 3], { dtype: "float64" }),
    ]);
    const x = tensor([1 + rank, 2]);
    const cost = world
      .allReduce(x.square(), "mean")
      .sum()
      .mul(rank + 1);
    const gathered = world.allGather(x);
    const weighted = gathered.mul(tensor([rank + 1, 10])).sum();
    const given = world.broadcast(x.mul(2), 1);
    const [g] = gradients(cost, [x]);
    const [second] = gradients(g.sum(), [x]);
    const [ofGathered] = gradients(weighted, [x]);
    const [ofGiven] = gradients(given.square().sum(), [x]);
    const double = compile((y: Tensor) => world.allReduce(y.mul(2)).add(1));
    const calls = [1, 2, 3].map((k) => double(tensor([k + rank])).arraySync());
    const later = await world.allReduce(tensor([rank])).data();
    setBackend("reference");
    const byReference = world.allReduce(tensor([rank + 1])).arraySync();
    setBackend("wasm");
    const loop = () => scan((c, y) => [world.allReduce(c.add(y)), c], tensor(0), tensor([1, 2]));
    let refused = "";
    try {
      loop();
    } catch (error) {
      refused = (error as Error).message;
    }
    await world.barrier();
    return {
      sum: [...sum.dataSync()],
      own: [...own.dataSync()],
      small: small!.arraySync(),
      none: none!.shape,
      wide: wide!.arraySync(),
      gathered: gathered.arraySync(),
      given: given.arraySync(),
      g: g.arraySync(),
      second: second.arraySync(),
      ofGathered: ofGathered.arraySync(),
      ofGiven: ofGiven.arraySync(),
      calls,
      later: [...later],
      byReference,
      refused,
      shard: world.shard({ x: tensor([0, 1, 2, 3, 4, 5, 6]) }).x.arraySync(),
      key: world.key(7).arraySync(),
      size,
      plan: explainPlan(world.allReduce(tensor([1, 2, 3]).exp())).replace(/^ .*\n?/gm, ""),
    };
  },

  async training(world) {
    const compiled = await trained({ world });
    return {
      compiled,
      isSame:
        JSON.stringify(await trained({ world, compiled: false })) === JSON.stringify(compiled),
      withNorm: await trained({ world, hasNorm: true, epochs: 1 }),
      inTwos: (await trained({ world, accumulate: 2, epochs: 1 })).costs,
      ofOwn: await ofOwn(world),
      measured: await measured(world),
      ...(await byBatchesOf(world)),
    };
  },

  models: (world) => checksums(steps, { world }),

  async stopped(world) {
    // The signal of one rank stops all after the same step; then they resume from rank 0's checkpoint.
    const stop = new AbortController();
    const checkpoint = { path: join(folder, "run.checkpoint") };
    let calls = 0;
    const beforeStep = () => {
      if (world.rank === 1 && ++calls === 5) stop.abort();
    };
    const first = await trained({
      world,
      checkpoint,
      signal: stop.signal,
      compiled: false,
      beforeStep,
    });
    const rest = await trained({ world, checkpoint, resume: true, beforeStep: () => {}, seed: 8 });
    return {
      steps: first.costs.length,
      whole: await trained({ world, beforeStep: () => {} }),
      rest,
    };
  },

  async different(world) {
    return [
      await messageOf(() => trained({ world, seed: world.rank })),
      await messageOf(() => trained({ world, width: 8 + world.rank })),
      await messageOf(() => trained({ world, batchSize: 4 + world.rank })),
      await messageOf(() => trained({ world, batchSize: 42 })),
      await messageOf(async () => {
        await world.allReduce(tensor(world.rank === 0 ? [1, 2] : [1, 2, 3])).data();
      }),
      await messageOf(async () => {
        const model = dense(6, 1);
        const optimizer = sgd(model.parameters(), { learningRate: 0.1 });
        const options = { cost: quadraticCost, optimizer, epochs: 1, world };
        await fit(model, () => [dataset], options);
      }),
    ];
  },

  async leaving(world) {
    if (world.rank === 1) return undefined;
    return messageOf(async () => {
      await world.barrier();
    });
  },

  async progress(world) {
    // How long a rank waits for a bucket, at once and after 40 ms in which it calls no MPI.
    const waits: number[] = [];
    subscribe("@nabla/mpi", (message) => {
      const { name, start, end } = message as { name: string; start: number; end: number };
      if (name === "allToAll ends") waits.push(end - start);
    });
    const later = hostFunction({
      name: "later",
      compute: ([wait], output) => {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait![0]);
        output.fill(1);
      },
    });
    const large = tensor(new Float32Array(2 ** 20));
    const waitAfter = async (wait: number): Promise<number> => {
      waits.length = 0;
      await world.barrier();
      await world.sums([later([tensor([wait])], [10], "float32"), large])[0]!.data();
      return waits[0]!;
    };
    const [atOnce, after]: [number[], number[]] = [[], []];
    for (let i = 0; i < 5; i++) {
      atOnce.push(await waitAfter(0));
      after.push(await waitAfter(40));
    }
    return { atOnce: Math.min(...atOnce), after: Math.min(...after) };
  },

  async failing(world) {
    // A run that fails while its first bucket is exchanged.
    const failing = hostFunction({
      name: "failing",
      compute([isFailing], output) {
        if (isFailing![0] === 1) throw new Error("no gradient");
        output.fill(1);
      },
    });
    const sum = (isFailing: boolean): Promise<string> =>
      messageOf(async () => {
        const second = failing([tensor([isFailing ? 1 : 0])], [10], "float32");
        await world.sums([second, tensor(new Float32Array(10))])[0]!.data();
      });
    return [await sum(true), await sum(false), await sum(world.rank === 1), await sum(false)];
  },

  async throwing(world) {
    await world.barrier();
    if (world.rank === 1) throw new Error("no more of this");
    await world.barrier();
    return undefined;
  },
};

async function ofOwn(world: World): Promise<unknown> {
  const w = parameter([0.5, -0.5]);
  const optimizer = world.optimizer(sgd([w], { learningRate: 0.1 }));
  const step = compile((x: Tensor) => {
    quadraticCost(w.mul(x), tensor([1, 1])).backward();
    optimizer.step();
  });
  for (let i = 0; i < 3; i++) step(tensor([world.rank + i, 2]));
  quadraticCost(w.mul(world.rank + 1), tensor([1, 1])).backward();
  await optimizer.stepAsync();
  return w.arraySync();
}

/** A training by batches as a whole, and stopped before its last step, for which the last rank has no batch. */
async function byBatchesOf(world: World): Promise<Readonly<Record<string, unknown>>> {
  const checkpoint = { path: join(folder, "batches.checkpoint"), every: 1 };
  const whole = await byBatches({ world });
  await byBatches({ world, checkpoint, stopAfter: 3 });
  const rest = await byBatches({ world, checkpoint, resume: true });
  return { whole, rest };
}

async function messageOf(f: () => Promise<unknown>): Promise<string> {
  try {
    await f();
    return "nothing was thrown";
  } catch (error) {
    return (error as Error).message;
  }
}

const bucketBytes = Number(process.argv[5]);
const world = await mpi({ patience: 60, ...(bucketBytes > 0 ? { bucketBytes } : {}) });
if (world.rank === 0) writeFileSync(join(folder, "entered"), "");
const results: Record<string, unknown> = {};
for (const name of part.split(",")) results[name] = await parts[name]!(world);
writeFileSync(join(folder, `${world.rank}.json`), JSON.stringify(results));
