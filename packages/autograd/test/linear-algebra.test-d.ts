// The shapes of linear algebra as the compiler sees them, and what it refuses.
import {
  cholesky,
  determinant,
  eigh,
  inverse,
  qr,
  type Shape,
  type ShapeOf,
  slogdet,
  solve,
  svd,
  type Tensor,
  triangularSolve,
  zeros,
} from "@nabla/autograd";
import { describe, expectTypeOf, test } from "vitest";

declare function shapeOf<X extends Tensor>(x: X): ShapeOf<X>;
declare const n: number;
const square = zeros([3, 3]);
const tall = zeros([5, 2]);
const batch = zeros([n, 7, 3, 3]);
const unknownRank: Tensor = square;

describe("square matrices", () => {
  test("keep their shape, or leave that of the batch", () => {
    expectTypeOf(shapeOf(cholesky(batch))).toEqualTypeOf<[number, 7, 3, 3]>();
    expectTypeOf(shapeOf(inverse(square))).toEqualTypeOf<[3, 3]>();
    expectTypeOf(shapeOf(determinant(batch))).toEqualTypeOf<[number, 7]>();
    expectTypeOf(shapeOf(determinant(square))).toEqualTypeOf<[]>();
    expectTypeOf(shapeOf(slogdet(batch).logAbsDet)).toEqualTypeOf<[number, 7]>();
    expectTypeOf(shapeOf(determinant(unknownRank))).toEqualTypeOf<Shape>();
  });

  test("a size that the compiler does not know may be any", () => {
    expectTypeOf(shapeOf(inverse(zeros([n, 3])))).toEqualTypeOf<[number, 3]>();
  });

  test("others are refused", () => {
    // @ts-expect-error: expects square matrices
    expectTypeOf(() => cholesky(tall)).toBeFunction();
    // @ts-expect-error: expects square matrices
    expectTypeOf(() => determinant(tall)).toBeFunction();
    // @ts-expect-error: expects at least 2 axes
    expectTypeOf(() => inverse(zeros([3]))).toBeFunction();
  });
});

describe("systems of equations", () => {
  test("give what the right side has, in the common batches", () => {
    expectTypeOf(shapeOf(solve(square, zeros([3, 4])))).toEqualTypeOf<[3, 4]>();
    expectTypeOf(shapeOf(solve(square, zeros([3])))).toEqualTypeOf<[3]>();
    expectTypeOf(shapeOf(solve(batch, zeros([3])))).toEqualTypeOf<[number, 7, 3]>();
    expectTypeOf(shapeOf(triangularSolve(batch, zeros([3, 1])))).toEqualTypeOf<[number, 7, 3, 1]>();
  });

  test("must fit", () => {
    // @ts-expect-error: inner dimensions 3 and 4 differ
    expectTypeOf(() => solve(square, zeros([4]))).toBeFunction();
    // @ts-expect-error: expects square matrices
    expectTypeOf(() => triangularSolve(tall, zeros([5]))).toBeFunction();
  });
});

describe("factors", () => {
  test("have the shapes that the matrix and the options say", () => {
    expectTypeOf(shapeOf(qr(tall).q)).toEqualTypeOf<[5, 2]>();
    expectTypeOf(shapeOf(qr(tall).r)).toEqualTypeOf<[2, 2]>();
    expectTypeOf(shapeOf(qr(tall, { mode: "complete" }).q)).toEqualTypeOf<[5, 5]>();
    expectTypeOf(shapeOf(qr(tall, { mode: "complete" }).r)).toEqualTypeOf<[5, 2]>();
    expectTypeOf(shapeOf(eigh(batch).eigenvalues)).toEqualTypeOf<[number, 7, 3]>();
    expectTypeOf(shapeOf(eigh(square).eigenvectors)).toEqualTypeOf<[3, 3]>();
    expectTypeOf(shapeOf(svd(tall).u)).toEqualTypeOf<[5, 2]>();
    expectTypeOf(shapeOf(svd(batch).s)).toEqualTypeOf<[number, 7, 3]>();
    expectTypeOf(shapeOf(svd(tall, { fullMatrices: true }).u)).toEqualTypeOf<[5, 5]>();
    expectTypeOf(shapeOf(svd(tall).vh)).toEqualTypeOf<[2, 2]>();
    expectTypeOf(shapeOf(svd(tall.transpose(), { fullMatrices: true }).vh)).toEqualTypeOf<[5, 5]>();
  });

  test("where the compiler does not know a size, neither what is the smaller", () => {
    expectTypeOf(shapeOf(qr(zeros([n, 3])).q)).toEqualTypeOf<[number, number]>();
    expectTypeOf(shapeOf(svd(unknownRank).s)).toEqualTypeOf<Shape>();
  });

  test("of what are no matrices are refused", () => {
    // @ts-expect-error: expects at least 2 axes
    expectTypeOf(() => qr(zeros([3]))).toBeFunction();
    // @ts-expect-error: expects at least 2 axes
    expectTypeOf(() => svd(zeros([]))).toBeFunction();
    // @ts-expect-error: expects square matrices
    expectTypeOf(() => eigh(tall)).toBeFunction();
    // @ts-expect-error: not a mode
    expectTypeOf(() => qr(tall, { mode: "full" })).toBeFunction();
  });
});
