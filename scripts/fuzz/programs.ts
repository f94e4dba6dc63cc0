// Random programs, run in every way that there is (packages/autograd/test/engine.ts), and as C.
import { native } from "@nabla/native";
import fc from "fast-check";
import { checkProgram } from "../../packages/autograd/test/engine.ts";
import { programs } from "../../packages/autograd/test/random-programs.ts";
import type { Fuzz } from "./fuzz.ts";
import { checkRandomNatively } from "./natively.ts";

/** Programs in one C file. */
const together = 20;

export const fuzzPrograms: Fuzz = async ({ runs, seed }) => {
  const half = Math.ceil(runs / 2);
  if (native.problem !== undefined) console.log(`nothing runs natively: ${native.problem}`);
  for (const [kind, count] of [
    ["exact", half],
    ["smooth", runs - half],
  ] as const) {
    if (count === 0) continue;
    const { failed, errorInstance } = fc.check(
      fc.property(programs, (choices) => checkProgram(kind, choices)),
      { numRuns: count, seed },
    );
    if (failed) throw errorInstance;
    if (native.problem === undefined)
      await checkRandomNatively(kind, { runs: count, seed, together });
    console.log(`${count} ${kind} programs: no difference`);
  }
};
