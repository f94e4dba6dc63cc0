// Graphs of extreme form, against plain arrays. `pnpm fuzz graphs` tries larger ones.
import fc from "fast-check";
import { test } from "vitest";
import { checkGraph, randomGraphs } from "./random-graphs.ts";

test("chains, stacks, sums and slices of hundreds give what plain arrays give", () => {
  fc.assert(fc.property(randomGraphs(100), checkGraph), { numRuns: 10 });
});
