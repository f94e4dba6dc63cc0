// Scatters beside loops, in batches, with gradients of two orders, and their errors.
import {
  gatherNd,
  grad,
  putAlongAxis,
  scatterAdd,
  scatterMax,
  scatterMean,
  scatterMin,
  scatterSet,
  stack,
  type Tensor,
  takeAlongAxis,
  tensor,
  vmap,
  zeros,
} from "@nabla/autograd";
import { checkGradients, expectClose, tensors } from "@nabla/autograd/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const indices = (...places: readonly number[]) => tensor([...places], { dtype: "int32" });
const functions = { scatterSet, scatterMax, scatterMin, scatterMean };
const names = Object.keys(functions) as (keyof typeof functions)[];

const drawn = fc
  .record({
    rows: fc.integer({ min: 1, max: 4 }),
    places: fc.array(fc.nat(50), { minLength: 1, maxLength: 6 }),
  })
  .chain(({ rows, places }) =>
    fc.record({
      at: fc.constant(places.map((place) => place % rows)),
      x: tensors({ shape: [rows, 2], dtype: "float64" }),
      updates: tensors({ shape: [places.length, 2], dtype: "float64" }),
      isSelfIncluded: fc.boolean(),
    }),
  );

const combined: Readonly<Record<keyof typeof functions, (all: readonly number[]) => number>> = {
  scatterSet: (all) => all.at(-1)!,
  scatterMax: (all) => Math.max(...all),
  scatterMin: (all) => Math.min(...all),
  scatterMean: (all) => all.reduce((a, b) => a + b) / all.length,
};

describe.each(names)("%s", (name) => {
  const f = functions[name] as (...given: readonly unknown[]) => Tensor;

  test("is what a loop over the updates makes", () => {
    fc.assert(
      fc.property(drawn, ({ at, x, updates, isSelfIncluded }) => {
        const [own, added] = [x.arraySync() as number[][], updates.arraySync() as number[][]];
        const expected = own.map((row, i) =>
          row.map((one, j) => {
            const others = at.flatMap((place, k) => (place === i ? [added[k]![j]!] : []));
            if (others.length === 0) return one;
            return combined[name](
              isSelfIncluded || name === "scatterSet" ? [one, ...others] : others,
            );
          }),
        );
        const options = name === "scatterSet" ? [] : [{ includeSelf: isSelfIncluded }];
        const found = f(x, 0, indices(...at), updates, ...options);
        expectClose(found, tensor(expected, { dtype: "float64" }));
      }),
      { numRuns: 20 },
    );
  });

  test("maps batches of indices, and has gradients of two orders", () => {
    const x = tensor(
      [
        [1.5, -0.5, 0.25],
        [2.5, 0.75, -1.25],
      ],
      { dtype: "float64" },
    );
    const updates = tensor(
      [
        [0.3, 1.7],
        [-0.4, 0.9],
      ],
      { dtype: "float64" },
    );
    const at = stack([indices(0, 0), indices(2, -2)]);
    const scattered = (a: Tensor, b: Tensor) =>
      vmap((one: Tensor, places: Tensor, more: Tensor) => f(one, 0, places, more))(a, at, b);
    const rows = [0, 1].map((i) => f(x.at(i), 0, at.at(i), updates.at(i)));
    expectClose(scattered(x, updates), stack(rows));
    checkGradients(scattered, [x, updates], { order: 2 });
  });

  test("an index out of range is an error that names the axis", () => {
    const call = () => f(zeros([2, 3]), 1, indices(3), zeros([2, 1])).dataSync();
    expect(call).toThrow(`${name}: index 3 is out of range for axis 1 of [2, 3]`);
    expect(() => f(zeros([0, 3]), 0, indices(0), zeros([1, 3]))).toThrow(
      `${name}: axis 0 of [0, 3] has size 0, expected at least 1`,
    );
    expect(() => f(zeros([2]), 0, tensor([0.5]), zeros([1]))).toThrow(/indices are float32/);
    expect(() => f(zeros([2]), 0, indices(0), zeros([2]))).toThrow(/^scatter\w+: .*\[1\]/);
  });
});

test("equal elements share the gradient of an extreme, infinite ones too", () => {
  const f = (x: Tensor) => scatterMax(x, 0, indices(0, 0, 1), x.at(0).mul(tensor([1, 1, 0]))).sum();
  const g = (x: Tensor, y: Tensor) => scatterMax(x, 0, indices(0, 0), y).sum();
  expect(grad(f)(tensor([2, 5])).arraySync()).toEqual([1, 1]);
  const infinite = tensor([-Infinity, -Infinity]);
  expect(grad(g)(tensor([-Infinity]), infinite).arraySync()).toEqual([Math.fround(1 / 3)]);
});

test("the mean of what comes to each place is scatterAdd's sum by its count", () => {
  const [at, y] = [indices(1, 1, 3), tensor([2, 4, 5])];
  const sums = scatterAdd(zeros([4]), 0, at, y);
  const means = scatterMean(zeros([4]), 0, at, y, { includeSelf: false });
  expect(means.arraySync()).toEqual(sums.div(tensor([1, 2, 1, 1])).arraySync());
});

test("putAlongAxis puts back what takeAlongAxis picks", () => {
  const x = tensor([
    [3, 1, 2],
    [6, 5, 4],
  ]);
  const order = x.argSort();
  expect(putAlongAxis(zeros([2, 3]), order, takeAlongAxis(x, order)).arraySync()).toEqual(
    x.arraySync(),
  );
});

test("gatherNd says which index is out of range, and what shapes it expects", () => {
  const at = tensor([[0, 5]], { dtype: "int32" });
  expect(() => gatherNd(zeros([2, 3]), at).dataSync()).toThrow(
    "gatherNd: index 5 is out of range for axis 1 of [2, 3]",
  );
  expect(() => gatherNd(zeros([3]), at)).toThrow(
    "gatherNd: [3] and indices [1, 2], expected a last axis of 1 to 1 places",
  );
});
