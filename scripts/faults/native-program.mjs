// A program of native code, for scripts/faults/native.ts: alone, with workers that run it too, or with
// copies of both packages. Prints what each of them has computed.
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { register } from "tsx/esm/api";

// In workers `--import tsx` does nothing.
if (!isMainThread) register();

/** Before it could be compiled, and after it was: by the packages that these paths name. */
async function told(autograd, nabla) {
  const { compile, random } = await import(autograd);
  const { native } = await import(nabla);
  const x = random.uniform([100, 100], { seed: 1 }).realize();
  const sum = compile(() => x.matmul(x).tanh().sum());
  const before = sum().itemSync();
  await native.ready();
  const { native: count } = native.programs();
  return { before, after: sum().itemSync(), count, problem: native.problem };
}

const here = ["@nabla/autograd", "@nabla/native"];
const [workers = "0", ...copies] = process.argv.slice(2);

const toldByWorker = () =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url));
    worker.once("message", resolve);
    worker.once("error", reject);
  });

if (isMainThread) {
  const all = [
    ...Array.from({ length: Number(workers) }, toldByWorker),
    told(...here),
    ...copies.map((copy) => told(`${copy}/autograd/src/index.ts`, `${copy}/native/src/index.ts`)),
  ];
  for (const one of await Promise.all(all)) console.log(JSON.stringify(one));
} else {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  parentPort.postMessage(await told(...here));
}
