// Every way to run a graph gives the same: 200 random programs here, as many as one likes by `pnpm fuzz`.
import fc from "fast-check";
import { expect, test } from "vitest";
import { passNames } from "../src/engine/plan/plan.ts";
import { checkProgram } from "./engine.ts";
import { programs } from "./random-programs.ts";

test("exact programs give the same bits on every back end, however they are planned", () => {
  fc.assert(
    fc.property(programs, (choices) => checkProgram("exact", choices)),
    { numRuns: 100 },
  );
});

test("smooth programs give nearly the same on every back end", () => {
  fc.assert(
    fc.property(programs, (choices) => checkProgram("smooth", choices)),
    { numRuns: 100 },
  );
});

test("each pass can be left out by its name", () => {
  expect(passNames).toEqual(["foldConstants", "simplify", "mergeCommon", "fuse"]);
});
