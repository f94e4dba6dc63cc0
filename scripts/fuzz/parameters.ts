// Random programs of parameters, on both back ends, against plain arrays.
import { setBackend } from "@nabla/autograd";
import fc from "fast-check";
import { setMemoryLimits } from "../../packages/autograd/src/engine/wasm/backend.ts";
import {
  checkParameterProgram,
  parameterPrograms,
} from "../../packages/autograd/test/parameter-programs.ts";
import type { Fuzz } from "./fuzz.ts";

export const fuzzParameters: Fuzz = ({ runs, seed }) => {
  const check = (what: string) => {
    fc.assert(fc.property(parameterPrograms, checkParameterProgram), { numRuns: runs, seed });
    console.log(`${runs} programs ${what}: no difference`);
  };
  check("on wasm");
  const limits = setMemoryLimits({ parameters: 0 });
  check("on wasm, whose parameters leave its memory at every turn");
  setMemoryLimits(limits);
  setBackend("reference");
  check("on reference");
  setBackend("wasm");
  return Promise.resolve();
};
