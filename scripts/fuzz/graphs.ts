// Random graphs of extreme form (packages/autograd/test/random-graphs.ts).
import fc from "fast-check";
import { checkGraph, randomGraphs } from "../../packages/autograd/test/random-graphs.ts";
import type { Fuzz } from "./fuzz.ts";

export const fuzzGraphs: Fuzz = ({ runs, seed }) => {
  // Few of the largest, which take some ten seconds each.
  for (const [most, every] of [
    [100, 2],
    [1000, 4],
    [10_000, 20],
    [100_000, 100],
  ] as const) {
    const count = Math.ceil(runs / every);
    fc.assert(fc.property(randomGraphs(most), checkGraph), { numRuns: count, seed });
    console.log(`${count} graphs of up to ${most} operations: no difference`);
  }
  return Promise.resolve();
};
