// Random functions of which parts are compiled, and what becomes of them in derivatives, batches and further compiled
// functions (packages/autograd/test/random-functions.ts).
import { NablaError, setBackend } from "@nabla/autograd";
import fc from "fast-check";
import { checkCompiled, compiledFunctions } from "../../packages/autograd/test/random-functions.ts";
import type { Fuzz } from "./fuzz.ts";

export const fuzzTransforms: Fuzz = ({ runs, seed }) => {
  // Most on the reference, where nothing is planned: every function is a new one.
  const onWasm = Math.ceil(runs / 50);
  for (const [name, count] of [
    ["wasm", onWasm],
    ["reference", runs - onWasm],
  ] as const) {
    if (count === 0) continue;
    setBackend(name);
    const result = fc.check(fc.property(compiledFunctions, checkCompiled), {
      numRuns: count,
      seed,
    });
    setBackend("wasm");
    if (result.counterexample) {
      const [{ lines, inputs }] = result.counterexample;
      const given = inputs.map((x, i) => `t${i} = ${JSON.stringify(x.arraySync())}`);
      const error = result.errorInstance;
      const isRaw = error instanceof RangeError || error instanceof TypeError;
      const kind = isRaw && !(error instanceof NablaError) ? [`a raw error: ${error.stack}`] : [];
      throw new Error([String(error), ...kind, ...given, ...lines].join("\n"));
    }
    console.log(`${count} functions with compiled ones among them, on ${name}: no difference`);
  }
  return Promise.resolve();
};
