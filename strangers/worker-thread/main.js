// Trains in a worker thread while this one computes too: the same seed, the same cost.
import assert from "node:assert/strict";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { train } from "./train.js";

const worker = new Worker(new URL("worker.js", import.meta.url));
const here = train();
const [there] = await once(worker, "message");
assert.equal(there, here);
console.log(`cost ${here} here and in the worker`);
