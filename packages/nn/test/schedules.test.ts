import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  cosineDecay,
  exponentialDecay,
  linear,
  oneCycle,
  rateAt,
  stepDecay,
  warmup,
} from "../src/schedules.ts";

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

test("one cycle gives the rates of PyTorch's OneCycleLR", () => {
  // OneCycleLR(optimizer, max_lr=0.1, total_steps=11, pct_start=6 / 11): torch counts to the step
  // before the last, so that this is a top in the middle of ten steps.
  const rate = oneCycle({ most: 0.1, steps: 10, rise: 0.5 });
  const theirs = [
    0.004, 0.013167184270002533, 0.037167184270002526, 0.06683281572999747, 0.09083281572999748,
    0.1, 0.0904508879153485, 0.0654509879153485, 0.03454941208465151, 0.009549512084651508, 4e-7,
  ];
  theirs.forEach((expected, step) => expect(rate(step)).toBeCloseTo(expected, 14));
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
