// What the page's address says of what was chosen on it.
import fc from "fast-check";
import { expect, test } from "vitest";
import { choicesIn, searchOf, sourceIn } from "../page/src/address.ts";
import type { Choices } from "../page/src/choices.ts";

const usual: Choices = {
  hidden: [16, 16],
  activation: "sigmoid",
  batchSize: 100,
  learningRate: 3,
  seed: 0,
  examples: 3000,
  careful: true,
};

test("an address gives back what was chosen, and nothing where all is as usual", () => {
  expect(searchOf(usual, { kind: "examples", from: 0, count: 1 }, usual)).toBe("");
  const choices = fc.record<Choices>({
    hidden: fc.constantFrom([], [30], [64, 32]),
    activation: fc.constantFrom("sigmoid", "tanh", "relu"),
    batchSize: fc.integer({ min: 1, max: 1000 }),
    learningRate: fc.double({ min: 0.001, max: 100, noNaN: true }),
    seed: fc.maxSafeNat(),
    examples: fc.constantFrom(1000, 3000, 60_000),
    careful: fc.boolean(),
  });
  fc.assert(
    fc.property(choices, fc.integer({ min: 0, max: 23 }), (chosen, from) => {
      const source = { kind: "examples", from, count: 1 } as const;
      const search = searchOf(chosen, source, usual);
      expect(choicesIn(search, usual)).toEqual(chosen);
      expect(sourceIn(search)).toEqual(source);
    }),
    { numRuns: 50 },
  );
});

test.each([
  "?hidden=16,-1",
  "?hidden=1e9",
  "?hidden=",
  "?activation=sine",
  "?batch=0",
  "?rate=NaN",
  "?rate=1000",
  "?seed=-1",
  "?examples=17",
  "?careful=perhaps",
])("what cannot be chosen is not taken from an address: %s", (search) => {
  expect(choicesIn(search, usual)).toEqual(usual);
});
