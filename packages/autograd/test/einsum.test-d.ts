// The shapes of einsum, tensordot, dot and outer as the compiler sees them, and what it refuses.
import {
  dot,
  einsum,
  outer,
  type Shape,
  type ShapeOf,
  type Tensor,
  tensordot,
  zeros,
} from "@nabla/autograd";
import { describe, expectTypeOf, test } from "vitest";

declare function shapeOf<X extends Tensor>(x: X): ShapeOf<X>;
declare const n: number;
declare const expression: string;
declare const several: Tensor[];
const a = zeros([2, 3]);
const b = zeros([3, 4]);
const square = zeros([5, 5]);
const batch = zeros([n, 7, 2, 3]);
const unknownRank: Tensor = a;

describe("einsum", () => {
  test("has the output's labels for a shape", () => {
    expectTypeOf(shapeOf(einsum("ij,jk->ik", a, b))).toEqualTypeOf<[2, 4]>();
    expectTypeOf(shapeOf(einsum(" i j , j k -> k i ", a, b))).toEqualTypeOf<[4, 2]>();
    expectTypeOf(shapeOf(einsum("ij->", a))).toEqualTypeOf<[]>();
    expectTypeOf(shapeOf(einsum("ij,jk,kl->il", a, b, zeros([4, 6])))).toEqualTypeOf<[2, 6]>();
    expectTypeOf(shapeOf(einsum("ii->i", square))).toEqualTypeOf<[5]>();
    expectTypeOf(shapeOf(einsum("nhij->nij", batch))).toEqualTypeOf<[number, 2, 3]>();
  });

  test("without an output has the labels that occur once, by the alphabet", () => {
    expectTypeOf(shapeOf(einsum("ij,jk", a, b))).toEqualTypeOf<[2, 4]>();
    expectTypeOf(shapeOf(einsum("ba", a))).toEqualTypeOf<[3, 2]>();
    expectTypeOf(shapeOf(einsum("aB", a))).toEqualTypeOf<[3, 2]>();
    expectTypeOf(shapeOf(einsum("ii", square))).toEqualTypeOf<[]>();
    expectTypeOf(shapeOf(einsum("...ij,jk", batch, b))).toEqualTypeOf<[number, 7, 2, 4]>();
  });

  test("broadcasts what the dots stand for, and sizes of 1", () => {
    const other = zeros([7, 1, 3]);
    expectTypeOf(shapeOf(einsum("...ij,...j->...i", batch, zeros([7, 3])))).toEqualTypeOf<
      [number, 7, 2]
    >();
    expectTypeOf(shapeOf(einsum("i...,i...->...i", other, zeros([7, 2, 3])))).toEqualTypeOf<
      [2, 3, 7]
    >();
    expectTypeOf(shapeOf(einsum("ij,ij->ij", zeros([1, 3]), a))).toEqualTypeOf<[2, 3]>();
  });

  test("of what is not known leaves open what is not", () => {
    expectTypeOf(shapeOf(einsum(expression, a, b))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(einsum("ij,jk", ...several))).toEqualTypeOf<Shape>();
    expectTypeOf(shapeOf(einsum("ij,jk->ik", unknownRank, b))).toEqualTypeOf<[number, 4]>();
    expectTypeOf(shapeOf(einsum("...j,jk->...k", unknownRank, b))).toEqualTypeOf<Shape>();
  });

  test("refuses what does not fit", () => {
    // @ts-expect-error 3 and 4 differ
    einsum("ij,kj->ik", a, b);
    // @ts-expect-error two tensors are named
    einsum("ij,jk->ik", a);
    // @ts-expect-error three labels for two axes
    einsum("ijk->i", a);
    // @ts-expect-error k is nowhere
    einsum("ij->ik", a);
    // @ts-expect-error misspelt
    einsum("ij;jk->ik", a, b);
    // @ts-expect-error the diagonal of what is not square
    const none = einsum("ii->i", a);
    expectTypeOf(none).toEqualTypeOf<Tensor<never>>();
  });
});

test("tensordot, dot and outer", () => {
  expectTypeOf(shapeOf(tensordot(zeros([2, 3, 4]), zeros([3, 4, 5])))).toEqualTypeOf<[2, 5]>();
  expectTypeOf(shapeOf(a.tensordot(b, 1))).toEqualTypeOf<[2, 4]>();
  expectTypeOf(shapeOf(a.tensordot(b, 0))).toEqualTypeOf<[2, 3, 3, 4]>();
  expectTypeOf(shapeOf(tensordot(a, b, [1, 0]))).toEqualTypeOf<[2, 4]>();
  expectTypeOf(shapeOf(tensordot(batch, b, [[-1], [0]]))).toEqualTypeOf<[number, 7, 2, 4]>();
  expectTypeOf(shapeOf(tensordot(a, b, n))).toEqualTypeOf<Shape>();
  expectTypeOf(shapeOf(dot(zeros([3]), zeros([3])))).toEqualTypeOf<[]>();
  expectTypeOf(shapeOf(a.dot(b))).toEqualTypeOf<[2, 4]>();
  expectTypeOf(shapeOf(batch.dot(zeros([6, 3, 4])))).toEqualTypeOf<[number, 7, 2, 6, 4]>();
  expectTypeOf(shapeOf(outer(a, b))).toEqualTypeOf<[6, 12]>();
  // @ts-expect-error 3 and 2 differ
  a.dot(a);
  // @ts-expect-error 3 and 4 differ
  a.tensordot(b, [1, 1]);
  // @ts-expect-error out of range
  a.tensordot(b, [2, 0]);
});
