import {
  arange,
  compile,
  full,
  grad,
  oneHot,
  ones,
  random,
  setBackend,
  type Tensor,
  tensor,
  zeros,
} from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import {
  type Augmentation,
  augment,
  colorJitter,
  crop,
  cutMix,
  cutOut,
  gaussianNoise,
  mixUp,
  randomAffine,
  randomCrop,
  randomFlip,
  randomResizedCrop,
  sometimes,
} from "@nabla/images";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { symmetricBeta } from "../src/augment/mixing.ts";

// Small graphs, of which each would be planned; fixtures.test.ts has all functions on the other back end.
beforeAll(() => setBackend("reference"));
afterAll(() => setBackend("wasm"));

const steps: Readonly<Record<string, Augmentation>> = {
  randomFlip: randomFlip({ vertical: 0.5 }),
  randomCrop: randomCrop([4, 5], { padding: 2 }),
  randomResizedCrop: randomResizedCrop([4, 3]),
  randomAffine: randomAffine({ degrees: 30, scale: [0.8, 1.2], translate: [0.1, 0.1] }),
  cutOut: cutOut([3, 2], { fill: 0.5 }),
  colorJitter: colorJitter({ brightness: 0.4, contrast: 0.4, saturation: [0.5, 1.5], hue: 0.1 }),
  gaussianNoise: gaussianNoise(0.1),
  sometimes: sometimes(0.5, (image) => image.mul(0.5)),
};
const images = random.uniform([6, 3, 6, 7], { seed: 1, dtype: "float64" });
const correlation = (pairs: readonly (readonly [number, number])[]): number => {
  const meanOf = (f: (pair: readonly [number, number]) => number): number =>
    pairs.reduce((sum, pair) => sum + f(pair), 0) / pairs.length;
  const [a, b] = [meanOf(([x]) => x), meanOf(([, y]) => y)];
  const both = meanOf(([x, y]) => (x - a) * (y - b));
  return both / Math.sqrt(meanOf(([x]) => (x - a) ** 2) * meanOf(([, y]) => (y - b) ** 2));
};
const numbers = (x: Tensor): number[] => [...x.dataSync()];

describe.each(Object.entries(steps))("%s", (_, step) => {
  const f = augment(step);

  test("keys decide: the same one gives the same, another one another, and each image its own", () => {
    const [a, b, other] = [f(images, 7), f(images, random.key(7)), f(images, 8)];
    expect(numbers(a)).toEqual(numbers(b));
    expect(numbers(a)).not.toEqual(numbers(other));
    expect(a.dtype).toBe("float64");
    const alike = f(images.at(0).expandDims(0).repeat(6, 0), 9);
    const first = numbers(alike.at(0));
    expect(alike.shape[0]).toBe(6);
    expect([1, 2, 3, 4, 5].some((i) => String(numbers(alike.at(i))) !== String(first))).toBe(true);
  });

  test("compiled it is the same, and draws anew at each call without a key", () => {
    setBackend("wasm");
    const keyed = compile((x: Tensor, key: Tensor): Tensor => f(x, key));
    expectClose(keyed(images, random.key(7)), f(images, 7), {
      relativeTolerance: 1e-9,
      absoluteTolerance: 1e-9,
    });
    const fresh = compile((x: Tensor): Tensor => f(x));
    const results = Array.from({ length: 4 }, () => String(numbers(fresh(images))));
    expect(new Set(results).size).toBeGreaterThan(1);
    setBackend("reference");
  });

  test("gradients go through it", () => {
    const g = grad((x: Tensor): Tensor => f(x, 3).sum())(images);
    expect(numbers(g).every(Number.isFinite)).toBe(true);
    expect(numbers(g).some((x) => x !== 0)).toBe(true);
  });
});

describe("what steps do", () => {
  test("flips are as frequent as said", () => {
    const x = tensor([[[0, 1]]])
      .expandDims(0)
      .repeat(2000, 0);
    const count = augment(randomFlip({ horizontal: 0.3 }))(x, 5)
      .slice(-1, 0, 1)
      .sum()
      .itemSync();
    // 600, and five standard deviations of 20.5.
    expect(Math.abs(count - 600)).toBeLessThan(103);
    expect(
      numbers(augment(randomFlip({ horizontal: 0, vertical: 1 }))(arange(6).reshape([1, 3, 2]))),
    ).toEqual([4, 5, 2, 3, 0, 1]);
  });

  test("crops are crops of the padded image, and all of them occur", () => {
    const image = arange(1, 10).reshape([1, 3, 3]);
    const padded = image.pad([
      [0, 0],
      [1, 1],
      [1, 1],
    ]);
    const all = new Set<string>();
    for (let top = 0; top < 4; top++) {
      for (let left = 0; left < 4; left++) {
        all.add(String(numbers(crop(padded, { top, left, height: 2, width: 2 }))));
      }
    }
    const crops = augment(randomCrop([2, 2], { padding: 1 }))(
      image.expandDims(0).repeat(300, 0),
      4,
    );
    const seen = new Set(
      Array.from({ length: 300 }, (_, i) => String(numbers(crops).slice(4 * i, 4 * i + 4))),
    );
    expect([...seen].filter((one) => !all.has(one))).toEqual([]);
    expect(seen.size).toBe(16);
  });

  test("a cut-out covers its rectangle, less at borders", () => {
    const covered = augment(cutOut([3, 2]))(ones([200, 2, 6, 5]), 2)
      .equal(0)
      .sum([2, 3]);
    const counts = covered.arraySync() as number[][];
    expect(counts.every(([a, b]) => a === b)).toBe(true);
    // 3 x 2 pixels; at borders 2 x 2, 3 x 1 and 2 x 1.
    expect([...new Set(counts.map(([a]) => a!))].sort((a, b) => a - b)).toEqual([2, 3, 4, 6]);
  });

  test("the whole image, resized, where area and form leave no choice", () => {
    const step = randomResizedCrop([6, 7], { area: [1, 1], aspect: [7 / 6, 7 / 6] });
    expectClose(augment(step)(images, 3), images, {
      relativeTolerance: 1e-5,
      absoluteTolerance: 1e-5,
    });
  });

  test("steps are done in turn, with draws of their own", () => {
    const f = augment(
      (x) => x.add(1),
      (x) => x.mul(2),
      (x, key) => x.add(random.uniform([], { seed: key })),
    );
    const y = numbers(f(zeros([2, 1, 1, 1]), 1));
    expect(y.every((one) => one >= 2 && one < 3)).toBe(true);
    expect(y[0]).not.toBe(y[1]);
    const twice = augment(
      (_, key) => random.uniform([1, 1, 1], { seed: key }),
      (x, key) => x.sub(random.uniform([], { seed: key })),
    );
    expect(numbers(twice(zeros([1, 1, 1]), 1))[0]).not.toBe(0);
  });

  test("what does not fit is refused", () => {
    expect(() => augment("flip" as never)).toThrow(
      'augment: step 0 is "flip", expected a function of an image and a key, such as randomFlip()',
    );
    expect(() => augment(randomFlip())(zeros([2, 2]))).toThrow(
      "augment: expects [examples, channels, height, width] or one image, got [2, 2]",
    );
    expect(() => augment(randomFlip())(zeros([1, 2, 2], { dtype: "uint8" }))).toThrow(
      "augment: the image is uint8, expected fractions; toFloat(x) gives them",
    );
    expect(() => augment((x) => x.sum())(zeros([1, 2, 2]))).toThrow(
      "augment: step 0 gave [], expected",
    );
    expect(() => augment(() => 3 as never)(zeros([1, 2, 2]))).toThrow(
      "augment: the result of step 0 is 3",
    );
    expect(() => augment(randomCrop([3, 3]))(zeros([1, 2, 2]))).toThrow(
      "randomCrop: [3, 3] is not inside of the image, [1, 2, 2]",
    );
    expect(() => randomFlip({ horizontal: 1.5 })).toThrow(
      "randomFlip: horizontal is 1.5, expected 0 to 1",
    );
    expect(() => randomFlip({ horisontal: 1 } as never)).toThrow('there is no option "horisontal"');
    expect(() => randomAffine({ degrees: [30, -30] })).toThrow(
      "randomAffine: degrees is [30, -30], expected a finite number, 0 or more, or [from, to]",
    );
    expect(() => randomResizedCrop([2, 2], { area: [0, 1] })).toThrow(
      "randomResizedCrop: area is [0, 1]",
    );
    expect(() => colorJitter({ hue: Number.NaN })).toThrow("colorJitter: hue is NaN");
    expect(() => gaussianNoise(-1)).toThrow(
      "gaussianNoise: standardDeviation is -1, expected a finite number, 0 or more",
    );
    expect(() => cutOut(0)).toThrow("cutOut: size is 0");
    expect(() => sometimes(2, randomFlip())).toThrow("sometimes: probability is 2");
    expect(() => augment(sometimes(1, randomCrop([1, 1])))(zeros([1, 2, 2]))).toThrow(
      "sometimes: the step gave [1, 1, 1], expected [1, 2, 2] as before",
    );
  });
});

describe("mixtures", () => {
  const examples = 400;
  const classes = arange(0, examples, 1, { dtype: "int32" }).mod(4);
  const labels = oneHot(classes, 4, { dtype: "float64" });
  const flat = classes
    .cast("float64")
    .reshape([examples, 1, 1, 1])
    .add(zeros([1, 1, 4, 5]));
  /** What an image of its class's number should be by its label. */
  const byLabel = (mixed: Tensor): Tensor => mixed.matmul(arange(0, 4, 1, { dtype: "float64" }));
  const close = { relativeTolerance: 1e-12, absoluteTolerance: 1e-12 };

  test("labels are mixed as images are", () => {
    for (const mix of [mixUp, cutMix]) {
      const { images: mixed, labels: shares } = mix(flat, labels, { key: 3 });
      expectClose(byLabel(shares), mixed.mean([1, 2, 3]), close);
      expectClose(shares.sum(1), ones([examples], { dtype: "float64" }), close);
      expect(new Set(numbers(shares)).size).toBeGreaterThan(10);
    }
    const whole = cutMix(flat, labels, { key: 3 }).images;
    expect(numbers(whole).every(Number.isInteger)).toBe(true);
  });

  test("shares are Beta's: mean 1/2 and variance 1 / (8 alpha + 4)", () => {
    for (const alpha of [0.1, 0.4, 1, 3]) {
      const shares = numbers(symmetricBeta(4000, alpha, random.key(11), "float32"));
      const mean = shares.reduce((sum, one) => sum + one, 0) / shares.length;
      const variance = shares.reduce((sum, one) => sum + (one - mean) ** 2, 0) / shares.length;
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.04);
      expect(Math.abs(variance - 1 / (8 * alpha + 4))).toBeLessThan(0.02);
      expect(shares.every((one) => one >= 0 && one <= 1)).toBe(true);
    }
  });

  test("where a rectangle lies does not depend on how large it is", () => {
    const count = 1000;
    const [width, other] = [8, arange(1, count + 1)];
    const lines = other.reshape([count, 1, 1, 1]).broadcastTo([count, 1, width, width]);
    const changed = cutMix(lines, ones([count, 1]), { key: 3 })
      .images.notEqual(lines)
      .cast("float64");
    for (const axis of [2, 3]) {
      const shape = [1, 1, 1, 1].with(axis, width);
      const middles = numbers(
        changed
          .mul(arange(0, width).add(0.5).reshape(shape))
          .sum([1, 2, 3])
          .div(changed.sum([1, 2, 3])),
      );
      // How far from one half: the shares' spread.
      const spreads = numbers(changed.mean([1, 2, 3]).sub(0.5).abs());
      const seen = middles.flatMap((middle, i) =>
        Number.isNaN(middle) || spreads[i] === 0.5 ? [] : [[middle, spreads[i]!] as const],
      );
      expect(seen.length).toBeGreaterThan(800);
      // A standard deviation is 0.035.
      expect(Math.abs(correlation(seen))).toBeLessThan(0.14);
    }
  });

  test("keys decide, also compiled", () => {
    setBackend("wasm");
    for (const mix of [mixUp, cutMix]) {
      const f = (x: Tensor, key: Tensor): Tensor => mix(x, labels, { key, alpha: 0.5 }).images;
      expectClose(compile(f)(flat, random.key(5)), f(flat, random.key(5)), close);
      expect(numbers(f(flat, random.key(5)))).not.toEqual(numbers(f(flat, random.key(6))));
    }
    setBackend("reference");
  });

  test("what does not fit is refused", () => {
    expect(() => mixUp(flat, classes)).toThrow(
      "mixUp: labels are int32, expected shares of classes: oneHot(labels, classes)",
    );
    expect(() => mixUp(flat, labels.slice(0, 0, 3))).toThrow(
      "mixUp: expects as many images as labels, got [400, 1, 4, 5] and labels [3, 4]",
    );
    expect(() => mixUp(flat, labels, { alpha: 0 })).toThrow(
      "mixUp: alpha is 0, expected a positive finite number",
    );
    expect(() => cutMix(full([2, 3], 1), labels)).toThrow(
      "cutMix: expects [..., examples, channels, height, width]",
    );
    expect(() => mixUp(flat.cast("uint8"), labels)).toThrow("mixUp: the image is uint8");
  });
});
