// The shapes of convolutions and pooling as the compiler sees them, and what it refuses. That the
// run gives the same ones is in convolution.test.ts.
import {
  averagePool,
  type ConvolutionOptions,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  type Dimension,
  maxPool,
  type Shape,
  type ShapeOf,
  type Tensor,
  zeros,
} from "@nabla/autograd";
import { describe, expectTypeOf, test } from "vitest";

declare function shapeOf<X extends Tensor>(x: X): ShapeOf<X>;
declare const n: number;
declare const batch: Dimension<"batch">;
declare const unknownRank: Tensor;
declare const anyOptions: ConvolutionOptions;
const digits = zeros([100, 1, 28, 28]);
const kernel = zeros([20, 1, 5, 5]);

describe("convolutions", () => {
  test("have a place wherever the kernel fits", () => {
    expectTypeOf(shapeOf(conv2d(digits, kernel))).toEqualTypeOf<[100, 20, 24, 24]>();
    expectTypeOf(
      shapeOf(conv2d(digits, kernel, { stride: [2, 3], padding: [1, [2, 0]], dilation: 2 })),
    ).toEqualTypeOf<[100, 20, 11, 8]>();
    expectTypeOf(shapeOf(conv2d(digits, kernel, { padding: "same", stride: 3 }))).toEqualTypeOf<
      [100, 20, 10, 10]
    >();
    expectTypeOf(shapeOf(conv1d(zeros([1, 4, 9]), zeros([6, 2, 3]), { groups: 2 }))).toEqualTypeOf<
      [1, 6, 7]
    >();
    expectTypeOf(
      shapeOf(conv3d(zeros([2, 3, 8, 9, 10]), zeros([4, 3, 3, 3, 3]), { stride: 2 })),
    ).toEqualTypeOf<[2, 4, 3, 4, 4]>();
    expectTypeOf(shapeOf(conv2d(zeros([1, 3, 1024, 1920]), zeros([8, 3, 3, 3])))).toEqualTypeOf<
      [1, 8, 1022, 1918]
    >();
  });

  test("what the compiler does not know may be any", () => {
    expectTypeOf(shapeOf(conv2d(zeros([batch, 1, 28, n]), kernel))).toEqualTypeOf<
      [Dimension<"batch">, 20, 24, number]
    >();
    expectTypeOf(shapeOf(conv2d(digits, kernel, { stride: n }))).toEqualTypeOf<
      [100, 20, number, number]
    >();
    expectTypeOf(shapeOf(conv2d(digits, kernel, anyOptions))).toEqualTypeOf<
      [100, 20, number, number]
    >();
    expectTypeOf(shapeOf(conv2d(unknownRank, kernel))).toEqualTypeOf<
      [number, 20, number, number]
    >();
    expectTypeOf(shapeOf(conv1d(unknownRank, unknownRank))).toEqualTypeOf<
      [number, number, number]
    >();
  });

  test("that do not fit are refused", () => {
    // @ts-expect-error: has 3 axes, expected 4
    expectTypeOf(() => conv2d(zeros([1, 28, 28]), kernel)).toBeFunction();
    // @ts-expect-error: 1 channels, the kernel has 3
    expectTypeOf(() => conv2d(digits, zeros([20, 3, 5, 5]))).toBeFunction();
    // @ts-expect-error: does not fit
    expectTypeOf(() => conv2d(digits, zeros([20, 1, 5, 29]))).toBeFunction();
    // @ts-expect-error: no such option
    expectTypeOf(() => conv2d(digits, kernel, { stride: 2, paddings: 1 })).toBeFunction();
    expectTypeOf(conv2d(digits, zeros([20, 1, 5, 29]), { padding: 1 })).toExtend<Tensor>();
  });
});

describe("transposed convolutions", () => {
  test("give back the sizes that the convolution had", () => {
    const y = zeros([100, 20, 12, 8]);
    expectTypeOf(shapeOf(convTranspose2d(y, kernel))).toEqualTypeOf<[100, 1, 16, 12]>();
    expectTypeOf(
      shapeOf(
        convTranspose2d(y, kernel, {
          stride: [2, 3],
          padding: [1, [2, 0]],
          dilation: 2,
          outputPadding: [1, 0],
        }),
      ),
    ).toEqualTypeOf<[100, 1, 30, 28]>();
    expectTypeOf(
      shapeOf(convTranspose1d(zeros([1, 6, 7]), zeros([6, 2, 3]), { groups: 2 })),
    ).toEqualTypeOf<[1, 4, 9]>();
    expectTypeOf(
      shapeOf(convTranspose3d(zeros([2, 4, 3, 3, 3]), zeros([4, 1, 2, 2, 2]), { stride: 2 })),
    ).toEqualTypeOf<[2, 1, 6, 6, 6]>();
    expectTypeOf(shapeOf(convTranspose2d(unknownRank, kernel))).toEqualTypeOf<
      [number, 1, number, number]
    >();
  });

  test("that do not fit are refused", () => {
    // @ts-expect-error: 3 channels, the kernel has 20
    expectTypeOf(() => convTranspose2d(zeros([1, 3, 5, 5]), kernel)).toBeFunction();
    // @ts-expect-error: has 2 axes, expected 3
    expectTypeOf(() => convTranspose1d(zeros([1, 3]), zeros([3, 1, 2]))).toBeFunction();
  });
});

describe("pooling", () => {
  test("has the window as its stride", () => {
    expectTypeOf(shapeOf(maxPool(digits, 2))).toEqualTypeOf<[100, 1, 14, 14]>();
    expectTypeOf(shapeOf(averagePool(digits, [2, 3]))).toEqualTypeOf<[100, 1, 14, 9]>();
    expectTypeOf(shapeOf(maxPool(digits, 3, { stride: 2, padding: 1 }))).toEqualTypeOf<
      [100, 1, 14, 14]
    >();
    expectTypeOf(shapeOf(averagePool(zeros([2, 3, 9]), 4, { padding: "same" }))).toEqualTypeOf<
      [2, 3, 3]
    >();
    expectTypeOf(shapeOf(maxPool(digits, n))).toEqualTypeOf<[100, 1, number, number]>();
    expectTypeOf(shapeOf(maxPool(unknownRank, 2))).toEqualTypeOf<Shape>();
  });

  test("that does not fit is refused", () => {
    // @ts-expect-error: one axis for each of the window's
    expectTypeOf(() => maxPool(digits, [2])).toBeFunction();
    // @ts-expect-error: examples, channels
    expectTypeOf(() => averagePool(zeros([28, 28]), 2)).toBeFunction();
    // @ts-expect-error: does not fit
    expectTypeOf(() => maxPool(digits, [2, 29])).toBeFunction();
  });
});
