// Draws follow their distributions: Kolmogorov-Smirnov and chi-square tests of fixed seeds, against cumulative
// probabilities that fixtures.test.ts compares with SciPy's.
import {
  backend,
  compile,
  random,
  realize,
  scan,
  setBackend,
  type Tensor,
  tensor,
  vmap,
} from "@nabla/autograd";
import { expect, test } from "vitest";
import { continuous, discrete } from "./families.ts";

const draws = 4000;

test("draws of each continuous family pass a Kolmogorov-Smirnov test", () => {
  const failed: string[] = [];
  const tested = Object.entries(continuous).map(([name, d]) => {
    return [name, d.cdf(d.sample([draws], { seed: 12 }))] as const;
  });
  realize(...tested.map(([, u]) => u));
  for (const [name, u] of tested) {
    const sorted = Array.from(u.dataSync()).sort((a, b) => a - b);
    const distances = sorted.map((x, i) => Math.max(x - i / draws, (i + 1) / draws - x));
    const statistic = Math.max(...distances) * Math.sqrt(draws);
    // Larger with probability 0.0006: Kolmogorov's 2 e^(-2 t^2).
    if (!(statistic < 2.01 && statistic > 0.3)) failed.push(`${name}: ${statistic}`);
  }
  expect(failed).toEqual([]);
});

test("draws of each discrete family pass a chi-square test", () => {
  const failed: string[] = [];
  const tested = Object.entries(discrete).map(([name, [d, most]]) => {
    const values = tensor(Array.from({ length: most + 1 }, (_, k) => k));
    const shares = d.logProbability(values).exp();
    return [name, d.sample([draws], { seed: 5 }) as Tensor, shares] as const;
  });
  realize(...tested.flatMap(([, drawn, shares]) => [drawn, shares]));
  for (const [name, drawn, shares] of tested) {
    const counts = new Map<number, number>();
    for (const k of drawn.dataSync()) counts.set(k, (counts.get(k) ?? 0) + 1);
    let [statistic, cells, expected, found] = [0, 0, 0, 0];
    shares.dataSync().forEach((share, k, { length }) => {
      expected += share * draws;
      found += counts.get(k) ?? 0;
      // Cells of fewer are joined with the next ones.
      if (expected < 8 && k < length - 1) return;
      if (expected > 0) statistic += (found - expected) ** 2 / expected;
      else if (found > 0) failed.push(`${name}: ${k} was drawn`);
      [cells, expected, found] = [cells + 1, 0, 0];
    });
    // Wilson and Hilferty's approximation of the quantile that is exceeded with probability 0.0005.
    const freedom = Math.max(cells - 1, 1);
    const spread = 2 / (9 * freedom);
    const most = freedom * (1 - spread + 3.29 * Math.sqrt(spread)) ** 3;
    if (!(statistic < most)) failed.push(`${name}: ${statistic}, expected less than ${most}`);
    if (drawn.dtype !== "int32") failed.push(`${name}: draws are ${drawn.dtype}`);
  }
  expect(failed).toEqual([]);
});

/** One of each family. */
const all = [...Object.values(continuous), ...Object.values(discrete).map(([d]) => d)].filter(
  (d, i, list) => list.findIndex((other) => other.name === d.name) === i,
);

test("the same key gives the same bits, compiled, batched, in loops and on the reference", () => {
  const drawn = (key: Tensor) => all.map((d) => d.sample([2], { seed: key }) as Tensor);
  const keys = random.split(9, 2) as Tensor;
  const each = [0, 1].map((i) => drawn(keys.at(i)));
  const compiled = compile(drawn)(keys.at(0));
  const batched = vmap(drawn)(keys);
  const [, looped] = scan((i: Tensor<[]>, key: Tensor) => [i, drawn(key)], tensor(0), keys);
  const numbers = (list: readonly Tensor[]) => {
    realize(...list);
    return list.map((x) => x.arraySync());
  };
  const [first, second] = each.map(numbers);
  const pairs = first!.map((x, i) => [x, second![i]]);
  expect(numbers(compiled)).toEqual(first);
  expect(numbers(batched)).toEqual(pairs);
  expect(numbers(looped)).toEqual(pairs);
  const before = backend();
  setBackend("reference");
  try {
    expect(numbers(drawn(random.split(9, 2).at(0)))).toEqual(first);
  } finally {
    setBackend(before);
  }
});

test("draws of families under one seed are independent, and of one family differ with the seed", () => {
  const failed: string[] = [];
  // One of each: those of a family have draws in common.
  const names = Object.keys(continuous).filter((name) => continuous[name]!.name === name);
  const first = names.map((name) =>
    continuous[name]!.cdf(continuous[name]!.sample([1000], { seed: 3 })),
  );
  const other = continuous["normal"]!;
  const again = other.cdf(other.sample([1000], { seed: 4 }));
  const list = [...first, again] as Tensor[];
  realize(...list);
  const ranks = list.map((x) => Array.from(x.dataSync(), (u) => u - 0.5));
  ranks.forEach((a, i) => {
    ranks.slice(0, i).forEach((b, j) => {
      const correlation = a.reduce((sum, x, k) => sum + x * b[k]!, 0) * (12 / 1000);
      if (!(Math.abs(correlation) < 0.16)) failed.push(`${names[i]}, ${names[j]}: ${correlation}`);
    });
  });
  expect(failed).toEqual([]);
});
