// What the browser test's page runs.
import { random, threads } from "@nabla/autograd";
import { threadPool } from "../src/engine/wasm/backend.ts";
import { trained } from "./browser-program.ts";

/** Runs that two threads have done together, once there is one; 0 where there are no threads. */
async function dividedRuns(): Promise<number> {
  threads(2);
  const x = random.normal([300, 300], { seed: 1 }).realize();
  while (threads() > 1 && !threadPool()?.runs) {
    x.matmul(x).realize();
    // Workers start when the page's own thread lets them.
    await new Promise((resolve) => setTimeout(resolve));
  }
  return threadPool()?.runs ?? 0;
}

const page = globalThis as { result?: unknown; dividedRuns?: number };
page.result = trained();
page.dividedRuns = await dividedRuns();
