// The shapes that the compiler gives to results, and what it refuses. What its messages say is in
// shape-messages.test-d.ts.
import {
  add,
  argMax,
  concat,
  type Dimension,
  expandDims,
  type FormatShape,
  flatten,
  full,
  gather,
  matmul,
  oneHot,
  ones,
  type Parameter,
  parameter,
  permute,
  type Repeat,
  reshape,
  type SameShapeCheck,
  type Shape,
  type ShapeOf,
  sigmoid,
  slice,
  split,
  stack,
  sum,
  type Tensor,
  type Tile,
  tensor,
  transpose,
  where,
  zeros,
  zerosLike,
} from "@nabla/autograd";
import { describe, expectTypeOf, test } from "vitest";
import type { Add, Difference, Divide, IsLess, Multiply } from "../src/tensor/shapes/arithmetic.ts";

declare function shapeOf<X extends Tensor>(x: X): ShapeOf<X>;
declare const n: number;
declare const someShape: number[];
declare const anything: any; // oxlint-disable-line typescript/no-explicit-any

const images = zeros([n, 784]);
const weight = zeros([784, 16]);
const bias = zeros([16]);
const unknownRank: Tensor = zeros([2, 3]);

describe("creation", () => {
  test("keeps literal sizes", () => {
    expectTypeOf(zeros([784, 16])).toEqualTypeOf<Tensor<[784, 16]>>();
    expectTypeOf(shapeOf(ones([]))).toEqualTypeOf<[]>();
    expectTypeOf(shapeOf(full([2, 0], 7))).toEqualTypeOf<[2, 0]>();
    const shape = [2, 3] as const;
    expectTypeOf(shapeOf(zeros(shape))).toEqualTypeOf<[2, 3]>();
    expectTypeOf(shapeOf(zeros(weight.shape))).toEqualTypeOf<[784, 16]>();
    expectTypeOf(shapeOf(zerosLike(weight))).toEqualTypeOf<[784, 16]>();
  });

  test("takes sizes and ranks that are not known", () => {
    expectTypeOf(shapeOf(images)).toEqualTypeOf<[number, 784]>();
    expectTypeOf(shapeOf(zeros(someShape))).toEqualTypeOf<number[]>();
    expectTypeOf(shapeOf(zeros(anything))).toExtend<Shape>();
  });

  test("refuses what is not a size", () => {
    expectTypeOf(shapeOf(zeros([0]))).toEqualTypeOf<[0]>();
    // @ts-expect-error -3 is not a size
    zeros([2, -3]);
    // @ts-expect-error 1.5 is not a size
    ones([1.5]);
  });

  test("reads the shape of nested arrays", () => {
    expectTypeOf(shapeOf(tensor(3))).toEqualTypeOf<[]>();
    expectTypeOf(shapeOf(tensor([1, 2, 3]))).toEqualTypeOf<[3]>();
    expectTypeOf(shapeOf(tensor([]))).toEqualTypeOf<[0]>();
    expectTypeOf(shapeOf(tensor([[], []]))).toEqualTypeOf<[2, 0]>();
    expectTypeOf(shapeOf(tensor([[true], [false]]))).toEqualTypeOf<[2, 1]>();
    expectTypeOf(
      shapeOf(
        tensor([
          [1, 2, n],
          [3, n, 5],
        ]),
      ),
    ).toEqualTypeOf<[2, 3]>();
    expectTypeOf(
      shapeOf(
        tensor(
          [
            [1, 2],
            [3, 4],
          ],
          { dtype: "float64" },
        ),
      ),
    ).toEqualTypeOf<[2, 2]>();
    expectTypeOf(shapeOf(tensor(anything as number[][]))).toEqualTypeOf<[number, number]>();
    expectTypeOf(shapeOf(tensor(anything))).toEqualTypeOf<Shape>();
  });

  test("reads the shape of typed arrays from the options", () => {
    expectTypeOf(shapeOf(tensor(new Float32Array(6)))).toEqualTypeOf<[number]>();
    expectTypeOf(shapeOf(tensor(new Uint8Array(6), { shape: [2, 3] }))).toEqualTypeOf<[2, 3]>();
    expectTypeOf(shapeOf(tensor([1, 2, 3, 4], { shape: [2, 2] }))).toEqualTypeOf<[2, 2]>();
    expectTypeOf(shapeOf(tensor([1, 2, 3, 4], { shape: [n, 2] }))).toEqualTypeOf<[number, 2]>();
    // @ts-expect-error 4 elements are not 6
    tensor([1, 2, 3, 4], { shape: [2, 3] });
  });

  test("refuses ragged arrays at any depth", () => {
    const cube = tensor([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ]);
    expectTypeOf(shapeOf(cube)).toEqualTypeOf<[2, 2, 2]>();
    // @ts-expect-error the second row is shorter
    tensor([[1, 2], [3]]);
    // @ts-expect-error one row of the second matrix is shorter
    tensor([
      [
        [1, 2],
        [3, 4],
      ],
      [[5, 6], [7]],
    ]);
    // @ts-expect-error a number among rows
    tensor([[1, 2], 3]);
  });

  test("appends the classes of one-hot", () => {
    expectTypeOf(shapeOf(oneHot(zeros([32]), 10))).toEqualTypeOf<[32, 10]>();
    expectTypeOf(shapeOf(oneHot(zeros([n, 4]), 10))).toEqualTypeOf<[number, 4, 10]>();
    expectTypeOf(shapeOf(oneHot(unknownRank, 10))).toEqualTypeOf<Shape>();
  });
});

describe("broadcasting", () => {
  test("stretches sizes of 1 and adds axes in front", () => {
    expectTypeOf(shapeOf(zeros([32, 10]).add(zeros([10])))).toEqualTypeOf<[32, 10]>();
    expectTypeOf(shapeOf(zeros([10]).mul(zeros([32, 1])))).toEqualTypeOf<[32, 10]>();
    expectTypeOf(shapeOf(zeros([2, 1, 4]).sub(zeros([3, 1])))).toEqualTypeOf<[2, 3, 4]>();
    expectTypeOf(shapeOf(zeros([1, 3]).div(zeros([0, 1])))).toEqualTypeOf<[0, 3]>();
    expectTypeOf(shapeOf(zeros([2, 3]).greater(0))).toEqualTypeOf<[2, 3]>();
    expectTypeOf(shapeOf(zeros([2, 3]).add(zeros([])))).toEqualTypeOf<[2, 3]>();
    expectTypeOf(shapeOf(add(1, zeros([2, 3])))).toEqualTypeOf<[2, 3]>();
  });

  test("takes a size that is not known for the one that it meets", () => {
    expectTypeOf(shapeOf(images.add(zeros([784])))).toEqualTypeOf<[number, 784]>();
    expectTypeOf(shapeOf(images.add(zeros([32, 784])))).toEqualTypeOf<[32, 784]>();
    expectTypeOf(shapeOf(images.add(zeros([1, 784])))).toEqualTypeOf<[number, 784]>();
    expectTypeOf(shapeOf(images.add(unknownRank))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(unknownRank.add(1))).toEqualTypeOf<Shape>();
  });

  test("refuses other sizes, where the operand stands", () => {
    // @ts-expect-error 10 and 128 differ
    zeros([32, 10]).add(zeros([128]));
    const afterMistake = zeros([32, 10])
      .mul(2)
      // @ts-expect-error 0 stretches to 1 only
      .add(zeros([0]))
      // No second error: what follows a mistake is not checked.
      .matmul(zeros([3, 4]));
    expectTypeOf(afterMistake).toEqualTypeOf<Tensor>();
  });

  test("joins three operands in where", () => {
    const joined = where(zeros([2, 1]), zeros([3]), zeros([4, 1, 1]));
    expectTypeOf(shapeOf(joined)).toEqualTypeOf<[4, 2, 3]>();
    expectTypeOf(shapeOf(where(images.greater(0), images, 0))).toEqualTypeOf<[number, 784]>();
    // @ts-expect-error 3 and 4 differ
    where(zeros([2, 1]), zeros([3]), zeros([4]));
    // @ts-expect-error 2 and 3 differ
    where(zeros([2]), 1, zeros([3]));
  });

  test("goes one way in broadcastTo", () => {
    expectTypeOf(shapeOf(zeros([2, 1]).broadcastTo([5, 2, 3]))).toEqualTypeOf<[5, 2, 3]>();
    expectTypeOf(shapeOf(zeros([3]).broadcastTo([n, 3]))).toEqualTypeOf<[number, 3]>();
    expectTypeOf(shapeOf(unknownRank.broadcastTo([4, 4]))).toEqualTypeOf<[4, 4]>();
    // @ts-expect-error 3 is not 1
    zeros([3]).broadcastTo([1]);
    // @ts-expect-error an axis would go
    zeros([1, 3]).broadcastTo([3]);
  });
});

describe("matmul", () => {
  test("multiplies vectors, matrices and batches", () => {
    expectTypeOf(shapeOf(images.matmul(weight))).toEqualTypeOf<[number, 16]>();
    expectTypeOf(shapeOf(zeros([3]).matmul(zeros([3])))).toEqualTypeOf<[]>();
    expectTypeOf(shapeOf(zeros([3]).matmul(zeros([3, 4])))).toEqualTypeOf<[4]>();
    expectTypeOf(shapeOf(zeros([2, 3]).matmul(zeros([3])))).toEqualTypeOf<[2]>();
    expectTypeOf(shapeOf(zeros([5, 2, 3]).matmul(zeros([3])))).toEqualTypeOf<[5, 2]>();
    expectTypeOf(shapeOf(zeros([3]).matmul(zeros([5, 3, 4])))).toEqualTypeOf<[5, 4]>();
    expectTypeOf(shapeOf(zeros([7, 1, 2, 3]).matmul(zeros([5, 3, 4])))).toEqualTypeOf<
      [7, 5, 2, 4]
    >();
    expectTypeOf(shapeOf(unknownRank.matmul(weight))).toEqualTypeOf<Shape>();
  });

  test("refuses other inner sizes, other batches, and scalars", () => {
    expectTypeOf(shapeOf(zeros([0, 784]).matmul(weight))).toEqualTypeOf<[0, 16]>();
    // @ts-expect-error 784 and 128 differ
    images.matmul(zeros([128, 10]));
    // @ts-expect-error 3 and 2 differ
    matmul(zeros([2, 3]), zeros([2]));
    // @ts-expect-error batches 2 and 5
    zeros([2, 3, 4]).matmul(zeros([5, 4, 6]));
    // @ts-expect-error a scalar
    matmul(zeros([]), weight);
  });
});

describe("reductions", () => {
  const x = zeros([2, 3, 4]);

  test("take one axis, several, none or all", () => {
    expectTypeOf(shapeOf(x.sum())).toEqualTypeOf<[]>();
    expectTypeOf(shapeOf(x.sum(1))).toEqualTypeOf<[2, 4]>();
    expectTypeOf(shapeOf(x.mean(-1))).toEqualTypeOf<[2, 3]>();
    expectTypeOf(shapeOf(x.max([0, -1]))).toEqualTypeOf<[3]>();
    expectTypeOf(shapeOf(x.sum([]))).toEqualTypeOf<[2, 3, 4]>();
    expectTypeOf(shapeOf(x.argMax(0))).toEqualTypeOf<[3, 4]>();
    expectTypeOf(shapeOf(argMax(x))).toEqualTypeOf<[]>();
    expectTypeOf(shapeOf(images.sum(0))).toEqualTypeOf<[784]>();
  });

  test("keep axes as size 1 if told", () => {
    expectTypeOf(shapeOf(x.sum(1, { keepDims: true }))).toEqualTypeOf<[2, 1, 4]>();
    expectTypeOf(shapeOf(x.sum([0, 2], { keepDims: true }))).toEqualTypeOf<[1, 3, 1]>();
    expectTypeOf(shapeOf(x.sum(undefined, { keepDims: true }))).toEqualTypeOf<[1, 1, 1]>();
    expectTypeOf(shapeOf(x.sum(1, { keepDims: false }))).toEqualTypeOf<[2, 4]>();
    expectTypeOf(shapeOf(x.sum(1, {}))).toEqualTypeOf<[2, 4]>();
    const keepDims = n > 3;
    expectTypeOf(shapeOf(x.sum(1, { keepDims }))).toEqualTypeOf<[2, 4] | [2, 1, 4]>();
  });

  test("leave the rank open for axes that are not known", () => {
    expectTypeOf(shapeOf(x.sum(n))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(x.sum(someShape))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(unknownRank.sum(3))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(unknownRank.sum())).toEqualTypeOf<[]>();
  });

  test("refuse axes that are not there, or come twice, or are empty", () => {
    // @ts-expect-error out of range
    x.sum(3);
    // @ts-expect-error out of range
    sum(x, [0, -4]);
    // @ts-expect-error axis 2 twice
    x.mean([2, -1]);
    // @ts-expect-error no element to be the greatest
    zeros([2, 0]).max(1);
    expectTypeOf(shapeOf(zeros([2, 0]).max(0))).toEqualTypeOf<[0]>();
    expectTypeOf(shapeOf(zeros([n, 0]).max(0))).toEqualTypeOf<[0]>();
    expectTypeOf(shapeOf(zeros([2, 0]).sum(1))).toEqualTypeOf<[2]>();
  });

  test("softmax and flip keep the shape", () => {
    expectTypeOf(shapeOf(images.softmax())).toEqualTypeOf<[number, 784]>();
    expectTypeOf(shapeOf(x.logSoftmax(0).flip([0, 1]))).toEqualTypeOf<[2, 3, 4]>();
    // @ts-expect-error out of range
    x.softmax(3);
  });
});

describe("reshaping", () => {
  test("checks the number of elements", () => {
    expectTypeOf(shapeOf(zeros([100, 28, 28]).reshape([100, 784]))).toEqualTypeOf<[100, 784]>();
    expectTypeOf(shapeOf(zeros([4]).reshape([2, 1, 2]))).toEqualTypeOf<[2, 1, 2]>();
    expectTypeOf(shapeOf(zeros([1, 1]).reshape([]))).toEqualTypeOf<[]>();
    expectTypeOf(shapeOf(zeros([2, 0]).reshape([0, 5]))).toEqualTypeOf<[0, 5]>();
    // @ts-expect-error 78400 and 78300 elements
    zeros([100, 28, 28]).reshape([100, 783]);
    // @ts-expect-error 0 and 2 elements
    reshape(zeros([2, 0]), [2]);
  });

  test("solves -1", () => {
    expectTypeOf(shapeOf(zeros([2, 6]).reshape([3, -1]))).toEqualTypeOf<[3, 4]>();
    expectTypeOf(shapeOf(zeros([60_000, 784]).reshape([-1, 28, 28]))).toEqualTypeOf<
      [60000, 28, 28]
    >();
    expectTypeOf(shapeOf(zeros([60_000, 28, 28]).reshape([-1]))).toEqualTypeOf<[47_040_000]>();
    expectTypeOf(shapeOf(zeros([0, 4]).reshape([2, -1]))).toEqualTypeOf<[2, 0]>();
    // @ts-expect-error 12 is not a multiple of 5
    zeros([2, 6]).reshape([5, -1]);
    // @ts-expect-error more than one
    zeros([2, 6]).reshape([-1, -1]);
    // @ts-expect-error any size would do
    zeros([2, 0]).reshape([0, -1]);
  });

  test("leaves open what is not known", () => {
    expectTypeOf(shapeOf(images.reshape([-1, 28, 28]))).toEqualTypeOf<[number, 28, 28]>();
    expectTypeOf(shapeOf(images.reshape([n, 28, 28]))).toEqualTypeOf<[number, 28, 28]>();
    expectTypeOf(shapeOf(zeros([n, 28, 28]).reshape([n, -1]))).toEqualTypeOf<[number, number]>();
    expectTypeOf(shapeOf(unknownRank.reshape([2, -1]))).toEqualTypeOf<[2, number]>();
    expectTypeOf(shapeOf(images.reshape(someShape))).toEqualTypeOf<Shape>();
  });

  test("flattens from an axis on", () => {
    expectTypeOf(shapeOf(zeros([2, 3, 4]).flatten())).toEqualTypeOf<[24]>();
    expectTypeOf(shapeOf(zeros([n, 28, 28]).flatten(1))).toEqualTypeOf<[number, 784]>();
    expectTypeOf(shapeOf(flatten(zeros([2, 3, 4]), -2))).toEqualTypeOf<[2, 12]>();
    expectTypeOf(shapeOf(zeros([]).flatten())).toEqualTypeOf<[1]>();
    expectTypeOf(shapeOf(unknownRank.flatten())).toEqualTypeOf<[number]>();
  });
});

describe("moving axes", () => {
  test("permutes all of them", () => {
    expectTypeOf(shapeOf(zeros([2, 3, 4]).permute([2, 0, -2]))).toEqualTypeOf<[4, 2, 3]>();
    expectTypeOf(shapeOf(permute(images, [1, 0]))).toEqualTypeOf<[784, number]>();
    expectTypeOf(shapeOf(permute(images, someShape))).toEqualTypeOf<Shape>();
    // @ts-expect-error axis 0 twice
    zeros([2, 3]).permute([0, 0]);
    // @ts-expect-error axis 1 is missing
    zeros([2, 3]).permute([0]);
  });

  test("transposes the last two", () => {
    expectTypeOf(shapeOf(images.transpose())).toEqualTypeOf<[784, number]>();
    expectTypeOf(shapeOf(transpose(zeros([5, 2, 3])))).toEqualTypeOf<[5, 3, 2]>();
    expectTypeOf(shapeOf(unknownRank.transpose())).toEqualTypeOf<Shape>();
    // @ts-expect-error one axis only
    bias.transpose();
    // @ts-expect-error one axis only
    transpose(bias);
  });

  test("adds and drops axes of size 1", () => {
    expectTypeOf(shapeOf(zeros([2, 3]).expandDims(0))).toEqualTypeOf<[1, 2, 3]>();
    expectTypeOf(shapeOf(zeros([2, 3]).expandDims(2))).toEqualTypeOf<[2, 3, 1]>();
    expectTypeOf(shapeOf(expandDims(zeros([2, 3]), -2))).toEqualTypeOf<[2, 1, 3]>();
    expectTypeOf(shapeOf(zeros([2, 3]).expandDims(n))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(zeros([1, 2, 1]).squeeze())).toEqualTypeOf<[2]>();
    expectTypeOf(shapeOf(zeros([1, 2, 1]).squeeze(-1))).toEqualTypeOf<[1, 2]>();
    expectTypeOf(shapeOf(zeros([1, 2, 1]).squeeze([0, 2]))).toEqualTypeOf<[2]>();
    expectTypeOf(shapeOf(zeros([n, 2]).squeeze(0))).toEqualTypeOf<[2]>();
    expectTypeOf(shapeOf(zeros([n, 2, 1]).squeeze())).toEqualTypeOf<Shape>();
    // @ts-expect-error out of range
    zeros([2, 3]).expandDims(3);
    // @ts-expect-error size 3
    zeros([2, 3]).squeeze(1);
  });
});

describe("joining and cutting", () => {
  test("concat adds sizes", () => {
    expectTypeOf(shapeOf(concat([zeros([2, 3]), zeros([5, 3])]))).toEqualTypeOf<[7, 3]>();
    const three = concat([zeros([2, 3]), zeros([2, 0]), zeros([n, 4])], -1);
    expectTypeOf(shapeOf(three)).toEqualTypeOf<[2, 7]>();
    expectTypeOf(shapeOf(concat([zeros([n, 3]), zeros([5, 3])]))).toEqualTypeOf<[number, 3]>();
    expectTypeOf(shapeOf(concat([weight, unknownRank]))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(concat(anything as Tensor<[2, 3]>[]))).toEqualTypeOf<Shape>();
    // @ts-expect-error 3 and 4 differ
    concat([zeros([2, 3]), zeros([2, 4])]);
    // @ts-expect-error out of range
    concat([zeros([2, 3]), zeros([2, 3])], 2);
    // @ts-expect-error nothing to join
    concat([]);
  });

  test("stack adds an axis", () => {
    const x = zeros([2, 3]);
    expectTypeOf(shapeOf(stack([x, x, x, x]))).toEqualTypeOf<[4, 2, 3]>();
    expectTypeOf(shapeOf(stack([x, x, x, x], 1))).toEqualTypeOf<[2, 4, 3]>();
    expectTypeOf(shapeOf(stack([x, x, x, x], -1))).toEqualTypeOf<[2, 3, 4]>();
    expectTypeOf(shapeOf(stack(anything as Tensor<[2, 3]>[]))).toEqualTypeOf<Shape>();
    // @ts-expect-error [2, 3] and [3, 2] differ
    stack([x, x.transpose()]);
  });

  test("split gives a tuple of parts", () => {
    const [q, k, v] = zeros([n, 48]).split(3, -1);
    expectTypeOf([shapeOf(q), shapeOf(k), shapeOf(v)]).toEqualTypeOf<[number, 16][]>();
    const [train, validation] = split(zeros([60_000, 784]), [50_000, 10_000]);
    expectTypeOf(shapeOf(train)).toEqualTypeOf<[50000, 784]>();
    expectTypeOf(shapeOf(validation)).toEqualTypeOf<[10000, 784]>();
    expectTypeOf(zeros([6]).split(n)).toEqualTypeOf<Tensor<[number]>[]>();
    // @ts-expect-error 5 is not a multiple of 2
    zeros([5]).split(2);
    // @ts-expect-error 0 parts
    zeros([5]).split(0);
    // @ts-expect-error 2 + 2 is not 5
    zeros([5]).split([2, 2]);
  });

  test("slice counts what Array.slice takes", () => {
    const x = zeros([60_000, 784]);
    expectTypeOf(shapeOf(x.slice(0, 50_000))).toEqualTypeOf<[10000, 784]>();
    expectTypeOf(shapeOf(x.slice(0, 0, 100))).toEqualTypeOf<[100, 784]>();
    expectTypeOf(shapeOf(x.slice(1, -84, -4))).toEqualTypeOf<[60000, 80]>();
    expectTypeOf(shapeOf(slice(x, -1, 700, 800))).toEqualTypeOf<[60000, 84]>();
    expectTypeOf(shapeOf(x.slice(1, 5, 3))).toEqualTypeOf<[60000, 0]>();
    expectTypeOf(shapeOf(x.slice(0, n, n + 100))).toEqualTypeOf<[number, 784]>();
    expectTypeOf(shapeOf(images.slice(0, 0, 100))).toEqualTypeOf<[number, 784]>();
    expectTypeOf(shapeOf(x.slice(n, 0, 100))).toEqualTypeOf<Shape>();
    // @ts-expect-error out of range
    x.slice(2, 0, 1);
  });

  test("at drops the first axis", () => {
    expectTypeOf(shapeOf(zeros([3, 4]).at(2))).toEqualTypeOf<[4]>();
    expectTypeOf(shapeOf(zeros([3, 4]).at(-3))).toEqualTypeOf<[4]>();
    expectTypeOf(shapeOf(images.at(1_000_000))).toEqualTypeOf<[784]>();
    expectTypeOf(shapeOf(zeros([3, 4]).at(n))).toEqualTypeOf<[4]>();
    // @ts-expect-error three rows only
    zeros([3, 4]).at(3);
    // @ts-expect-error no axis
    zeros([]).at(0);
  });

  test("pad adds before and after", () => {
    expectTypeOf(
      shapeOf(
        zeros([2, 3]).pad([
          [1, 1],
          [0, 2],
        ]),
      ),
    ).toEqualTypeOf<[4, 5]>();
    expectTypeOf(
      shapeOf(
        images.pad([
          [0, n],
          [8, 8],
        ]),
      ),
    ).toEqualTypeOf<[number, 800]>();
    // @ts-expect-error two axes
    zeros([2, 3]).pad([[1, 1]]);
  });

  test("gather puts the indices' shape in place of the axis", () => {
    const rows = zeros([32, 7], { dtype: "int32" });
    expectTypeOf(shapeOf(zeros([60_000, 784]).gather(0, rows))).toEqualTypeOf<[32, 7, 784]>();
    expectTypeOf(shapeOf(gather(zeros([5, 3]), -1, zeros([])))).toEqualTypeOf<[5]>();
    expectTypeOf(shapeOf(gather(images, 0, zeros([n])))).toEqualTypeOf<[number, 784]>();
    // @ts-expect-error out of range
    gather(images, 2, rows);
  });
});

describe("what the compiler does not know", () => {
  test("a tensor of unknown rank may go through everything", () => {
    const x = unknownRank;
    expectTypeOf(shapeOf(x.permute([2, 0, 1]))).toEqualTypeOf<[number, number, number]>();
    expectTypeOf(shapeOf(x.permute(someShape))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(x.expandDims(7))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(x.squeeze())).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(x.squeeze(3))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(x.max([0, 5]))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(x.sum(undefined, { keepDims: true }))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(x.flatten(2))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(x.slice(4, 0, 1))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(x.at(9))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(x.pad([[1, 1]]))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(x.gather(3, weight))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(weight.gather(0, x))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(weight.matmul(x))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(x.softmax(3).flip(4))).toEqualTypeOf<Shape>();
    expectTypeOf(x.split(2, 5)).toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(x.split([1, 2, 3])).toEqualTypeOf<[Tensor, Tensor, Tensor]>();
    expectTypeOf(shapeOf(concat([x, weight], 4))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(concat([weight, x]))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(stack([x, weight]))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(stack([weight, x]))).toEqualTypeOf<[2, 784, 16]>();
  });

  test("an axis, a size or a list that is not literal leaves open what hangs on it", () => {
    const x = zeros([2, 3, 1]);
    expectTypeOf(shapeOf(x.squeeze(n))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(x.flatten(n))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(x.gather(n, bias))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(x.permute([n, 0, 1]))).toEqualTypeOf<[number, 2, 3]>();
    expectTypeOf(shapeOf(x.slice(1, n))).toEqualTypeOf<[2, number, 1]>();
    expectTypeOf(shapeOf(x.slice(1, 1, n))).toEqualTypeOf<[2, number, 1]>();
    expectTypeOf(shapeOf(x.slice(1, 0.5))).toEqualTypeOf<[2, number, 1]>();
    expectTypeOf(shapeOf(x.pad(anything as [number, number][]))).toEqualTypeOf<
      [number, number, number]
    >();
    expectTypeOf(x.split(2, n)).toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(x.split([n, 2], 1)).toEqualTypeOf<[Tensor<[2, number, 1]>, Tensor<[2, 2, 1]>]>();
    expectTypeOf(x.split(someShape, 1)).toEqualTypeOf<Tensor<[2, number, 1]>[]>();
    expectTypeOf(shapeOf(concat([images, zeros([2, 3])], n))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(concat([images, zeros([5, 2])], 1))).toEqualTypeOf<[5, 786]>();
    expectTypeOf(shapeOf(stack([bias, bias], n))).toEqualTypeOf<Shape>();
  });

  test("shapes that must be the same are taken for the same", () => {
    type Same<A extends Shape, B extends Shape> = SameShapeCheck<"cost", A, B, "fits">;
    expectTypeOf<Same<[2, 3], [2, 3]>>().toEqualTypeOf<"fits">();
    expectTypeOf<Same<[number, 3], [2, 3]>>().toEqualTypeOf<"fits">();
    expectTypeOf<Same<[2, 3], Shape>>().toEqualTypeOf<"fits">();
    expectTypeOf<Same<Shape, [2, 3]>>().toEqualTypeOf<"fits">();
    expectTypeOf<Same<[number, 3], [2, 4]>>().toEqualTypeOf<"cost: [?, 3] and [2, 4] differ">();
    expectTypeOf<Same<[number], [2, 4]>>().toEqualTypeOf<"cost: [?] and [2, 4] differ">();
  });

  test("messages show it as ? and ...", () => {
    expectTypeOf<FormatShape<[number, 3]>>().toEqualTypeOf<"[?, 3]">();
    expectTypeOf<FormatShape<Shape>>().toEqualTypeOf<"[...]">();
    expectTypeOf<FormatShape<[Dimension<"batch">, 3]>>().toEqualTypeOf<"[batch, 3]">();
    expectTypeOf<FormatShape<[]>>().toEqualTypeOf<"[]">();
  });
});

describe("tile and repeat", () => {
  test("multiply sizes", () => {
    expectTypeOf<Tile<[2, 3], [4, 5]>>().toEqualTypeOf<[8, 15]>();
    expectTypeOf<Tile<[3], [4, 5]>>().toEqualTypeOf<[4, 15]>();
    expectTypeOf<Tile<[2, 3], [5]>>().toEqualTypeOf<[2, 15]>();
    expectTypeOf<Tile<[2, number], [5, 5]>>().toEqualTypeOf<[10, number]>();
    expectTypeOf<Tile<Shape, [5]>>().toEqualTypeOf<Shape>();
    expectTypeOf<Tile<[5], Shape>>().toEqualTypeOf<Shape>();
    expectTypeOf<Repeat<[2, 3], 4, -1>>().toEqualTypeOf<[2, 12]>();
    expectTypeOf<Repeat<[2, 3], number, 0>>().toEqualTypeOf<[number, 3]>();
    expectTypeOf<Repeat<[2, 3], 4, number>>().toEqualTypeOf<Shape>();
    expectTypeOf<Repeat<Shape, 4, 2>>().toEqualTypeOf<Shape>();
  });
});

describe("a program", () => {
  test("has the same types as a chain and as functions", () => {
    const chain = images.matmul(weight).add(bias).sigmoid();
    const functions = sigmoid(add(matmul(images, weight), bias));
    expectTypeOf(chain).toEqualTypeOf<Tensor<[number, 16]>>();
    expectTypeOf(functions).toEqualTypeOf<Tensor<[number, 16]>>();
  });

  test("may give any tensor to what takes a tensor, but not the other way round", () => {
    const all: Tensor[] = [images, weight, parameter([1, 2])];
    for (const x of all) x.mul(2).sum();
    for (const x of [weight, bias]) x.mul(2).sum();
    expectTypeOf<Tensor<[2, 3]>>().toExtend<Tensor<[number, 3]>>();
    expectTypeOf<Tensor<[2, 3]>>().toExtend<Tensor>();
    expectTypeOf<Tensor>().not.toExtend<Tensor<[2, 3]>>();
    expectTypeOf<Tensor<[2, 3]>>().not.toExtend<Tensor<[2, 4]>>();
  });

  test("may change the shape of a variable that says so", () => {
    let h: Tensor = images;
    h = h.matmul(weight).add(bias);
    h = h.reshape([-1, 4, 4]).transpose().sum(0);
    expectTypeOf(h).toEqualTypeOf<Tensor>();
    let literal = images;
    // @ts-expect-error `literal` is [number, 784] for good
    literal = literal.matmul(weight);
    expectTypeOf(literal).toEqualTypeOf<Tensor<[number, 784]>>();
  });

  test("has parameters for tensors", () => {
    const w = parameter([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expectTypeOf(w).toEqualTypeOf<Parameter<[3, 2]>>();
    expectTypeOf(shapeOf(zeros([n, 3]).matmul(w))).toEqualTypeOf<[number, 2]>();
    expectTypeOf(shapeOf(w.transpose())).toEqualTypeOf<[2, 3]>();
    expectTypeOf(shapeOf(parameter(weight))).toEqualTypeOf<[784, 16]>();
  });

  test("may be generic in a size", () => {
    function layer<Batch extends number>(x: Tensor<[Batch, 784]>): Tensor<[Batch, 16]> {
      return x.matmul(weight).add(bias).mul(2).sigmoid();
    }
    expectTypeOf(shapeOf(layer(zeros([32, 784])))).toEqualTypeOf<[32, 16]>();
    expectTypeOf(shapeOf(layer(images))).toEqualTypeOf<[number, 16]>();
    // @ts-expect-error 783 features
    layer(zeros([32, 783]));

    function total<Batch extends number>(x: Tensor<[Batch, 2, 3]>): Tensor<[Batch]> {
      return x.flatten(1).sum(1);
    }
    expectTypeOf(shapeOf(total(zeros([5, 2, 3])))).toEqualTypeOf<[5]>();
  });

  test("may be generic in the shape", () => {
    function swish<S extends Shape>(x: Tensor<S>): Tensor<S> {
      return x.mul(x.sigmoid()).mul(2).relu();
    }
    expectTypeOf(shapeOf(swish(weight))).toEqualTypeOf<[784, 16]>();
    expectTypeOf(shapeOf(swish(unknownRank))).toEqualTypeOf<Shape>();
  });

  test("is not troubled by any", () => {
    const x: Tensor<any> = anything; // oxlint-disable-line typescript/no-explicit-any
    x.matmul(weight).add(bias);
    weight.matmul(x);
    weight.matmul(anything);
    x.transpose().sum(5).reshape([3]).at(0);
    expectTypeOf(shapeOf(weight.sum(anything))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(weight.squeeze(anything))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(weight.matmul(x))).toEqualTypeOf<Shape>();
  });

  test("may hold one of several shapes, and is refused where none fits", () => {
    const shapes: Tensor<[2, 3] | [4, 3]> = anything;
    expectTypeOf(shapeOf(shapes.matmul(zeros([3, 5])))).toEqualTypeOf<[2, 5] | [4, 5]>();
    expectTypeOf(shapeOf(shapes.add(zeros([2, 3])))).toEqualTypeOf<[2, 3]>();
    // @ts-expect-error neither has 4 columns
    shapes.matmul(zeros([4, 5]));

    const tensors: Tensor<[2, 3]> | Tensor<[4, 3]> = anything;
    expectTypeOf(shapeOf(tensors.sum(0))).toEqualTypeOf<[3]>();
    (n > 2 ? weight : bias).relu().add(1);

    const ranks: Tensor<[2, 3] | [4, 2, 3]> = anything;
    expectTypeOf(shapeOf(ranks.sum(-1))).toEqualTypeOf<Shape>();
    ranks.sum(2);
  });

  test("may name its sizes", () => {
    type Batch = Dimension<"batch">;
    type Time = Dimension<"time">;
    const batch: Tensor<[Batch, 784]> = zeros([n as Batch, 784]);
    expectTypeOf(shapeOf(batch.matmul(weight))).toEqualTypeOf<[Batch, 16]>();
    expectTypeOf(shapeOf(batch.add(batch))).toEqualTypeOf<[Batch, 784]>();
    batch.add(images);
    // @ts-expect-error batch and time differ
    batch.add(zeros([n as Time, 784]));
    // @ts-expect-error batch and 3 differ
    batch.add(zeros([3, 784]));
  });
});

describe("arithmetic on sizes", () => {
  test("is exact up to 2^53", () => {
    expectTypeOf<Add<999, 1>>().toEqualTypeOf<1000>();
    expectTypeOf<Add<0, 0>>().toEqualTypeOf<0>();
    expectTypeOf<Add<9007199254740990, 1>>().toEqualTypeOf<9007199254740991>();
    expectTypeOf<Multiply<28, 28>>().toEqualTypeOf<784>();
    expectTypeOf<Multiply<0, 99999>>().toEqualTypeOf<0>();
    expectTypeOf<Multiply<99999, 99999>>().toEqualTypeOf<9999800001>();
    expectTypeOf<Multiply<94906265, 94906265>>().toEqualTypeOf<9007199136250225>();
    expectTypeOf<Difference<60000, 50001>>().toEqualTypeOf<9999>();
    expectTypeOf<Difference<1000, 1>>().toEqualTypeOf<999>();
    expectTypeOf<Difference<5, 5>>().toEqualTypeOf<0>();
    expectTypeOf<Difference<5, 60>>().toEqualTypeOf<0>();
    expectTypeOf<IsLess<99, 100>>().toEqualTypeOf<true>();
    expectTypeOf<IsLess<100, 100>>().toEqualTypeOf<false>();
    expectTypeOf<IsLess<101, 100>>().toEqualTypeOf<false>();
    expectTypeOf<Divide<47040000, 784>>().toEqualTypeOf<60000>();
    expectTypeOf<Divide<9007199136250225, 94906265>>().toEqualTypeOf<94906265>();
    expectTypeOf<Divide<0, 7>>().toEqualTypeOf<0>();
    expectTypeOf<Divide<13, 5>>().toEqualTypeOf<never>();
    expectTypeOf<Divide<5, 13>>().toEqualTypeOf<never>();
  });

  test("gives number where it is not", () => {
    expectTypeOf<Multiply<94906267, 94906267>>().toEqualTypeOf<number>();
    expectTypeOf<Multiply<number, 3>>().toEqualTypeOf<number>();
    expectTypeOf<Add<3, number>>().toEqualTypeOf<number>();
    expectTypeOf<Divide<number, 3>>().toEqualTypeOf<number>();
    expectTypeOf<Multiply<1, number>>().toEqualTypeOf<number>();
  });
});
