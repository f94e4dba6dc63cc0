// Running totals beside loops that are written out here.
import {
  backend,
  compile,
  cumProd,
  cumSum,
  type DType,
  explainPlan,
  random,
  type Tensor,
  tensor,
  zeros,
} from "@nabla/autograd";
import { shapes, tensors } from "@nabla/autograd/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { totalDType } from "../src/scalar/dtype.ts";
import { indicesOf, placeOf } from "./indices.ts";

/** Whole numbers, so that every total is exact. */
const drawn = fc
  .tuple(
    shapes({ minRank: 1, maxRank: 3, maxSize: 6 }),
    fc.constantFrom<DType>("float32", "float64", "int32", "uint8", "bool"),
  )
  .chain(([shape, dtype]) =>
    fc.record({
      x: tensors({ shape, dtype: "int32", min: 0, max: 3 }).map((x) => x.cast(dtype).realize()),
      axis: fc.integer({ min: -shape.length, max: shape.length - 1 }),
      exclusive: fc.boolean(),
      reverse: fc.boolean(),
    }),
  );

const kinds = [
  { name: "cumSum", f: cumSum, nothing: 0, combine: (a: number, b: number) => a + b },
  { name: "cumProd", f: cumProd, nothing: 1, combine: (a: number, b: number) => a * b },
] as const;

describe.each(kinds)("$name", ({ f, nothing, combine }) => {
  test("is what a loop over all earlier elements gives, along any axis, in either direction", () => {
    fc.assert(
      fc.property(drawn, ({ x, axis, exclusive, reverse }) => {
        const data = x.dataSync();
        const along = axis < 0 ? axis + x.rank : axis;
        const expected = indicesOf(x.shape).map((index) => {
          let total = nothing as number;
          for (let i = 0; i < x.shape[along]!; i++) {
            const [from, to] = reverse ? [index[along]!, i] : [i, index[along]!];
            if (exclusive ? from < to : from <= to) {
              total = combine(total, data[placeOf(x.shape, index.with(along, i))]!);
            }
          }
          return total;
        });
        const y = f(x, axis as never, { exclusive, reverse }) as Tensor;
        expect(y.shape).toEqual(x.shape);
        expect([...y.dataSync()]).toEqual(expected);
        expect(y.dtype).toBe(totalDType(x.dtype));
      }),
    );
  });

  test("without an axis goes through all elements in row-major order", () => {
    fc.assert(
      fc.property(tensors({ dtype: "int32" }), (x) => {
        let total = nothing as number;
        const expected = [...x.dataSync()].map((element) => (total = combine(total, element) + 0));
        expect([...f(x).dataSync()]).toEqual(expected);
        expect(f(x).shape).toEqual([x.size]);
      }),
    );
  });
});

test("totals of whole numbers do not wrap around", () => {
  const x = tensor([100_003, 100_019, 100_043], { dtype: "int32" });
  const second = 100_003 * 100_019;
  expect([...x.cumProd().dataSync()]).toEqual([100_003, second, second * 100_043]);
  const large = tensor([2 ** 31 - 1, 1, 2 ** 31 - 1], { dtype: "int32" });
  expect([...large.cumSum().dataSync()]).toEqual([2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]);
});

test("the sign of zero, infinities and NaN go on as additions make them", () => {
  const x = tensor([-0, 1, Number.POSITIVE_INFINITY, 2, Number.NEGATIVE_INFINITY, 3]);
  expect([...x.cumSum().dataSync()]).toEqual([-0, 1, Infinity, Infinity, Number.NaN, Number.NaN]);
});

test.skipIf(backend() === "reference")(
  "what stands before and after a running total is computed in its loops",
  () => {
    const y = zeros([4, 5])
      .add(tensor([1, 2, 3, 4, 5]))
      .mul(2)
      .cumSum(0)
      .sub(1);
    expect(explainPlan(y as Tensor)).toMatch(/^1 kernel/);
    const run = compile((x: Tensor) => x.mul(2).cumSum(0).sub(1).cumSum(1));
    expect(
      run(
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ).arraySync(),
    ).toEqual([
      [1, 4],
      [7, 18],
    ]);
  },
);

test("a long total is added up from first to last, in float64", () => {
  const data = Float32Array.from({ length: 100_000 }, (_, i) => Math.sin(i) * 1000);
  let total = 0;
  const expected = data.map((x) => (total += x));
  const off = tensor(data)
    .cumSum()
    .dataSync()
    .findIndex((value, i) => value !== expected[i]);
  expect(off).toBe(-1);
});

test("each total of float32 is that of float64, rounded, side by side too", () => {
  for (const shape of [[3000], [300, 5], [5, 300]]) {
    const x = random.uniform(shape, { seed: 2, low: 0.5, high: 1.5 }).realize();
    for (let axis = 0; axis < shape.length; axis++) {
      for (const f of [cumSum, cumProd]) {
        const wide = f(x.cast("float64"), axis as never).cast("float32");
        expect(f(x, axis as never).arraySync()).toEqual(wide.arraySync());
      }
    }
  }
});
