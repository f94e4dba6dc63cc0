// Random loops with branches and loops in them, against loops of the host (packages/autograd/test/random-loops.ts).
import { setBackend, threads } from "@nabla/autograd";
import fc from "fast-check";
import { checkLoop, randomLoops } from "../../packages/autograd/test/random-loops.ts";
import type { Fuzz } from "./fuzz.ts";

export const fuzzLoops: Fuzz = ({ runs, seed }) => {
  // Most on the reference, where nothing is planned: every loop is a new one.
  const planned = Math.ceil(runs / 20);
  const before = threads();
  for (const [name, count, on] of [
    ["wasm", planned, 1],
    ["wasm", planned, 2],
    ["reference", Math.max(0, runs - 2 * planned), 1],
  ] as const) {
    if (count === 0) continue;
    setBackend(name);
    if (name === "wasm") threads(on);
    const result = fc.check(fc.property(randomLoops, checkLoop), {
      numRuns: count,
      seed: seed + on,
    });
    setBackend("wasm");
    threads(before);
    if (result.counterexample) {
      const [loop] = result.counterexample;
      throw new Error(`${String(result.errorInstance)}\n${JSON.stringify(loop)}`);
    }
    const of = name === "wasm" ? `, on ${on} ${on === 1 ? "thread" : "threads"}` : "";
    console.log(`${count} loops on ${name}${of}: no difference`);
  }
  return Promise.resolve();
};
