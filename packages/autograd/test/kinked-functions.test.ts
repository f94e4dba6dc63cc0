// Functions composed at random, at their kinks; as many as one likes: `pnpm fuzz functions`.

import { backend, setBackend } from "@nabla/autograd";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { chains, checkChain, checkKinked, kinkedFunctions } from "./kinked-functions.ts";

const own = backend();
afterEach(() => {
  setBackend(own);
});

test("derivatives of chains of functions follow the conventions at kinks and infinities", () => {
  const numRuns = own === "reference" ? 300 : 10;
  fc.assert(fc.property(chains, checkChain), { numRuns });
});

test("at kinks all ways to compute a function and its derivatives agree", () => {
  // Both back ends are compared: once is enough.
  const numRuns = own === "reference" ? 1 : 12;
  fc.assert(fc.property(kinkedFunctions, checkKinked), { numRuns });
  expect(backend()).toBe("wasm");
});
