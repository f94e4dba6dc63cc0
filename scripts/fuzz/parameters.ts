// Random programs of parameters, on both back ends, against plain arrays.
import { setBackend } from "@nabla/autograd";
import fc from "fast-check";
import {
  checkParameterProgram,
  parameterPrograms,
} from "../../packages/autograd/test/parameter-programs.ts";
import type { Fuzz } from "./fuzz.ts";

export const fuzzParameters: Fuzz = ({ runs, seed }) => {
  for (const backend of ["wasm", "reference"] as const) {
    setBackend(backend);
    fc.assert(fc.property(parameterPrograms, checkParameterProgram), { numRuns: runs, seed });
    console.log(`${runs} programs on ${backend}: no difference`);
  }
  setBackend("wasm");
  return Promise.resolve();
};
