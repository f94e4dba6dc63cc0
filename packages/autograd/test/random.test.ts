import {
  backend,
  compile,
  manualSeed,
  random,
  setBackend,
  type Tensor,
  tensor,
  vmap,
} from "@nabla/autograd";
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

const count = 20_000;
/** So many standard deviations lie between a statistic and its mean in one of a million samples. */
const deviations = 4.9;
/**
 * What the Kolmogorov-Smirnov distance exceeds in one of a million samples: 2 exp(-2 c^2) = 1e-6.
 */
const farthest = 2.7 / Math.sqrt(count);

/** The largest distance between the distribution of `values` and `cumulative`. */
function kolmogorovSmirnov(values: Iterable<number>, cumulative: (x: number) => number): number {
  const sorted = Float64Array.from(values).sort();
  let worst = 0;
  sorted.forEach((x, i) => {
    const wanted = cumulative(x);
    const [below, above] = [i / sorted.length, (i + 1) / sorted.length];
    worst = Math.max(worst, Math.abs(wanted - below), Math.abs(wanted - above));
  });
  return worst;
}

/**
 * The sum of (observed - expected)^2 / expected over equally probable outcomes 0 to `outcomes` - 1.
 */
function chiSquare(values: Iterable<number>, outcomes: number): number {
  const observed = new Float64Array(outcomes);
  let all = 0;
  for (const x of values) {
    observed[x] = observed[x]! + 1;
    all++;
  }
  const expected = all / outcomes;
  return observed.reduce((sum, x) => sum + (x - expected) ** 2 / expected, 0);
}

/** What it exceeds in one of a million samples: E. B. Wilson, M. M. Hilferty, 1931. */
function mostChiSquare(outcomes: number): number {
  const k = outcomes - 1;
  return k * (1 - 2 / (9 * k) + deviations * Math.sqrt(2 / (9 * k))) ** 3;
}

/** The distribution of normal numbers: G. Marsaglia, "Evaluating the normal distribution", 2004. */
function cumulativeNormal(x: number): number {
  if (Math.abs(x) > 8) return x > 0 ? 1 : 0;
  let [sum, term] = [x, x];
  for (let i = 3; sum !== sum + term; i += 2) sum += term *= (x * x) / i;
  return 0.5 + (sum * Math.exp(-(x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

/**
 * Expects the mean, and the mean of squares, to be within the deviations that the estimates have.
 */
function expectMoments(
  values: Iterable<number>,
  mean: number,
  variance: number,
  fourth: number,
): void {
  const xs = Float64Array.from(values, (x) => x - mean);
  const [first, second] = [1, 2].map((p) => xs.reduce((sum, x) => sum + x ** p, 0) / xs.length);
  const within = (spread: number) => deviations * Math.sqrt(spread / xs.length);
  expect(Math.abs(first!)).toBeLessThanOrEqual(within(variance));
  expect(Math.abs(second! - variance)).toBeLessThanOrEqual(within(fourth - variance ** 2));
}

/** Expects two lists to have nothing to do with each other: Pearson's coefficient. */
function expectUncorrelated(a: ArrayLike<number>, b: ArrayLike<number>, size = a.length): void {
  const mean = (x: ArrayLike<number>) => Array.from(x).reduce((sum, y) => sum + y, 0) / size;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < size; i++) {
    ab += (a[i]! - ma) * (b[i]! - mb);
    aa += (a[i]! - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
  }
  expect(Math.abs(ab / Math.sqrt(aa * bb))).toBeLessThanOrEqual(deviations / Math.sqrt(size));
}

describe("distributions", () => {
  test.each(["float32", "float64"] as const)("uniform, %s", (dtype) => {
    const values = random.uniform([count], { low: -1, high: 3, seed: 5, dtype }).dataSync();
    expect(kolmogorovSmirnov(values, (x) => (x + 1) / 4)).toBeLessThanOrEqual(farthest);
    expectMoments(values, 1, 16 / 12, 256 / 80);
    expect(values.every((x) => x >= -1 && x < 3)).toBe(true);
    expectUncorrelated(values, values.slice(1), count - 1);
  });

  test.each(["float32", "float64"] as const)("normal, %s", (dtype) => {
    const options = { mean: 2, standardDeviation: 3, seed: 6, dtype };
    const values = random.normal([count], options).dataSync();
    const distance = kolmogorovSmirnov(values, (x) => cumulativeNormal((x - 2) / 3));
    expect(distance).toBeLessThanOrEqual(farthest);
    expectMoments(values, 2, 9, 3 * 81);
    expectUncorrelated(values, values.slice(1), count - 1);
  });

  test("bernoulli", () => {
    const values = random.bernoulli([count], 0.3, { seed: 7 }).dataSync();
    const [p, q] = [0.3, 0.7];
    expectMoments(values, p, p * q, p * q * (p ** 3 + q ** 3));
    expect(random.bernoulli([99], 0, { seed: 1 }).any().itemSync()).toBe(0);
    expect(random.bernoulli([99], 1, { seed: 1 }).all().itemSync()).toBe(1);
  });

  test.each([2 ** -10, 2 ** -14, 1 - 2 ** -10, 1 - 2 ** -14])(
    "bernoulli of a probability near 0 or 1: %f",
    (p) => {
      const values = random.bernoulli([count], p, { seed: 8 }).dataSync();
      const q = 1 - p;
      expectMoments(values, p, p * q, p * q * (p ** 3 + q ** 3));
    },
  );

  test.skipIf(backend() === "reference")("bernoulli knows probabilities below 2^-24", () => {
    const hits = (p: number) => random.bernoulli([4_000_000], p, { seed: 1 }).sum().itemSync();
    // Of this seed one draw begins with 24 zeros.
    expect(hits(2 ** -24)).toBe(1);
    expect(hits(1e-10)).toBe(0);
  });

  test("uniform never reaches its end, whatever the bounds", () => {
    const bound = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, 1, 1000, 2 ** 53, -(2 ** 53), 1e-45, -1e-45, 3.4e38, -3.4e38),
    );
    const width = fc.constantFrom(0, 2 ** -50, 2 ** -24, 1, 3, 1e9);
    fc.assert(
      fc.property(bound, width, fc.boolean(), fc.integer(), (low, wide, isSingle, seed) => {
        const [dtype, round] = isSingle
          ? (["float32", Math.fround] as const)
          : (["float64", Number] as const);
        const high = low + wide;
        if (!Number.isFinite(round(low)) || !Number.isFinite(round(high))) return;
        const values = random.uniform([2000], { low, high, seed, dtype }).dataSync();
        const isEmpty = round(low) === round(high);
        const isRight = (x: number): boolean =>
          isEmpty ? x === round(low) : x >= round(low) && x < round(high);
        expect([...values].find((x) => !isRight(x))).toBeUndefined();
      }),
    );
    const values = random.uniform([200_000], { low: 1000, high: 1001, seed: 1 });
    expect(values.greaterEqual(1001).any().itemSync()).toBe(0);
    const wide = random.uniform([count], { low: -3e38, high: 3e38, seed: 1 }).dataSync();
    expect(kolmogorovSmirnov(wide, (x) => (x + 3e38) / 6e38)).toBeLessThanOrEqual(farthest);
  });

  test("bounds and dtypes that make no sense are errors, and draw nothing", () => {
    const before = random.state();
    const uniform = (low: number, high = 1) => random.uniform([2], { low, high });
    expect(() => uniform(2)).toThrow("random.uniform: low is 2, expected at most high, 1");
    expect(() => uniform(NaN)).toThrow("random.uniform: low is NaN, expected a finite number");
    expect(() => uniform(0, 1e39)).toThrow("high is 1e+39, expected a finite number of float32");
    expect(() => random.normal([2], { standardDeviation: -1 })).toThrow(
      "random.normal: standardDeviation is -1, expected a number that is not negative",
    );
    expect(() => random.normal([2], { mean: Infinity })).toThrow("random.normal: mean is Infinity");
    expect(() => random.randint([2], 250, 260, { dtype: "uint8" })).toThrow(
      "random.randint: uint8 does not hold the numbers from 250 to 259",
    );
    expect(() => random.randint([2], 0, 2 ** 30, { dtype: "float32" })).toThrow("does not hold");
    expect(random.randint([2], 255, 256, { dtype: "uint8", seed: 1 }).arraySync()).toEqual([
      255, 255,
    ]);
    expect(() => random.permutation(257, { dtype: "uint8" })).toThrow(
      "random.permutation: uint8 does not hold the numbers from 0 to 256",
    );
    expect(() => random.uniform([2], null as never)).toThrow("random.uniform: options are null");
    expect(random.state()).toEqual(before);
  });

  test.each([
    [-2, 5],
    [0, 97],
  ] as const)("whole numbers from %i to %i", (low, high) => {
    const values = random.randint([count], low, high, { seed: 1 }).dataSync();
    const size = high - low;
    const shifted = Array.from(values, (x) => x - low);
    expect(chiSquare(shifted, size)).toBeLessThanOrEqual(mostChiSquare(size));
    const variance = (size ** 2 - 1) / 12;
    const fourth = (variance * (3 * size ** 2 - 7)) / 20;
    expectMoments(shifted, (size - 1) / 2, variance, fourth);
  });

  test("whole numbers of all 32 bits", () => {
    const values = random.randint([count], -(2 ** 31), 2 ** 31, { seed: 2 }).dataSync();
    const distance = kolmogorovSmirnov(values, (x) => (x + 2 ** 31) / 2 ** 32);
    expect(distance).toBeLessThanOrEqual(farthest);
  });

  test("permutations: each of the 24 of 4 as often as the others", () => {
    const all = vmap((seed: Tensor) => random.permutation(4, { seed }))(random.split(3, count));
    // Each as one number: its digits to the base of 4.
    const codes = all.matmul(tensor([64, 16, 4, 1])).dataSync();
    const known = [...new Set(codes)].sort((a, b) => a - b);
    expect(known).toHaveLength(24);
    const values = Array.from(codes, (code) => known.indexOf(code));
    expect(chiSquare(values, 24)).toBeLessThanOrEqual(mostChiSquare(24));
  });

  test("a permutation has each number once", () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(), (n, seed) => {
        const drawn = [...random.permutation(n, { seed }).dataSync()];
        expect(drawn.toSorted((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
      { numRuns: 30 },
    );
  });
});

/** One of each, with what draws them. */
const draws: Readonly<Record<string, (seed: number | Tensor) => Tensor>> = {
  uniform: (seed) => random.uniform([1000], { seed, low: -0.7, high: 1.9 }),
  "uniform, float64": (seed) => random.uniform([1000], { seed, dtype: "float64" }),
  normal: (seed) => random.normal([1000], { seed, mean: 0.3, standardDeviation: 1.7 }),
  "normal, float64": (seed) => random.normal([1000], { seed, dtype: "float64" }),
  bernoulli: (seed) => random.bernoulli([1000], 0.3, { seed }),
  permutation: (seed) => random.permutation(1000, { seed }),
  randint: (seed) => random.randint([1000], -5, 9, { seed }),
};

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

  test.each(Object.entries(draws))("%s: the same on every back end, compiled or not", (_, draw) => {
    const own = backend();
    const values = (["wasm", "reference"] as const).flatMap((name) => {
      setBackend(name);
      return [draw(7), draw(random.key(7)), compile(draw)(random.key(7))].map((x) => x.dataSync());
    });
    setBackend(own);
    for (const other of values.slice(1)) expect(other).toEqual(values[0]);
  });

  test("of different kinds have nothing to do with each other, by the same seed", () => {
    // Of each what stands for its bits: a permutation's are those whose order it is.
    const orderOf = (seed: number) => {
      const ranks = new Float64Array(count);
      random
        .permutation(count, { seed })
        .dataSync()
        .forEach((from, to) => {
          ranks[from] = to;
        });
      return ranks;
    };
    const kinds: readonly ((seed: number) => ArrayLike<number>)[] = [
      (seed) => random.uniform([count], { seed }).dataSync(),
      (seed) => random.normal([count], { seed }).dataSync(),
      // The size is what their radius and their direction make together; the sign hides the radius.
      (seed) => random.normal([count], { seed }).abs().dataSync(),
      (seed) => random.bernoulli([count], 0.5, { seed }).dataSync(),
      (seed) => random.randint([count], 0, 1000, { seed }).dataSync(),
      orderOf,
    ];
    for (const seed of [0, 1, 10]) {
      const drawn = kinds.map((kind) => kind(seed));
      expect(drawn.every((values) => values.length === count)).toBe(true);
      for (const [i, a] of drawn.entries()) {
        for (const [j, b] of drawn.entries()) {
          // Normal numbers and their own size are of one kind.
          const areOfOne = i === j || (i === 1 && j === 2);
          if (j >= i && !areOfOne) expectUncorrelated(a, b);
        }
      }
    }
  });

  test("go on from a state as they went on then, with other draws and seeds between", () => {
    manualSeed(2 ** 40 + 3);
    random.normal([2]);
    const state = JSON.parse(JSON.stringify(random.state())) as ReturnType<typeof random.state>;
    const drawn = () => [random.uniform([3]).arraySync(), random.permutation(9).arraySync()];
    const first = drawn();
    manualSeed(1);
    drawn();
    random.restore(state);
    expect(drawn()).toEqual(first);
    expect(random.state()).toEqual({ seed: 2 ** 40 + 3, draws: 3 });
  });

  test("go on from no state that cannot be", () => {
    const before = random.state();
    expect(() => random.restore({ seed: 0.5, draws: 0 })).toThrow(
      "random.restore: the seed is 0.5, expected an integer",
    );
    expect(() => random.restore({ seed: 0, draws: -1 })).toThrow(
      "random.restore: draws is -1, expected a non-negative integer",
    );
    expect(random.state()).toEqual(before);
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

describe("keys", () => {
  test("that are made of one have nothing to do with each other, or with it", () => {
    const parent = random.key(11);
    const keys = [parent, ...random.split(parent, 3), ...random.split(random.split(parent).at(0))];
    const streams = keys.map((seed) => random.uniform([count], { seed }).dataSync());
    streams.forEach((a, i) => {
      expect(kolmogorovSmirnov(a, (x) => x)).toBeLessThanOrEqual(farthest);
      streams.slice(i + 1).forEach((b) => expectUncorrelated(a, b));
    });
  });

  test("folded of one and of numbers are all different, and not those that it splits into", () => {
    const folded = (seed: number) =>
      [0, 1, 2, 3, 2 ** 31 - 1, -1].map((number) =>
        String(random.foldIn(seed, number).arraySync()),
      );
    const all = [0, 1, 2, 3].flatMap(folded);
    const split = [0, 1, 2, 3].flatMap((seed) => random.split(seed, 4).arraySync().map(String));
    expect(new Set([...all, ...split]).size).toBe(all.length + split.length);
    expect(folded(1)).toEqual(folded(1));
    const streams = [random.key(3), random.foldIn(3, 1), random.foldIn(3, 2), random.foldIn(4, 1)];
    const drawn = streams.map((seed) => random.uniform([count], { seed }).dataSync());
    drawn.forEach((a, i) => drawn.slice(i + 1).forEach((b) => expectUncorrelated(a, b)));
  });

  test("are not what their parent draws", () => {
    const words = random.split(4, 100).dataSync();
    const drawn = random
      .uniform([200], { seed: 4 })
      .mul(2 ** 24)
      .dataSync();
    const starts = Array.from(words, (word) => word >>> 8);
    expect(Array.from(drawn).filter((start) => starts.includes(start))).toEqual([]);
  });

  test("are as many as are asked for, all different, and the first ones do not depend on how many", () => {
    const keys = random.split(5, 1000);
    expect([keys.shape, keys.dtype]).toEqual([[1000, 2], "int32"]);
    expect(new Set(keys.arraySync().map(String)).size).toBe(1000);
    expect(random.split(5).arraySync()).toEqual(keys.slice(0, 0, 2).arraySync());
    expect(random.split(random.key(5)).arraySync()).toEqual(random.split(5).arraySync());
  });

  test("first draws by many keys are as evenly spread as many draws by one", () => {
    const firsts = vmap((seed: Tensor) => random.uniform([], { seed }))(random.split(2, count));
    expect(kolmogorovSmirnov(firsts.dataSync(), (x) => x)).toBeLessThanOrEqual(farthest);
  });

  test("are data to a compiled function; without a seed one is drawn by each of its calls", () => {
    let traces = 0;
    const draw = compile((seed: Tensor) => {
      traces++;
      return random.uniform([3], { seed });
    });
    const [a, b] = [...random.split(1)].map((key) => draw(key).arraySync());
    expect(a).not.toEqual(b);
    expect(traces).toBe(1);
    const own = compile(() => random.uniform([3], { seed: random.key() }));
    expect(own().arraySync()).not.toEqual(own().arraySync());
  });

  test("anything else is refused", () => {
    expect(() => random.normal([2], { seed: tensor([1, 2]) })).toThrow(
      "random.normal: the key is float32, expected int32 [2], as random.key and random.split give it",
    );
    expect(() => random.uniform([2], { seed: random.split(1) })).toThrow(
      "random.uniform: the key is [2, 2], expected int32 [2], as random.key and random.split give it",
    );
    expect(() => random.split(1, -1)).toThrow(
      "random.split: count is -1, expected a non-negative integer",
    );
    expect(() => random.foldIn(1, 2 ** 31)).toThrow(
      "random.foldIn: the number is 2147483648, expected an integer of 32 bits",
    );
    expect(() => random.key(0.5)).toThrow("random.key: the seed is 0.5, expected an integer");
  });
});
