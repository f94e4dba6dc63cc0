// Sums of many products and elements: how far they are off is bounded whatever the length, and their
// order is the same everywhere. Factors have so few bits that no product is rounded, by itself or with
// the addition behind it: so hosts with and without relaxed SIMD give the same bits, too.
import {
  conv1d,
  conv2d,
  conv3d,
  einsum,
  full,
  grad,
  gradients,
  parameter,
  random,
  setBackend,
  type Tensor,
} from "@nabla/autograd";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { plannedValues } from "./planned.ts";

afterEach(() => {
  setBackend("wasm");
});

type Shape = readonly number[];
type Float = "float32" | "float64";

/** Mostly positive, so that sums grow; products of two of them are exact, sums of those are not. */
function factors(shape: Shape, dtype: Float, seed: number): Tensor {
  const most = 2 ** (dtype === "float32" ? 11 : 26);
  const drawn = random.uniform([...shape], { seed, dtype: "float64", low: -most / 8, high: most });
  return drawn.floor().cast(dtype).realize();
}

/**
 * Checks `sum` of factors of these shapes: the same bits on all back ends, and each element within
 * the bound. A running total takes 512 products; another 4 roundings are for what is done with it.
 */
function check(sum: (...operands: Tensor[]) => Tensor, shapes: readonly Shape[], dtype: Float) {
  const operands = shapes.map((shape, i) => factors(shape, dtype, i + 1));
  const given = sum(...operands).dataSync();
  expect(plannedValues([sum(...operands)])[0]).toEqual(given);
  setBackend("reference");
  expect(sum(...operands).dataSync()).toEqual(given);
  setBackend("wasm");
  if (dtype === "float64") return;
  const [wanted, size] = [
    sum(...operands.map((x) => x.cast("float64"))),
    sum(...operands.map((x) => x.cast("float64").abs())),
  ].map((x) => x.dataSync());
  given.forEach((value, i) => {
    const error = Math.abs(value - wanted![i]!) / size![i]!;
    if (!(error <= 516 * 2 ** -24)) throw new Error(`element ${i} is off by ${error}`);
  });
}

const dtypes = fc.constantFrom<Float>("float32", "float64");
const long = fc.oneof(
  fc.integer({ min: 400, max: 2400 }),
  fc.constantFrom(511, 512, 513, 515, 516, 1023, 1024, 1025, 1536, 5000),
);
const few = fc.integer({ min: 1, max: 21 });

describe("in blocks, whatever the layout", () => {
  test("products of matrices, with one row or column too, and of batches", () => {
    const sizes = fc.oneof(
      fc.tuple(few, long, few),
      fc.tuple(fc.integer({ min: 1, max: 40 }), long, fc.constant(1)),
      fc.tuple(fc.constant(1), long, fc.integer({ min: 1, max: 40 })),
    );
    const batches = fc.constantFrom<readonly [Shape, Shape]>([[], []], [[2], []], [[3, 1], [2]]);
    const turned = fc.tuple(fc.boolean(), fc.boolean());
    fc.assert(
      fc.property(sizes, batches, turned, dtypes, ([m, k, n], [front, behind], [a, b], dtype) => {
        const shapes = [
          [...front, ...(a ? [k, m] : [m, k])],
          [...behind, ...(b ? [n, k] : [k, n])],
        ];
        const product = (x: Tensor, y: Tensor) =>
          (a ? x.transpose() : x).matmul(b ? y.transpose() : y).mul(2);
        check(product, shapes, dtype);
      }),
      { numRuns: 20 },
    );
  });

  test.each([
    [64, 300, 264],
    [33, 1100, 130],
  ])("products that read copies: %i x %i x %i", (m, k, n) => {
    for (const dtype of ["float32", "float64"] as const) {
      const turned = (x: Tensor, y: Tensor) => x.transpose().matmul(y.transpose());
      check(
        turned,
        [
          [k, m],
          [n, k],
        ],
        dtype,
      );
    }
  });

  test("dot, einsum, and gradients of products", () => {
    const gradient = (x: Tensor, w: Tensor) => grad((v: Tensor) => x.matmul(v).sum())(w);
    for (const dtype of ["float32", "float64"] as const) {
      check((x, y) => x.dot(y), [[70_001], [70_001]], dtype);
      check(
        (x, y) => einsum("abc,cbd->ad", x, y),
        [
          [3, 20, 30],
          [30, 20, 5],
        ],
        dtype,
      );
      check(
        gradient,
        [
          [3000, 5],
          [5, 4],
        ],
        dtype,
      );
    }
  });

  test("convolutions: blocks of channels, rows or elements of the window", () => {
    const shapes = fc.constantFrom<readonly [Shape, Shape]>(
      [
        [2, 300, 5],
        [3, 300, 1],
      ],
      [
        [1, 131, 6],
        [2, 131, 3],
      ],
      [
        [2, 2, 700],
        [3, 2, 600],
      ],
      [
        [1, 80, 7, 6],
        [5, 80, 3, 3],
      ],
      [
        [2, 3, 25, 27],
        [3, 3, 20, 21],
      ],
      [
        [1, 2, 3, 550],
        [2, 2, 2, 514],
      ],
      [
        [1, 3, 9, 8, 9],
        [2, 3, 6, 7, 8],
      ],
    );
    fc.assert(
      fc.property(shapes, dtypes, (given, dtype) => {
        const convolution = (x: Tensor, w: Tensor) => {
          const axes = given[0].length - 2;
          return axes === 1 ? conv1d(x, w) : axes === 2 ? conv2d(x, w) : conv3d(x, w);
        };
        check(convolution, given, dtype);
      }),
      { numRuns: 14 },
    );
    const ofKernel = (x: Tensor, w: Tensor) => grad((v: Tensor) => conv2d(x, v).sum())(w);
    const ofInput = (x: Tensor, w: Tensor) => grad((v: Tensor) => conv2d(v, w).sum())(x);
    check(
      ofKernel,
      [
        [20, 2, 12, 11],
        [3, 2, 3, 3],
      ],
      "float32",
    );
    check(
      ofInput,
      [
        [2, 2, 6, 6],
        [90, 2, 3, 3],
      ],
      "float32",
    );
  });

  test("sums along any axes", () => {
    const axes = fc.constantFrom<readonly [Shape, Shape]>(
      [[40_001], [0]],
      [[5000], [0]],
      [[3, 4113], [1]],
      [[600, 7], [0]],
      [[20_000, 3], [0]],
      [
        [30, 303],
        [0, 1],
      ],
      [
        [30, 320],
        [0, 1],
      ],
      [
        [2, 130, 3, 33],
        [1, 3],
      ],
      [
        [40, 3, 50],
        [0, 2],
      ],
      [
        [300, 2, 3],
        [0, 1],
      ],
      [
        [1, 9000],
        [0, 1],
      ],
    );
    fc.assert(
      fc.property(axes, dtypes, ([shape, reduced], dtype) => {
        check(
          (x) =>
            x
              .square()
              .sum([...reduced])
              .mul(2),
          [shape],
          dtype,
        );
      }),
      { numRuns: 22 },
    );
  });
});

/** How far the only element is off, in relation to the right value. */
function errorOf(x: Tensor, right: number): number {
  return Math.abs(x.sum().itemSync() / right - 1);
}

test.each([1000, 10_000, 60_000, 1_000_000])("%i times 0.1 is right to 1e-5", (count) => {
  const tenth = Math.fround(0.1);
  const x = full([count, 1], 0.1).realize();
  const w = parameter([[0]]);
  const [g] = gradients(x.matmul(w).sum(), [w]);
  expect(errorOf(g, count * tenth)).toBeLessThanOrEqual(1e-5);
  const ones = full([1, count], 1).realize();
  expect(errorOf(ones.matmul(x), count * tenth)).toBeLessThanOrEqual(1e-5);
  const square = x.transpose().matmul(x);
  expect(errorOf(square, count * tenth ** 2)).toBeLessThanOrEqual(1e-5);
  expect(errorOf(x.sum(0), count * tenth)).toBeLessThanOrEqual(1e-5);
  expect(errorOf(x.mean(), tenth)).toBeLessThanOrEqual(1e-5);
});

test("counting goes beyond 2 ** 24, where a running total in float32 stays", () => {
  const ones = full([20_000_000, 1], 1).realize();
  expect(ones.transpose().matmul(ones).sum().itemSync()).toBe(20_000_000);
  expect(ones.sum().itemSync()).toBe(20_000_000);
});
