// Functions composed at random: some hundred, most of them on the reference, where nothing is compiled; and
// of some all that transformations promise. As many as one likes: `pnpm fuzz`.
import { backend } from "@nabla/autograd";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  checkCompiled,
  checkDerivatives,
  checkTransformations,
  compiledFunctions,
  randomFunctions,
} from "./random-functions.ts";

/** On the reference in several rounds, so that none takes long where a machine is shared. */
const rounds = Array.from({ length: backend() === "reference" ? 3 : 1 }, (_, i) => i + 1);
const perRound = backend() === "reference" ? 20 : 5;

test.each(rounds)("gradients and second gradients agree with differences to 1e-6: %i", () => {
  fc.assert(fc.property(randomFunctions, checkDerivatives), { numRuns: perRound });
});

test("vmap, jvp, vjp, Jacobians and Hessians are what they are defined by, alone and together", () => {
  const numRuns = backend() === "reference" ? 10 : 3;
  fc.assert(fc.property(randomFunctions, checkTransformations), { numRuns });
});

test("transformations go through compiled functions, alone, in each other and in others", () => {
  const numRuns = backend() === "reference" ? 8 : 1;
  fc.assert(fc.property(compiledFunctions, checkCompiled), { numRuns });
});

test("a failure prints the function line by line, as short as it can be", () => {
  const isLong = fc.check(
    fc.property(randomFunctions, ({ lines }) => !lines.some((line) => line.includes("sin(x)"))),
    { numRuns: 1000, seed: 1 },
  );
  expect(isLong.counterexample?.[0].lines).toEqual(["t2 = sin(x) with x = t1, y = t1"]);
});
