// Public calls with arguments at the edges (packages/autograd/test/edges.ts).
import fc from "fast-check";
import { checkEdges, edgeCases, textOf } from "../../packages/autograd/test/edges.ts";
import type { Fuzz } from "./fuzz.ts";

export const fuzzEdges: Fuzz = ({ runs, seed }) => {
  const modes = fc.nat(999);
  const result = fc.check(fc.property(edgeCases, modes, checkEdges), { numRuns: runs, seed });
  if (result.counterexample) {
    const [one] = result.counterexample;
    const error = result.errorInstance as Error;
    throw new Error(`${textOf(one)}: ${String(error.stack)}`);
  }
  console.log(`${runs} calls: no difference, and no error of the host's`);
  return Promise.resolve();
};
