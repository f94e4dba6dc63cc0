// Each program against what is known of its problem.
import { expect, test } from "vitest";

test("clipping each example's gradient keeps points that are far off from pulling the line away", async () => {
  const { plain, robust } = await import("./per-example-clipping.ts");
  expect(plain).toBeGreaterThan(1);
  // Points at random are the line's own uncertainty: 0.05 / sqrt(200), and a tenth of the bound for
  // those far off.
  expect(robust).toBeLessThan(0.03);
});

test("Newton's method ends at the minimum, each step with twice the digits", async () => {
  const { errors } = await import("./newton.ts");
  expect(errors.at(-1)).toBeLessThan(1e-12);
  const [before, after] = errors.slice(-3) as [number, number];
  // The constant depends on third derivatives at the minimum; it is below 1 here.
  expect(after).toBeLessThan(before ** 2);
});

test("three methods go through Rosenbrock's valley in fewer than 50 evaluations", async () => {
  const { minima } = await import("./rosenbrock.ts");
  expect(minima).toHaveLength(3);
  for (const { x, evaluations, converged } of minima) {
    expect(converged).toBe(true);
    expect(evaluations).toBeLessThan(50);
    expect(Math.hypot(x.x.itemSync() - 1, x.y.itemSync() - 1)).toBeLessThan(1e-4);
  }
});

test("a network that is taught u'' = -u has learnt the sine", async () => {
  const { error, evaluations } = await import("./physics-informed.ts");
  expect(error).toBeLessThan(0.001);
  expect(evaluations).toBeLessThan(400);
});

test("implicit derivatives of Kepler's equation are the known ones, the second too", async () => {
  const { errors } = await import("./implicit.ts");
  // Some roundings of numbers around 1.
  for (const error of errors) expect(error).toBeLessThan(1e-14);
});

test("a Gaussian process learns how noisy its measurements are, and the function", async () => {
  const { error, learntNoise } = await import("./gaussian-process.ts");
  // The spread of an estimate from 40 measurements is about a ninth of it; this is two of them.
  expect(Math.abs(learntNoise - 0.1)).toBeLessThan(0.025);
  // Twice the noise, less than which three measurements around a point leave.
  expect(error).toBeLessThan(0.2);
});
