import { readFileSync } from "node:fs";
import * as nn from "@nabla/nn";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as module from "../src/schedules.ts";
import {
  cosineDecay,
  exponentialDecay,
  linear,
  oneCycle,
  rateAt,
  type Schedule,
  stepDecay,
  warmup,
} from "../src/schedules.ts";

interface Fixtures {
  readonly cases: readonly {
    readonly name: string;
    readonly options: object;
    readonly rates: readonly number[];
  }[];
}

/** Made by scripts/fixtures/schedules.py. */
const file = new URL("fixtures/schedules.json", import.meta.url);
const fixtures = JSON.parse(readFileSync(file, "utf8")) as Fixtures;

const rates = fc.double({ min: 1e-6, max: 10, noNaN: true });
const counts = fc.integer({ min: 2, max: 1000 });

test("a line and a cosine begin and end where they should, stay between, and are even about the middle", () => {
  fc.assert(
    fc.property(rates, rates, counts, fc.nat(1000), (from, to, steps, at) => {
      const step = Math.min(at, steps);
      for (const rate of [linear({ from, to, steps }), cosineDecay({ from, to, steps })]) {
        expect(rate(0)).toBeCloseTo(from, 12);
        expect(rate(steps)).toBeCloseTo(to, 12);
        expect(rate(steps + at)).toBeCloseTo(to, 12);
        expect(rate(step) + rate(steps - step)).toBeCloseTo(from + to, 12);
        const [least, most] = [Math.min(from, to), Math.max(from, to)];
        expect(rate(step)).toBeGreaterThanOrEqual(least - 1e-12);
        expect(rate(step)).toBeLessThanOrEqual(most + 1e-12);
      }
    }),
    { numRuns: 50 },
  );
});

test("decays go by their factor", () => {
  const steps = stepDecay({ rate: 2, factor: 0.1, every: 3 });
  expect([0, 2, 3, 5, 6].map(steps)).toEqual([2, 2, 0.2, 0.2, expect.closeTo(0.02, 12)]);
  const exponential = exponentialDecay({ rate: 2, factor: 0.9 });
  expect([0, 1, 2].map(exponential)).toEqual([2, 1.8, expect.closeTo(1.62, 12)]);
});

const made: Readonly<Record<string, (options: never) => Schedule>> = {
  linear,
  stepDecay,
  exponentialDecay,
  cosineDecay,
  oneCycle,
  warmup: ({ steps, after }: { readonly steps: number; readonly after: { cosineDecay: never } }) =>
    warmup({ steps, after: cosineDecay(after.cosineDecay) }),
};

test("every schedule is among the fixtures", () => {
  const all = Object.keys(module).filter((name) => name in nn);
  expect(Object.keys(made).sort()).toEqual(all.sort());
  expect(fixtures.cases.map(({ name }) => name).sort()).toEqual(all.sort());
});

test.each(fixtures.cases)("$name gives the rates of PyTorch", ({ name, options, rates }) => {
  const rate = made[name]!(options as never);
  rates.forEach((expected, step) => expect(rate(step)).toBeCloseTo(expected, 14));
});

test("warming up ends where what follows begins, which then counts from 0", () => {
  const after = stepDecay({ rate: 3, factor: 0.5, every: 2 });
  const rate = warmup({ steps: 3, after });
  expect([0, 1, 2, 3, 4, 5].map(rate)).toEqual([1, 2, 3, 3, 3, 1.5]);
  expect([0, 1, 9].map(warmup({ steps: 2, after: 0.5 }))).toEqual([0.25, 0.5, 0.5]);
});

describe("options that make no sense are refused", () => {
  test.each([
    [
      () => linear({ from: -1, to: 1, steps: 1 }),
      "linear: from is -1, expected a number of 0 or more",
    ],
    [
      () => cosineDecay({ from: 1, steps: 0 }),
      "cosineDecay: steps is 0, expected a positive number of steps",
    ],
    [
      () => stepDecay({ rate: 1, factor: 0, every: 1 }),
      "stepDecay: factor is 0, expected a positive number",
    ],
    [
      () => exponentialDecay({ rate: Number.NaN, factor: 1 }),
      "exponentialDecay: rate is NaN, expected a number of 0 or more",
    ],
    [
      () => oneCycle({ most: 1, steps: 10, rise: 1 }),
      "oneCycle: rise is 1, expected a number between 0 and 1",
    ],
    [
      () => warmup({ steps: 1, after: 0 }),
      "warmup: learningRate is 0, expected a positive number or a schedule",
    ],
    [
      () => rateAt("sgd", () => Number.NaN, 3),
      "sgd: the schedule gives NaN at step 3, expected a number of 0 or more",
    ],
  ])("%#", (make, message) => expect(make).toThrow(message));
});
