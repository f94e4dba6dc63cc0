// A training that writes checkpoints all the time, and goes on from one if there is one: what is killed
// and resumed in kills.ts. It draws at random, measures statistics, keeps an optimiser's state, and its last
// batches are smaller. Says which processes train, and a line a step. Usage: node training FOLDER
import { join } from "node:path";
import { manualSeed, random, tensor } from "@nabla/autograd";
import { mpi } from "@nabla/mpi";
import {
  adam,
  batchNorm,
  dense,
  dropout,
  fit,
  quadraticCost,
  saveSafetensors,
  sequential,
  sigmoid,
} from "@nabla/nn";

const folder = process.argv[2]!;
// Gradients go in several buckets.
const world = await mpi({ bucketBytes: 16 });
const processes = await world.allGather(tensor(process.pid, { dtype: "int32" })).data();
const say = (text: string) => {
  if (world.rank === 0) console.log(text);
};
say(`processes ${processes.join(" ")}`);
manualSeed(1);
const model = sequential(dense(4, 8), batchNorm(8), sigmoid, dropout(0.2), dense(8, 1));
const optimizer = adam(model.parameters(), { learningRate: (step) => 0.1 / (1 + step) });
const inputs = random.normal([50, 4], { seed: 1 });
const dataset = { inputs, targets: inputs.sum(1, { keepDims: true }) };

const reports = fit(model, dataset, {
  cost: quadraticCost,
  optimizer,
  epochs: 6,
  batchSize: 8,
  shuffle: 3,
  reportEvery: 1,
  checkpoint: { path: join(folder, "run.checkpoint"), every: 3 },
  resume: true,
  world,
});
for await (const { step, cost } of reports) say(`step ${step}, cost ${cost}`);
if (world.rank === 0) await saveSafetensors(join(folder, "end.safetensors"), model);
