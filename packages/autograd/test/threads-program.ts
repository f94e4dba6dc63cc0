// A process of its own for threads.test.ts: runs something on two threads, and ends as it is told.
import { compile, random, type Tensor, tensor, threads } from "@nabla/autograd";
import { setTrial } from "../src/engine/planned/thread-trial.ts";
import { threadPool } from "../src/engine/wasm/backend.ts";
import { setAvailableThreads } from "../src/engine/wasm/workers.ts";

setAvailableThreads(2);
setTrial(false);
threads(2);
const x = random.normal([300, 300]).realize();
const run = compile((a: Tensor, rows: Tensor) => a.matmul(a).gather(0, rows).sum());
const rows = tensor([1, 2], { dtype: "int32" });
for (let i = 0; i < 12; i++) {
  run(x, rows);
  threadPool()?.settle();
}
console.log(`divided runs: ${threadPool()?.runs}`);
if (process.argv[2] === "throw") tensor([1, 2, 3, 4, 5]).gather(0, rows.add(5)).realize();
