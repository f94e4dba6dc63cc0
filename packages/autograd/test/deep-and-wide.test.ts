// Graphs of many nodes: deep ones, a node behind the other, and wide ones, of many parts. No host's
// limit on a stack or on a function is reached.
import {
  compile,
  concat,
  type DType,
  grad,
  gradients,
  stack,
  type Tensor,
  tensor,
} from "@nabla/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planFor } from "./planned.ts";

/** Small whole numbers, another for each seed and position. */
const numbers = (count: number, seed: number): number[] =>
  Array.from({ length: count }, (_, i) => ((i + 1) * (seed * 7 + 3)) % 11);

const sum = (terms: readonly Tensor[]): Tensor => {
  let rest = terms;
  while (rest.length > 1) {
    const pairs = rest.filter((_, i) => i % 2 === 0);
    rest = pairs.map((one, i) => (2 * i + 1 < rest.length ? one.add(rest[2 * i + 1]!) : one));
  }
  return rest[0]!;
};

describe("many parts", () => {
  const parts = fc.record({
    sizes: fc.array(fc.nat(3), { minLength: 17, maxLength: 60 }),
    rows: fc.integer({ min: 1, max: 5 }),
    axis: fc.nat(1),
    dtype: fc.constantFrom<DType>("float32", "float64", "int32", "uint8"),
  });

  test("concat lays them side by side, and its gradient comes apart again", () => {
    fc.assert(
      fc.property(parts, ({ sizes, rows, axis, dtype }) => {
        const blocks = sizes.map((size, part) =>
          Array.from({ length: rows }, (_, row) => numbers(size, part + 100 * row)),
        );
        const across = (block: readonly (readonly number[])[], size: number) =>
          tensor(block.flat(), { shape: [rows, size], dtype });
        const all = blocks.map((block, i) => across(block, sizes[i]!));
        const given = axis === 1 ? all : all.map((one) => one.transpose());
        const joined: Tensor = concat(given as never, axis);
        const flat = (axis === 1 ? joined : joined.transpose()).add(1).dataSync();
        const expected = Array.from({ length: rows }, (_, row) =>
          blocks.flatMap((block) => block[row]!),
        );
        expect([...flat]).toEqual(expected.flat().map((one) => one + 1));
        if (!dtype.startsWith("float")) return;
        gradients(joined.square().sum() as never, given).forEach((g, i) => {
          expect([...g.dataSync()]).toEqual([...given[i]!.mul(2).dataSync()]);
        });
      }),
      { numRuns: 6 },
    );
  });

  test("200 results are stacked, and taken apart, and stacked again", () => {
    const x = tensor(numbers(600, 1), { shape: [200, 3] });
    const f = (a: Tensor) => stack([...(a as Iterable<Tensor>)].map((row) => row.square())).sum();
    expect(f(x).itemSync()).toBe(x.square().sum().itemSync());
    const [g] = gradients(f(x) as never, [x]);
    expect(g.dataSync()).toEqual(x.mul(2).dataSync());
    const costs = stack(Array.from({ length: 100 }, (_, i) => x.mul(i).mean()) as never);
    expect(costs.shape).toEqual([100]);
    expect(costs.slice(0, 2, 3).itemSync()).toBe(x.mul(2).mean().itemSync());
  });

  const slices = fc.array(
    fc.record({ from: fc.tuple(fc.nat(5), fc.nat(4)), size: fc.tuple(fc.nat(6), fc.nat(5)) }),
    { minLength: 10, maxLength: 60 },
  );

  test("the gradient of many slices adds up where they overlap", () => {
    fc.assert(
      fc.property(slices, (boxes) => {
        const x = tensor(numbers(30, 2), { shape: [6, 5] });
        const isPositive = numbers(30, 2).map((one) => one > 0);
        const expected = new Float32Array(30);
        const terms = boxes.map(({ from, size }, i) => {
          const to = from.map((start, axis) => Math.min(start + size[axis]!, [6, 5][axis]!));
          for (let row = from[0]; row < to[0]!; row++) {
            for (let column = from[1]; column < to[1]!; column++) {
              const at = 5 * row + column;
              if (i % 3 > 0 || isPositive[at]) expected[at]! += i;
            }
          }
          const slice = x.slice(0, from[0], to[0]).slice(1, from[1], to[1]) as Tensor;
          // Of every third only what is positive counts.
          return (i % 3 > 0 ? slice : slice.relu()).sum().mul(i);
        });
        const [g] = gradients(sum(terms) as never, [x]);
        expect(g.dataSync()).toEqual(expected);
      }),
      { numRuns: 8 },
    );
  });
});

describe("long chains", () => {
  const repeated = (count: number, f: (x: Tensor) => Tensor) => (x: Tensor) => {
    let y = x;
    for (let i = 0; i < count; i++) y = f(y);
    return y;
  };

  test.each<[string, number, (x: Tensor) => Tensor, (x: number) => number]>([
    ["sines", 100, (x) => x.sin(), Math.sin],
    ["products and sums", 3000, (x) => x.mul(0.999).add(1e-3), (x) => x * 0.999 + 1e-3],
    ["square roots", 2000, (x) => x.add(1).sqrt(), (x) => Math.sqrt(x + 1)],
    ["parts without elements", 900, (x) => concat([x.slice(0, 0, 0), x] as never, 0), (x) => x],
    ["movements", 3000, (x) => x.flip(0).reshape([2, 1]).reshape([2]).neg(), (x) => -x],
  ])("of %s, compiled and not", (_, count, f, plain) => {
    const chain = repeated(count, f);
    const x = tensor([0.5, 0.5], { dtype: "float64" });
    let expected = 0.5;
    for (let i = 0; i < count; i++) expected = plain(expected);
    for (const y of [chain(x), compile(chain)(x)]) {
      for (const value of y.dataSync()) expect(value).toBeCloseTo(expected, 12);
    }
  });

  test("have derivatives, compiled and not", () => {
    const f = grad((x: Tensor) => repeated(1500, (y) => y.mul(0.999).add(1e-3))(x).sum() as never);
    const x = tensor([0.5], { dtype: "float64" });
    for (const g of [f(x), compile(f as never)(x) as Tensor]) {
      expect(g.itemSync()).toBeCloseTo(0.999 ** 1500, 12);
    }
  });

  test("a kernel reads and computes so much at most", () => {
    const terms = Array.from({ length: 2000 }, (_, i) => tensor([i, 1]).realize() as Tensor);
    const { steps } = planFor([sum(terms)]);
    expect(Math.max(...steps.map(({ reads }) => reads.length))).toBeLessThan(700);
    expect(sum(terms).arraySync()).toEqual([1999000, 2000]);
  });
});
