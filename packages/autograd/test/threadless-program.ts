// A process of its own for threads.test.ts: two threads are asked for where they cannot be had, as its argument
// says. It prints what is computed, and ends.
import type { Worker as NodeWorker } from "node:worker_threads";

interface Threads {
  readonly Worker: typeof NodeWorker;
}

const how = process.argv[2];
if (how === "no shared memory") Reflect.deleteProperty(globalThis, "SharedArrayBuffer");
// As with Node's permissions, unless they allow workers.
if (how === "no workers") {
  Object.assign(process, { permission: { has: (scope: string) => scope !== "worker" } });
}
if (how === "workers that fail") {
  const host = process as { getBuiltinModule: (name: string) => unknown };
  const real = host.getBuiltinModule.bind(process);
  let count = 0;
  host.getBuiltinModule = (name) => {
    if (name !== "node:worker_threads") return real(name);
    const { Worker } = real(name) as Threads;
    return {
      Worker: class extends Worker {
        constructor(_: string, options: object) {
          if (count++ > 0) throw new Error("no second one");
          super('throw new Error("does not start")', { ...options, eval: true });
        }
      },
    };
  };
}

// What the host has is asked when the library is first used.
const { compile, random, threads } = await import("@nabla/autograd");
const { setTrial } = await import("../src/engine/planned/thread-trial.ts");
const { setAvailableThreads } = await import("../src/engine/wasm/workers.ts");
if (how !== "no workers") setAvailableThreads(3);
threads(3);
// Workers start at once.
setTrial(false);
const x = random.normal([300, 300], { seed: 1 }).realize();
const run = compile(() => x.matmul(x).sum());
for (let i = 0; i < 5; i++) await run().data();
// By now a worker that has failed has said so.
await new Promise((resolve) => setImmediate(resolve));
console.log(await run().item(), threads());
if (how === "an exit at once") process.exit();
