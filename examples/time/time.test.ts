// The same, small, each against what is known of its problem.
import { threads } from "@nabla/autograd";
import { afterAll, beforeAll, expect, test } from "vitest";
import { playing } from "./cart-pole.ts";
import { reading } from "./character-lstm.ts";
import { fitted, truth } from "./lotka-volterra.ts";
import { unexplained } from "./state-space.ts";

// Waiting for each other, threads would slow down a machine that is busy with other tests.
const before = threads();
beforeAll(() => void threads(1));
afterAll(() => void threads(before));

test("rates are found within their error bars", () => {
  const { rates, errors } = fitted(20, 5);
  // Four numbers are all within three and a half deviations 998 times out of 1000.
  rates.forEach((rate, i) => {
    expect(Math.abs(rate - truth[i]!)).toBeLessThan(3.5 * errors[i]!);
    expect(errors[i]).toBeLessThan(0.05 * truth[i]!);
  });
});

test("a memory that keeps its state from window to window learns to read", () => {
  const options = { texts: 8, window: 25, windows: 40, features: 64, learningRate: 0.01 };
  const costs = [...reading(options)];
  // Knowing nothing costs log(37) = 3.61 nats a character; knowing how frequent each is, 2.9.
  expect(costs[0]).toBeGreaterThan(3.4);
  expect(costs.at(-1)).toBeLessThan(1.5);
});

test("a pole that is pushed at random falls soon, and later once pushing is learnt", () => {
  const pushes = [...playing({ episodes: 16, most: 60, steps: 25, learningRate: 0.01 })];
  expect(pushes[0]).toBeLessThan(32);
  expect(Math.max(...pushes.slice(-5))).toBeGreaterThan(45);
});

test("a layer of linear recurrences learns how a bell rings", () => {
  // It begins with more than all; a bell has one mode, for which there are four states.
  expect(unexplained(64, 4, 0)).toBeGreaterThan(0.5);
  expect(unexplained(64, 4, 80)).toBeLessThan(0.05);
});
