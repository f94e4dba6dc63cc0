// Random programs, run in every way that there is (packages/autograd/test/engine.ts).
import fc from "fast-check";
import { checkProgram } from "../../packages/autograd/test/engine.ts";
import { programs } from "../../packages/autograd/test/random-programs.ts";
import type { Fuzz } from "./fuzz.ts";

export const fuzzPrograms: Fuzz = ({ runs, seed }) => {
  const half = Math.ceil(runs / 2);
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
    console.log(`${count} ${kind} programs: no difference`);
  }
  return Promise.resolve();
};
