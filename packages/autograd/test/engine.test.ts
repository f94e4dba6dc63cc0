// Every way to run a graph gives the same: some random programs here, as many as one likes by `pnpm fuzz`.
import { compile, stack, type Tensor, tensor } from "@nabla/autograd";
import fc from "fast-check";
import { expect, test } from "vitest";
import { passNames } from "../src/engine/plan/plan.ts";
import { checkProgram } from "./engine.ts";
import { programs } from "./random-programs.ts";

test("exact programs give the same bits on every back end, however they are planned", () => {
  fc.assert(
    fc.property(programs, (choices) => checkProgram("exact", choices)),
    { numRuns: 5 },
  );
});

test("smooth programs give nearly the same on every back end", () => {
  fc.assert(
    fc.property(programs, (choices) => checkProgram("smooth", choices)),
    { numRuns: 5 },
  );
});

test("each pass can be left out by its name", () => {
  expect(passNames).toEqual(["foldConstants", "simplify", "mergeCommon", "fuse"]);
});

test("what differs in a number alone stays apart: NaN, infinities and the sign of zero", () => {
  const numbers = [
    ...[0, -0, 1, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ...[Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 53, 2 ** 53 - 1],
  ];
  const x = tensor([1], { dtype: "float64" });
  const padded = (y: Tensor) =>
    stack(numbers.map((value) => y.pad([[0, 1]], value).slice(0, 1, 2))).flatten();
  for (const f of [padded, compile(padded)]) {
    const found = [...f(x).dataSync()];
    expect(found.map((value, i) => Object.is(value, numbers[i]))).toEqual(numbers.map(() => true));
  }
});
