// Reductions that leave out NaN: ties, infinities, and what cannot be right.
import {
  grad,
  logCumSumExp,
  nanArgMax,
  nanArgMin,
  nanMax,
  nanMedian,
  nanMin,
  nanStd,
  type Tensor,
  tensor,
  zeros,
} from "@nabla/autograd";
import { expect, test } from "vitest";

const gradientOf = (f: (x: Tensor) => Tensor, ...values: readonly number[]): unknown =>
  grad((x: Tensor) => f(x).sum())(tensor([...values])).arraySync();

test("equal elements share the gradient of an extreme; what stands for NaN has none of it", () => {
  expect(gradientOf((x) => nanMax(x), 2, Number.NaN, 2, 1)).toEqual([0.5, 0, 0.5, 0]);
  expect(gradientOf((x) => nanMax(x), -Infinity, Number.NaN)).toEqual([1, 0]);
  expect(gradientOf((x) => nanMin(x), Infinity, Number.NaN, Infinity)).toEqual([0.5, 0, 0.5]);
  expect(gradientOf((x) => nanMax(x), Number.NaN, Number.NaN)).toEqual([0, 0]);
});

test("the position of an extreme is that of an element, beside infinities too", () => {
  expect(nanArgMax(tensor([Number.NaN, -Infinity])).itemSync()).toBe(1);
  expect(nanArgMin(tensor([Number.NaN, Infinity, Infinity])).itemSync()).toBe(1);
  const rows = tensor([1, Number.NaN, 5, Number.NaN, Number.NaN, Number.NaN]);
  expect(() => nanArgMax(rows.reshape([2, 3]), 1).dataSync()).toThrow(
    "nanArgMax: all elements along the axis are NaN",
  );
});

test("the standard deviation of equal numbers has derivative 0", () => {
  expect(gradientOf((x) => nanStd(x), 3, Number.NaN, 3)).toEqual([0, 0, 0]);
});

test("where there is nothing to choose from, it is an error that names the function", () => {
  expect(() => nanMax(zeros([0]) as Tensor)).toThrow(/^nanMax: axis 0 of \[0\] has size 0/);
  expect(() => nanMedian(zeros([2, 0]) as Tensor, 1)).toThrow(/^nanMedian: /);
  expect(() => nanMin(tensor([1]) as Tensor, 1)).toThrow(/^nanMin: axis 1 /);
});

test("the gradient of a running logarithm of -infinities is 0", () => {
  const found = gradientOf((x) => logCumSumExp(x), -Infinity, 0, -Infinity);
  expect(found).toEqual([0, 2, 0]);
});
