// Products, spread, lengths and truth along axes, against loops.
import {
  arange,
  binCount,
  cross,
  grad,
  histogram,
  median,
  nanToNum,
  norm,
  quantile,
  type Tensor,
  tensor,
  zeros,
} from "@nabla/autograd";
import { describe, expect, test } from "vitest";
import { expectColumns } from "./formulas.ts";

const total = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0);

describe("along the first axis it is what a loop gives:", () => {
  test("norm of 1", () =>
    expectColumns(
      (x) => x.norm(0, { p: 1 }),
      (xs) => total(xs.map(Math.abs)),
    ));
  test("norm of 3", () =>
    expectColumns(
      (x) => x.norm(0, { p: 3 }),
      (xs) => Math.cbrt(total(xs.map((x) => Math.abs(x) ** 3))),
    ));
  test("norm of infinity", () =>
    expectColumns(
      (x) => x.norm(0, { p: Infinity }),
      (xs) => Math.max(...xs.map(Math.abs)),
    ));
  test("norm of 0", () =>
    expectColumns(
      (x) => x.round().norm(0, { p: 0 }),
      (xs) => xs.filter((x) => Math.abs(x) > 0.5).length,
    ));
  test("any", () =>
    expectColumns(
      (x) => x.round().any(0).cast("float64"),
      (xs) => Number(xs.some((x) => Math.abs(x) > 0.5)),
    ));
  test("all", () =>
    expectColumns(
      (x) => x.round().all(0).cast("float64"),
      (xs) => Number(xs.every((x) => Math.abs(x) > 0.5)),
    ));
});

test("a correction is taken off the count", () => {
  expect(tensor([1, 2, 3, 4]).variance(0, { correction: 1 }).itemSync()).toBeCloseTo(5 / 3, 6);
  expect(tensor([5]).variance(0, { correction: 1 }).itemSync()).toBeNaN();
  expect(() => tensor([5]).std(0, { correction: Number.NaN })).toThrow(
    "std: correction is NaN, expected a finite number",
  );
});

test("the variance of large numbers near each other keeps its digits", () => {
  const x = tensor([1e6 + 1, 1e6 + 2, 1e6 + 3]);
  expect(x.variance().itemSync()).toBeCloseTo(2 / 3, 6);
});

test.each([
  ["float32", 2 ** -149],
  ["float32", 3e-39],
  ["float64", 2 ** -1074],
  ["float64", 3e-310],
] as const)("the norm of the least numbers, of %s, and its gradient", (dtype, least) => {
  const x = tensor([least, 0, -least], { dtype });
  const unit = Math.SQRT1_2;
  expect(norm(tensor([-least, 0], { dtype })).itemSync()).toBe(tensor(least, { dtype }).itemSync());
  expect(grad((y: Tensor) => y.norm())(tensor([-least, 0], { dtype })).arraySync()).toEqual([
    -1, 0,
  ]);
  const [a, b, c] = grad((y: Tensor) => y.norm())(x).arraySync() as [number, number, number];
  expect([b, a + c]).toEqual([0, 0]);
  expect(a).toBeCloseTo(unit, 6);
});

test("lengths neither overflow nor vanish, and infinite elements make them infinite", () => {
  expect(norm(tensor([3e38, 0])).itemSync()).toBe(Math.fround(3e38));
  const small = norm(tensor([3e-38, 4e-38])).itemSync();
  expect(Math.abs(small / 5e-38 - 1)).toBeLessThan(1e-6);
  expect(norm(tensor([1, Infinity])).itemSync()).toBe(Infinity);
  expect(norm(tensor([1, Number.NaN])).itemSync()).toBeNaN();
  expect(norm(zeros([3])).itemSync()).toBe(0);
});

test("at 0 the derivatives of lengths and of equal numbers' spread are 0", () => {
  const zero = tensor([0, 0]);
  expect(grad((x: Tensor) => x.norm())(zero).arraySync()).toEqual([0, 0]);
  expect(grad((x: Tensor) => x.norm(0, { p: 3 }))(zero).arraySync()).toEqual([0, 0]);
  expect(grad((x: Tensor) => x.std())(tensor([7, 7])).arraySync()).toEqual([0, 0]);
});

test("of nothing", () => {
  const none = zeros([2, 0]);
  expect(none.prod(1).arraySync()).toEqual([1, 1]);
  expect(none.any(1).arraySync()).toEqual([0, 0]);
  expect(none.all(1).arraySync()).toEqual([1, 1]);
  expect(none.norm(1).arraySync()).toEqual([0, 0]);
  expect(none.variance(1).arraySync()).toEqual([Number.NaN, Number.NaN]);
});

test("products of whole numbers do not wrap around", () => {
  const bytes = tensor(Uint8Array.of(200, 3, 2));
  expect(bytes.prod().dtype).toBe("float64");
  expect(bytes.prod().itemSync()).toBe(1200);
  const large = tensor(Int32Array.of(65_536, 65_537));
  expect(large.prod().itemSync()).toBe(65_536 * 65_537);
  expect(tensor(Int32Array.of(-1, 0)).prod().itemSync()).toBe(0);
});

test("softmax and logSumExp hold at ±10,000", () => {
  for (const dtype of ["float32", "float64"] as const) {
    const x = tensor([1e4, -1e4, 1e4], { dtype });
    expect(x.softmax().arraySync()).toEqual([0.5, 0, 0.5]);
    expect(x.logSoftmax().arraySync()[1]).toBeCloseTo(-2e4 - Math.LN2, 2);
    expect(x.logSumExp().itemSync()).toBeCloseTo(1e4 + Math.LN2, 2);
    expect(x.neg().logSumExp().itemSync()).toBe(1e4);
  }
});

test("binCount refuses numbers that are none of those that it counts; a mask weighs 1 or 0", () => {
  const [low, high] = [tensor(Int32Array.of(-1, 0)), tensor(Int32Array.of(0, 3))];
  expect(() => binCount(low, 3).arraySync()).toThrow("binCount: index -1 is out of range");
  expect(() => binCount(high, 3).arraySync()).toThrow("binCount: index 3 is out of range");
  const weights = tensor([true, true, false]);
  const counts = binCount(tensor(Int32Array.of(1, 1, 0)), 2, { weights });
  expect([counts.dtype, counts.arraySync()]).toEqual(["int32", [0, 2]]);
});

test.each([Number.NaN, Infinity, -Infinity])("histogram has no bins up to %d", (bound) => {
  const { counts, edges } = histogram(tensor([1, bound, 2]), 2);
  expect(counts.arraySync()).toEqual([0, 0]);
  expect(edges.arraySync()).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  expect(histogram(tensor([1, bound, 2]), 2, { range: [0, 2] }).counts.arraySync()).toEqual([0, 2]);
});

test("cross takes one axis of both", () => {
  const rows = arange(9).reshape([3, 3]);
  const v = tensor([1, -2, 4]);
  expect(() => cross(rows, v, 0)).toThrow(
    "cross: axis 0 of [3, 3] and [3] is not one axis where they broadcast",
  );
  // v beside each column.
  expect(cross(rows, v.expandDims(1), 0).arraySync()).toEqual([
    [24, 30, 36],
    [6, 3, 0],
    [-3, -6, -9],
  ]);
});

test("quantiles beside infinities, and of numbers whose difference overflows", () => {
  const most = Number.MAX_VALUE;
  const of = (q: number, ...xs: readonly number[]) =>
    quantile(tensor(xs, { dtype: "float64" }) as Tensor, q).itemSync();
  expect([of(0.5, 1, Infinity), of(0.75, 1, Infinity), of(0.25, 1, Infinity)]).toEqual([
    Infinity,
    Infinity,
    Infinity,
  ]);
  expect([of(0.25, -Infinity, 1), of(0.75, -Infinity, 1)]).toEqual([-Infinity, -Infinity]);
  expect(of(0.5, -Infinity, Infinity)).toBeNaN();
  expect([of(0.5, -most, most), of(0.3, most, most), of(0.3, 0.1, 0.1)]).toEqual([0, most, 0.1]);
  expect(median(tensor([-3e38, 3e38])).itemSync()).toBe(0);
});

test("numbers that the dtype does not have are refused", () => {
  const x = tensor([1, 2]);
  expect(() => nanToNum(x, { nan: 1e39 })).toThrow(
    "nanToNum: nan is 1e+39, expected a finite number of float32",
  );
  expect(nanToNum(tensor([Infinity]), { positiveInfinity: Infinity }).itemSync()).toBe(Infinity);
  expect(() => histogram(x, 2, { range: [0, 1e39] })).toThrow(
    "histogram: the range's high is 1e+39, expected a finite number of float32",
  );
  expect(() => histogram(x, 2, { range: [1, 1 + 1e-9] })).toThrow(
    "histogram: range is [1, 1.000000001], which is one number in float32",
  );
});
