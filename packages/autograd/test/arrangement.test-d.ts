// The shapes that the compiler gives to rearranged tensors, and what it refuses.
import {
  diag,
  diagonal,
  repeat,
  roll,
  type Shape,
  type ShapeOf,
  slice,
  type Tensor,
  tile,
  topK,
  trace,
  transpose,
  tril,
  zeros,
} from "@nabla/autograd";
import { describe, expectTypeOf, test } from "vitest";

declare function shapeOf<X extends Tensor>(x: X): ShapeOf<X>;
declare const n: number;
const x = zeros([6, 10]);
const images = zeros([n, 28, 28]);
const unknownRank: Tensor = x;

describe("slices", () => {
  test("with steps have as many elements as there are steps", () => {
    expectTypeOf(shapeOf(x.slice(1, 0, 10, 3))).toEqualTypeOf<[6, 4]>();
    expectTypeOf(shapeOf(x.slice(1, 1, 10, 3))).toEqualTypeOf<[6, 3]>();
    expectTypeOf(shapeOf(x.slice(1, undefined, undefined, 2))).toEqualTypeOf<[6, 5]>();
    expectTypeOf(shapeOf(slice(x, 0, 5, 2, 2))).toEqualTypeOf<[0, 10]>();
    expectTypeOf(shapeOf(x.slice(0, 0, 6, n))).toEqualTypeOf<[number, 10]>();
    expectTypeOf(shapeOf(x.slice(0))).toEqualTypeOf<[6, 10]>();
  });

  test("go backwards with a negative step", () => {
    expectTypeOf(shapeOf(x.slice(1, undefined, undefined, -1))).toEqualTypeOf<[6, 10]>();
    expectTypeOf(shapeOf(x.slice(1, 7, 2, -1))).toEqualTypeOf<[6, 5]>();
    expectTypeOf(shapeOf(x.slice(1, 7, 2, -2))).toEqualTypeOf<[6, 3]>();
    expectTypeOf(shapeOf(x.slice(1, -1, -4, -1))).toEqualTypeOf<[6, 3]>();
    expectTypeOf(shapeOf(x.slice(1, 50, undefined, -3))).toEqualTypeOf<[6, 4]>();
    expectTypeOf(shapeOf(x.slice(1, 2, 7, -1))).toEqualTypeOf<[6, 0]>();
  });

  test("of several axes", () => {
    expectTypeOf(shapeOf(x.slice([[1], [0, 10, 3]]))).toEqualTypeOf<[5, 4]>();
    expectTypeOf(shapeOf(x.slice([[], [5, undefined, -1]]))).toEqualTypeOf<[6, 6]>();
    expectTypeOf(
      shapeOf(
        slice(images, [
          [0, 5],
          [2, -2],
        ]),
      ),
    ).toEqualTypeOf<[number, 24, 28]>();
    expectTypeOf(shapeOf(unknownRank.slice([[1]]))).toEqualTypeOf<Shape>();
    // @ts-expect-error three ranges for two axes
    x.slice([[1], [2], [3]]);
    // @ts-expect-error a step of 0
    x.slice(0, 0, 6, 0);
    // @ts-expect-error out of range
    x.slice(2);
  });
});

test("transpose takes an order", () => {
  expectTypeOf(shapeOf(images.transpose([2, 0, 1]))).toEqualTypeOf<[28, number, 28]>();
  expectTypeOf(shapeOf(transpose(x, [-1, 0]))).toEqualTypeOf<[10, 6]>();
  expectTypeOf(shapeOf(zeros([3]).transpose([0]))).toEqualTypeOf<[3]>();
  // @ts-expect-error axis 1 is missing
  x.transpose([0]);
});

test("roll, tile and repeat", () => {
  expectTypeOf(shapeOf(roll(x, 2, [0, 1]))).toEqualTypeOf<[6, 10]>();
  expectTypeOf(shapeOf(x.tile(3))).toEqualTypeOf<[6, 30]>();
  expectTypeOf(shapeOf(tile(x, [2, 1, 3]))).toEqualTypeOf<[2, 6, 30]>();
  expectTypeOf(shapeOf(x.repeat(2, 0))).toEqualTypeOf<[12, 10]>();
  expectTypeOf(shapeOf(repeat(x, 2))).toEqualTypeOf<[120]>();
  // @ts-expect-error out of range
  x.roll(1, 2);
  // @ts-expect-error a negative number of times
  x.tile([-1]);
  // @ts-expect-error out of range
  x.repeat(2, 2);
});

test("diagonals", () => {
  expectTypeOf(shapeOf(x.diagonal())).toEqualTypeOf<[6]>();
  expectTypeOf(shapeOf(x.diagonal(7))).toEqualTypeOf<[3]>();
  expectTypeOf(shapeOf(diagonal(x, -4))).toEqualTypeOf<[2]>();
  expectTypeOf(shapeOf(x.diagonal(-9))).toEqualTypeOf<[0]>();
  expectTypeOf(shapeOf(images.diagonal(1, [-2, -1]))).toEqualTypeOf<[number, 27]>();
  expectTypeOf(shapeOf(images.diagonal())).toEqualTypeOf<[28, number]>();
  expectTypeOf(shapeOf(diag(zeros([3]), -2))).toEqualTypeOf<[5, 5]>();
  expectTypeOf(shapeOf(x.diag())).toEqualTypeOf<[6]>();
  expectTypeOf(shapeOf(trace(images, 0, [1, 2]))).toEqualTypeOf<[number]>();
  expectTypeOf(shapeOf(tril(images))).toEqualTypeOf<[number, 28, 28]>();
  // @ts-expect-error one axis only
  tril(zeros([3]));
  // @ts-expect-error one axis only
  zeros([3]).diagonal();
  // @ts-expect-error twice the same
  x.diagonal(0, [1, -1]);
  // @ts-expect-error three axes
  diag(zeros([2, 3, 4]));
});

test("along an axis", () => {
  const { values } = topK(x, 3);
  expectTypeOf(shapeOf(values)).toEqualTypeOf<[6, 3]>();
  const columns = zeros([6, 2]).cast("int32");
  expectTypeOf(shapeOf(x.takeAlongAxis(columns, 1))).toEqualTypeOf<[6, 2]>();
  expectTypeOf(shapeOf(zeros([1, 10]).takeAlongAxis(columns))).toEqualTypeOf<[6, 2]>();
  expectTypeOf(shapeOf(x.sort(0))).toEqualTypeOf<[6, 10]>();
  expectTypeOf(shapeOf(x.cumSum())).toEqualTypeOf<[60]>();
  expectTypeOf(shapeOf(x.cumProd(1))).toEqualTypeOf<[6, 10]>();
  // @ts-expect-error ten columns
  x.topK(11);
  // @ts-expect-error 6 and 5 differ
  x.takeAlongAxis(zeros([5, 2]).cast("int32"), 1);
});
