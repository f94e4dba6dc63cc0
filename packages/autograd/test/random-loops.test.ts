// Random loops are what loops of the host are; `pnpm fuzz loops` tries more of them.
import { backend } from "@nabla/autograd";
import fc from "fast-check";
import { test } from "vitest";
import { checkLoop, randomLoops } from "./random-loops.ts";

test("random loops give the bits of loops that unroll, and their derivatives", () => {
  const numRuns = backend() === "reference" ? 8 : 2;
  fc.assert(fc.property(randomLoops, checkLoop), { numRuns });
});
