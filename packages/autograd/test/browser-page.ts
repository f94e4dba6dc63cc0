// What the browser test's page runs.
import { backend, random, threads } from "@nabla/autograd";
import { threadPool } from "../src/engine/wasm/backend.ts";
import { trained } from "./browser-program.ts";

/** Large enough for a worker, where there may be one. */
const size = backend() === "reference" ? 20 : 300;

/** Runs that two threads have done together, once there is one; 0 where there are no threads. */
async function dividedRuns(): Promise<number> {
  threads(2);
  const x = random.normal([size, size], { seed: 1 }).realize();
  while (threads() > 1 && !threadPool()?.runs) {
    x.matmul(x).realize();
    // Workers start when the page's own thread lets them.
    await new Promise((resolve) => setTimeout(resolve));
  }
  return threadPool()?.runs ?? 0;
}

/** Whether a value that is awaited is that which is not, and how often the event loop turned meanwhile. */
async function awaited(): Promise<{ readonly isSame: boolean; readonly turns: number }> {
  const x = random.normal([size, size], { seed: 1 }).realize();
  const chain = () => x.matmul(x).matmul(x).mul(0.01).tanh().matmul(x).sum();
  const wanted = chain().itemSync();
  let turns = 0;
  let isOver = false;
  const turn = () => {
    turns++;
    if (!isOver) setTimeout(turn);
  };
  setTimeout(turn);
  const value = await chain().item();
  isOver = true;
  return { isSame: value === wanted, turns };
}

const page = globalThis as { result?: unknown; dividedRuns?: number; awaited?: unknown };
page.result = trained();
// Only once it was asked for does a worker that may not start say so.
await awaited();
page.awaited = await awaited();
page.dividedRuns = await dividedRuns();
