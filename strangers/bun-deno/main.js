// On Bun, whose engine is JavaScriptCore, and on Deno: trains by `fit`, awaits, divides among threads, and saves.
import assert from "node:assert/strict";
import { backend, compile, random, threads } from "@nabla/autograd";
import {
  accuracy,
  adam,
  crossEntropy,
  dense,
  fit,
  loadSafetensors,
  relu,
  saveSafetensors,
  sequential,
} from "@nabla/nn";

const { bun, deno, node } = process.versions;
const host = bun ? `Bun ${bun}` : deno ? `Deno ${deno}` : `Node ${node}`;
console.log(`${host}: ${backend()}, ${threads()} threads`);
assert.equal(backend(), "wasm");

const points = random.normal([500, 2], { seed: 1 });
const inside = points.square().sum(1).less(1).cast("int32");
const network = () => sequential(dense(2, 16), relu, dense(16, 2));
const model = network();
const last = await fit(
  model,
  { inputs: points, targets: inside },
  {
    cost: crossEntropy,
    optimizer: adam(model.parameters(), { learningRate: 0.02 }),
    epochs: 20,
    batchSize: 50,
    shuffle: 3,
    metrics: { accuracy },
  },
);
console.log(`cost ${last.cost.toFixed(4)}, accuracy ${last.metrics.accuracy}`);
assert.ok(last.metrics.accuracy > 0.97, "the circle was not learnt");

await saveSafetensors("circle.safetensors", model);
const other = network();
await loadSafetensors(other, "circle.safetensors");
const [here, there] = [model, other].map((one) => one.forward(points));
assert.deepEqual(await there.data(), await here.data());

// Large enough for threads, where there are some.
const x = random.normal([400, 400], { seed: 1 });
const sums = compile((a) => a.matmul(a).sum(1));
const first = await sums(x).data();
for (let i = 0; i < 30; i++) assert.deepEqual(await sums(x).data(), first);
