// A training that writes checkpoints all the time, and goes on from one if there is one: what is killed
// and resumed in kills.ts. It draws at random, measures statistics, keeps an optimiser's state, and its last
// batches are smaller. Says a line a step. Usage: node training FOLDER
import { join } from "node:path";
import { manualSeed, random } from "@nabla/autograd";
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
});
for await (const { step, cost } of reports) console.log(`step ${step}, cost ${cost}`);
await saveSafetensors(join(folder, "end.safetensors"), model);
