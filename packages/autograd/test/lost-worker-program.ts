// A process of its own for threads.test.ts: the worker of two threads ends, or stands still, as its argument says.
// It prints what is computed before and after, and how many threads there are then.
import { createRequire, syncBuiltinESMExports } from "node:module";
import type { Worker as NodeWorker, WorkerOptions } from "node:worker_threads";

const how = process.argv[2];
/** What the worker does with a part that it has taken, before it computes it. */
const mishaps: Readonly<Record<string, string>> = {
  "ends in the middle of a run": "process.exit();",
  "fails in the middle of a run": 'throw new Error("no");',
  "stands still in the middle of a run":
    "Atomics.wait(require('node:worker_threads').workerData.gate, 0, 0);",
};
/** What a worker that stands still waits for. */
const gate = new Int32Array(new SharedArrayBuffer(4));
const made: NodeWorker[] = [];
const workers = createRequire(import.meta.url)("node:worker_threads") as {
  Worker: typeof NodeWorker;
};
workers.Worker = class extends workers.Worker {
  constructor(source: string, options: WorkerOptions) {
    const mishap = mishaps[how!];
    const before = "const stretch = functions";
    if (!source.includes(before)) console.log("no such place");
    const workerData = { ...(options.workerData as object), gate };
    super(mishap === undefined ? source : source.replace(before, `${mishap} ${before}`), {
      ...options,
      workerData,
    });
    made.push(this);
  }
};
syncBuiltinESMExports();

const { compile, parameter, random, threads } = await import("@nabla/autograd");
const { threadPool } = await import("../src/engine/wasm/backend.ts");
const { setAvailableThreads } = await import("../src/engine/wasm/workers.ts");
const { setTrial } = await import("../src/engine/planned/thread-trial.ts");
setTrial(false);
setAvailableThreads(2);
threads(2);
const start = random.normal([200, 200], { seed: 1 }).mul(0.1).realize();
const w = parameter(start);
const step = compile(() => {
  const y = w.matmul(w).tanh().mul(0.2);
  w.assign(y.mul(3).sin().add(w.mul(0.9)));
  return y.sum();
});
const found = new Set<string>();
function run(): void {
  w.assign(start);
  const costs = [step(), step(), step()].map((cost) => cost.itemSync());
  found.add(JSON.stringify([...costs, w.sum().itemSync()]));
}
run();
// A worker that has started at once may have taken a part, and be lost, by now.
threadPool()?.settle();
run();
threadPool()?.settle();
if (how === "ends between runs") await made[0]!.terminate();
if (how === "ends without a word") {
  // Its end is not told before the process's event loop turns.
  void made[0]!.terminate();
  Atomics.wait(gate, 0, 0, 500);
}
for (let i = 0; i < 10; i++) run();
// On a busy machine it takes a while until the worker takes a part.
const usual = how === "nothing happens" ? 2 : 1;
while (threads() > usual) {
  run();
  await new Promise((resolve) => setTimeout(resolve, 5));
}
console.log(JSON.stringify({ found: [...found], threads: threads() }));
