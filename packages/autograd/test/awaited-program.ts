// A process of its own for awaited.test.ts: it awaits a value, and its worker does as its argument says; or it has
// threads or another copy of the library that do so, too.
import { createRequire, syncBuiltinESMExports } from "node:module";
import {
  type Worker as NodeWorker,
  parentPort,
  type WorkerOptions,
  workerData,
} from "node:worker_threads";

/** A thread and a second copy are told otherwise. */
const told = (workerData as { readonly how?: string } | null)?.how;
const how = new URL(import.meta.url).searchParams.get("how") ?? told ?? process.argv[2];
/** What the worker does with a run that it has taken, before it begins. */
const mishaps: Readonly<Record<string, string>> = {
  "a worker that ends in the middle": "process.exit();",
  "a worker that fails in the middle": 'setImmediate(() => { throw new Error("no"); }); return;',
  "a worker that ends while it is waited for": "process.exit();",
  "a worker that does not start": "",
};
const mishap = mishaps[how!];
const workers = createRequire(import.meta.url)("node:worker_threads") as {
  Worker: typeof NodeWorker;
};
/** Not changed by what follows. */
const { Worker: Thread } = workers;
workers.Worker = class extends workers.Worker {
  constructor(source: string, options: WorkerOptions) {
    const place = "let outcome = ";
    if (!source.includes(place)) console.log("no such place");
    const isToStart = how !== "a worker that does not start";
    const changed = mishap === undefined ? source : source.replace(place, `${mishap} ${place}`);
    super(isToStart ? changed : 'throw new Error("does not start")', options);
  }
};
syncBuiltinESMExports();
// As with Node's permissions, unless they allow workers.
if (how === "no workers") {
  Object.assign(process, { permission: { has: (scope: string) => scope !== "worker" } });
}
if (how === "no shared memory") Reflect.deleteProperty(globalThis, "SharedArrayBuffer");

const { compile, parameter, random, threads } = await import("@nabla/autograd");
const { setLongRun } = await import("../src/engine/planned/loaded-plan.ts");
const { wasmBackend } = await import("../src/engine/wasm/backend.ts");
setLongRun(-1);
threads(1);
const x = random.normal([200, 200], { seed: 1 }).mul(0.1).realize();
const w = parameter(x);
const step = compile(() => {
  w.assign(w.matmul(x).tanh().add(w));
  return w.sum();
});

/** Trains; tells what came of it. */
async function trained(): Promise<string> {
  for (let i = 0; i < 3; i++) {
    const under = step.async();
    if (i === 0 && how === "a worker that ends while it is waited for") {
      // It has begun by now, unless the machine is very busy; this blocks until it is done, wherever.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
      x.sum().itemSync();
    }
    if (i === 2 && how === "a handler of the exit") process.exit();
    await under;
  }
  return `${await w.sum().item()} ${isByWorker() ? "by a worker" : "here"}`;
}

function isByWorker(): boolean {
  const wasGiven = (wasmBackend.device?.runner?.runs ?? 0) > 0;
  return how !== "a worker that does not start" && wasGiven;
}

/** To the thread that has started this one. */
function tell(message: string): void {
  // It takes no origin.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  parentPort!.postMessage(message);
}

/** What a thread that runs this program tells first. */
async function ofThread(data: { readonly how: string }, isEnded = false): Promise<string> {
  const thread = new Thread(new URL(import.meta.url), { workerData: data });
  const said = await new Promise<string>((resolve, reject) => {
    thread.on("message", resolve);
    thread.on("error", reject);
  });
  if (!isEnded) return said;
  await thread.terminate();
  return `${said} ended`;
}

if (how === "not awaited") {
  void step.async();
  console.log("asked");
} else if (how === "an exit on the way") {
  void step.async();
  console.log("exit");
  process.exit();
} else if (how === "endlessly") {
  tell("asked");
  for (;;) await step.async();
} else if (how === "a thread that is ended") {
  console.log(await ofThread({ how: "endlessly" }, true));
} else if (how === "a thread") {
  console.log((await Promise.all([trained(), ofThread({ how: "in a thread" })])).join(", "));
} else if (how === "in a thread") {
  tell(await trained());
} else if (how === "two copies") {
  const second = import(`${import.meta.url}?how=second`) as Promise<{ readonly said: string }>;
  console.log(
    (await Promise.all([trained(), second]))
      .map((one) => (typeof one === "string" ? one : one.said))
      .join(", "),
  );
} else if (how === "a handler of the exit") {
  process.on("exit", () => {
    // Waits for what is under way.
    x.mean().itemSync();
    console.log(`${w.sum().itemSync()} by a worker`);
  });
  await trained();
} else if (how !== "second") console.log(await trained());

/** What the second copy tells. */
export const said: string = how === "second" ? await trained() : "";
