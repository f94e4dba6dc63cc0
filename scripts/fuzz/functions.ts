// Random functions, whose derivatives are checked (packages/autograd/test/random-functions.ts).
import { setBackend } from "@nabla/autograd";
import fc from "fast-check";
import {
  chains,
  checkChain,
  checkKinked,
  kinkedFunctions,
} from "../../packages/autograd/test/kinked-functions.ts";
import {
  checkDerivatives,
  checkTransformations,
  randomFunctions,
} from "../../packages/autograd/test/random-functions.ts";
import type { Fuzz, FuzzOptions } from "./fuzz.ts";

export const fuzzFunctions: Fuzz = ({ runs, seed }) => {
  // On the reference, where nothing is compiled: every function is a new one.
  setBackend("reference");
  checkFunctions(checkDerivatives, { runs, seed });
  fc.assert(fc.property(chains, checkChain), { numRuns: runs, seed });
  setBackend("wasm");
  console.log(`${runs} first and second derivatives: no difference`);
  const tenth = Math.ceil(runs / 10);
  checkFunctions(checkTransformations, { runs: tenth, seed });
  console.log(`${tenth} functions transformed: no difference`);
  fc.assert(fc.property(kinkedFunctions, checkKinked), { numRuns: tenth, seed });
  console.log(`${runs} chains and ${tenth} functions at kinks: no difference`);
  return Promise.resolve();
};

function checkFunctions(check: typeof checkDerivatives, { runs, seed }: FuzzOptions): void {
  const result = fc.check(fc.property(randomFunctions, check), { numRuns: runs, seed });
  if (!result.counterexample) return;
  const [{ lines, inputs }] = result.counterexample;
  const given = inputs.map((x, i) => `t${i} = ${JSON.stringify(x.arraySync())}`);
  throw new Error([String(result.errorInstance), ...given, ...lines].join("\n"));
}
