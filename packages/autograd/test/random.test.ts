import { manualSeed, random, tensor } from "@nabla/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { threefry } from "../src/ops/random.ts";
import { evaluateAll } from "../src/scalar/evaluate.ts";
import * as scalar from "../src/scalar/expression.ts";

// Random123's known answers (kat_vectors, threefry2x32 with 20 rounds).
const knownAnswers = [
  { key: [0, 0], counter: [0, 0], words: [0x6b200159, 0x99ba4efe] },
  { key: [-1, -1], counter: [-1, -1], words: [0x1cb996fc, 0xbb002be7] },
  {
    key: [0x13198a2e, 0x03707344],
    counter: [0x243f6a88, 0x85a308d3],
    words: [0xc4923a9c, 0x483df7a0],
  },
] as const;

test.each(knownAnswers)("Threefry of $counter under $key", ({ key, counter, words }) => {
  const input = (position: number) => scalar.input(position);
  const both = threefry([input(0), input(1)], [input(2), input(3)]);
  const inputs = [...key, ...counter].map((word) => Int32Array.of(word));
  const given = both.map((expression) => {
    const output = new Int32Array(1);
    evaluateAll(expression, inputs, ["int32", "int32", "int32", "int32"], output);
    return output[0]! >>> 0;
  });
  expect(given).toEqual(words);
});

/** Mean, and mean of squares. */
function moments(values: ArrayLike<number>): readonly [number, number] {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    sum += values[i]!;
    squares += values[i]! ** 2;
  }
  return [sum / values.length, squares / values.length];
}

/** The largest distance between the distribution of `values` and `cumulative`. */
function kolmogorovSmirnov(
  values: Float32Array | Float64Array,
  cumulative: (x: number) => number,
): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.reduce((worst, x, i) => {
    const wanted = cumulative(x);
    return Math.max(
      worst,
      Math.abs(wanted - i / sorted.length),
      Math.abs(wanted - (i + 1) / sorted.length),
    );
  }, 0);
}

const count = 100_000;
/** Passed by all but one of a million samples that have the distribution. */
const farthest = 2.7 / Math.sqrt(count);

describe("draws", () => {
  test("are the same for the same seed, and others for another", () => {
    const drawn = (seed: number) => random.normal([5], { seed }).arraySync();
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
    manualSeed(9);
    const first = [random.uniform([3]).arraySync(), random.uniform([3]).arraySync()];
    manualSeed(9);
    expect([random.uniform([3]).arraySync(), random.uniform([3]).arraySync()]).toEqual(first);
    expect(first[0]).not.toEqual(first[1]);
  });

  test("uniform ones fill their interval evenly", () => {
    const values = random
      .uniform([count], { low: -1, high: 3, seed: 5, dtype: "float64" })
      .dataSync();
    const distance = kolmogorovSmirnov(values as Float64Array, (x) => (x + 1) / 4);
    expect(distance).toBeLessThan(farthest);
    expect(Math.min(...values.slice(0, 1000))).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...values.slice(0, 1000))).toBeLessThan(3);
  });

  test("normal ones have the moments of the normal distribution", () => {
    const values = random.normal([count], { mean: 2, standardDeviation: 3, seed: 6 }).dataSync();
    const [mean, square] = moments(values);
    // Five standard deviations of each estimate.
    expect(Math.abs(mean - 2)).toBeLessThan((5 * 3) / Math.sqrt(count));
    expect(Math.abs(square - 4 - 9)).toBeLessThan(
      (5 * Math.sqrt(2 * 81 + 4 * 4 * 9)) / Math.sqrt(count),
    );
  });

  test("bernoulli ones are true as often as they should be", () => {
    const [mean] = moments(random.bernoulli([count], 0.3, { seed: 7 }).dataSync());
    expect(Math.abs(mean - 0.3)).toBeLessThan((5 * Math.sqrt(0.21)) / Math.sqrt(count));
  });

  test("a permutation has each number once", () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(), (n, seed) => {
        const drawn = [...random.permutation(n, { seed }).dataSync()];
        expect(drawn.toSorted((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
      { numRuns: 50 },
    );
  });

  test("whole numbers are within their bounds, and all occur", () => {
    const values = new Set(random.randint([1000], -2, 3, { seed: 1 }).dataSync());
    expect([...values].toSorted((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
  });

  test("are nodes like any other: one that is used twice is drawn once", () => {
    const x = random.uniform([4]);
    expect(x.sub(x).arraySync()).toEqual([0, 0, 0, 0]);
    expect(
      tensor([1])
        .add(x.slice(0, 0, 1))
        .itemSync(),
    ).toBeCloseTo(1 + x.arraySync()[0]!, 6);
  });
});
