import * as nabla from "@nabla/autograd";
import { ShapeError, type Tensor, zeros } from "@nabla/autograd";
import { describe, expect, test } from "vitest";
import { checkSameShape, flattenedShape } from "../src/graph/shape.ts";
import { nestedShape } from "../src/tensor/nested.ts";
import { axisOperations, binaryOperations, type Messages, messages } from "./shape-messages.ts";

/** A tensor of a shape that the compiler does not know, so that only the run can object. */
function of(...shape: number[]): Tensor {
  return zeros(shape);
}

/** A shape or axis that the compiler does not know. */
function unknown<T>(value: T): T {
  return value;
}

const atRunTime: { readonly [Name in keyof Messages]: () => unknown } = {
  "sizes, negative": () => zeros(unknown([2, -3])),
  "sizes, fraction": () => zeros(unknown([1.5, 3])),
  "same shape": () => checkSameShape("quadraticCost", [32, 10], [32, 1]),
  "same shape, ranks": () => checkSameShape("quadraticCost", [32, 1], [32]),

  broadcast: () => nabla.add(of(32, 10), of(128)),
  "broadcast, rightmost": () => nabla.add(of(2, 3, 4), of(5, 4, 4)),
  "broadcast, empty": () => nabla.add(of(2, 0), of(2, 3)),
  "broadcast three": () => nabla.where(of(2, 1), of(3), of(4)),
  "broadcast to": () => nabla.broadcastTo(of(3), [4]),
  "broadcast to fewer axes": () => nabla.broadcastTo(of(1, 3), [3]),

  "matmul, inner": () => nabla.matmul(of(100, 784), of(128, 10)),
  "matmul, vectors": () => nabla.matmul(of(3), of(4)),
  "matmul, vector right": () => nabla.matmul(of(2, 3), of(2)),
  "matmul, batch": () => nabla.matmul(of(2, 3, 4), of(5, 4, 6)),
  "matmul, scalar left": () => nabla.matmul(of(), of(3)),
  "matmul, scalar right": () => nabla.matmul(of(2, 3), of()),

  dot: () => nabla.dot(of(2, 3), of(2)),
  tensordot: () => nabla.tensordot(of(2, 3), of(2, 3), 1),
  "tensordot, axes": () => nabla.tensordot(of(2, 3), of(3, 4), [[0], [0]]),
  "tensordot, count": () => nabla.tensordot(of(2, 3), of(4)),
  "tensordot, range": () => nabla.tensordot(of(2, 3), of(3, 4), [1, 2]),
  "einsum, sizes": () => nabla.einsum("ij,jk", of(2, 3), of(4, 5)),
  "einsum, third": () => nabla.einsum("ij,j,ji", of(2, 3), of(1), of(3, 6)),
  "einsum, diagonal": () => nabla.einsum("ii->i", of(2, 3)),
  "einsum, dots": () => nabla.einsum("...j,...j->...", of(2, 3), of(5, 3)),
  "einsum, rank": () => nabla.einsum("ijk->", of(2, 3)),
  "einsum, rank and dots": () => nabla.einsum("i...jk", of(2, 3)),
  "einsum, tensors": () => nabla.einsum(unknown<string>("ij,jk->ik"), of(2, 3)),
  "einsum, letters": () => nabla.einsum(unknown<string>("ij;jk->ik"), of(2, 3), of(3, 4)),
  "einsum, two arrows": () => nabla.einsum(unknown<string>("ij->jk->k"), of(2, 3)),
  "einsum, output": () => nabla.einsum(unknown<string>("ij->ik"), of(2, 3)),
  "einsum, output twice": () => nabla.einsum(unknown<string>("ij->ii"), of(2, 3)),
  "einsum, output without dots": () => nabla.einsum("...i->i", of(2, 3)),

  square: () => nabla.inverse(of(4, 2, 3)),
  "square, vector": () => nabla.cholesky(of(3)),
  "qr, vector": () => nabla.qr(of(3)),
  "svd, scalar": () => nabla.svd(of()),
  eigh: () => nabla.eigh(of(2, 3)),
  "solve, sizes": () => nabla.solve(of(3, 3), of(2, 4)),
  "solve, batch": () => nabla.triangularSolve(of(2, 3, 3), of(5, 3, 1)),

  axis: () => nabla.sum(of(100, 784), -3),
  "axis, scalar": () => nabla.sum(of(), 0),
  "axis, in a list": () => nabla.sum(of(100, 784), [0, 2]),
  "axis, repeated": () => nabla.sum(of(100, 784), [1, -1]),
  "axis, empty": () => nabla.max(of(2, 0), -1),
  "axis, all and empty": () => nabla.max(of(0, 3)),
  transpose: () => nabla.transpose(of(3)),
  "permute, range": () => nabla.permute(of(2, 3), [0, 2]),
  "permute, repeated": () => nabla.permute(of(2, 3), [1, -1]),
  "permute, missing": () => nabla.permute(of(2, 3, 4), [1, 0]),
  expandDims: () => nabla.expandDims(of(2, 3), 3),
  squeeze: () => nabla.squeeze(of(2, 3), 1),
  "squeeze, empty": () => nabla.squeeze(of(0, 3), 0),
  "squeeze, in a list": () => nabla.squeeze(of(1, 2, 1), [0, -2]),
  "squeeze, range": () => nabla.squeeze(of(2, 1), 2),

  reshape: () => nabla.reshape(of(100, 28, 28), [100, 783]),
  "reshape, to a scalar": () => nabla.reshape(of(2), []),
  "reshape, open": () => nabla.reshape(of(2, 6), [5, -1]),
  "reshape, two open": () => nabla.reshape(of(2, 6), unknown([-1, -1])),
  "reshape, any": () => nabla.reshape(of(2, 0), unknown([0, -1])),
  "reshape, negative": () => nabla.reshape(of(2, 6), unknown([-2, 6])),
  "reshape, fraction": () => nabla.reshape(of(2), unknown([2, 1.5])),
  flatten: () => nabla.flatten(of(2, 3), 2),
  "flatten, scalar": () => flattenedShape([], 1),

  "concat, sizes": () => nabla.concat([of(2, 3), of(2, 4)]),
  "concat, third": () => nabla.concat([of(2, 3), of(5, 3), of(4, 2)], -2),
  "concat, ranks": () => nabla.concat([of(2, 3), of(2)]),
  "concat, axis": () => nabla.concat([of(2, 3), of(2, 3)], 2),
  "concat, none": () => nabla.concat(unknown<Tensor[]>([])),
  "stack, shapes": () => nabla.stack([of(2, 3), of(2, 4)]),
  "stack, axis": () => nabla.stack([of(2, 3), of(2, 3)], 3),
  "stack, none": () => nabla.stack(unknown<Tensor[]>([])),
  "split, equal": () => nabla.split(of(5, 2), 2),
  "split, sizes": () => nabla.split(of(5, 4), [2, 1], -1),
  "split, none": () => nabla.split(of(5, 4), unknown(0)),

  gather: () => nabla.gather(of(2, 3), 2, of(5).cast("int32")),
  slice: () => nabla.slice(of(2, 3), 2, 0, 1),
  at: () => nabla.at(of(3, 4), 3),
  "at, negative": () => nabla.at(of(3, 4), -4),
  "at, scalar": () => nabla.at(of(), 0),
  "takeAlongAxis, axis": () => nabla.takeAlongAxis(of(2, 3), of(2, 1).cast("int32"), 2),
  "takeAlongAxis, ranks": () => nabla.takeAlongAxis(of(2, 3), of(3).cast("int32")),
  takeAlongAxis: () => nabla.takeAlongAxis(of(2, 3), of(4, 1).cast("int32")),
  topK: () => nabla.topK(of(2, 3), 5),
  "topK, negative": () => nabla.topK(of(2, 3), unknown(-1), 0),
  "slice, ranges": () => nabla.slice(of(2, 3), unknown([[1], [1], [1]] as const)),
  "slice, step": () => nabla.slice(of(2, 3), 1, 0, 3, unknown<number>(0)),
  "transpose, order": () => nabla.transpose(of(2, 3, 4), [1, 0]),
  "tile, times": () => nabla.tile(of(2, 3), unknown([2, -1])),
  "repeat, times": () => nabla.repeat(of(2, 3), unknown<number>(1.5)),
  "repeat, axis": () => nabla.repeat(of(2, 3), 2, 2),
  tril: () => nabla.tril(of(3)),
  triu: () => nabla.triu(of()),
  diagonal: () => nabla.diagonal(of(3)),
  "diagonal, axis": () => nabla.diagonal(of(2, 3), 0, [0, 2]),
  "diagonal, twice": () => nabla.diagonal(of(2, 3), 0, [1, -1]),
  trace: () => nabla.trace(of(3)),
  diag: () => nabla.diag(of(2, 3, 4)),
  pad: () => nabla.pad(of(2, 3), [[1, 1]]),

  "conv, rank": () => nabla.conv2d(of(2, 3), of(1, 1, 1, 1)),
  "conv, kernel": () => nabla.conv1d(of(1, 3, 9), of(2, 3)),
  "conv, channels": () => nabla.conv2d(of(1, 3, 8, 8), of(4, 2, 3, 3)),
  "conv, groups": () => nabla.conv1d(of(1, 3, 8), of(4, 2, 3), { groups: 2 }),
  "conv, divisible": () => nabla.conv1d(of(1, 4, 8), of(3, 2, 3), { groups: 2 }),
  "conv, window": () =>
    nabla.conv2d(of(1, 1, 6, 6), of(1, 1, 5, 2), { padding: [1, [0, 1]], dilation: [2, 1] }),
  "convTranspose, channels": () => nabla.convTranspose1d(of(1, 3, 8), of(4, 2, 3)),
  "pool, axes": () => nabla.maxPool(of(1, 1, 4), [2, 2]),
  "pool, no axes": () => nabla.averagePool(of(4, 4), 2),
  "pool, window": () => nabla.maxPool(of(1, 1, 4, 9), 5),

  ragged: () => nestedShape("tensor", [[1, 2], [3]]),
  "ragged, deep": () =>
    nestedShape("tensor", [
      [1, 2],
      [3, 4, [5, 6]],
    ]),
  "tensor of a shape": () => nabla.tensor([1, 2, 3, 4], { shape: unknown([2, 3]) }),
};

describe("what is thrown is what the compiler says, word for word", () => {
  test.each(Object.keys(messages) as (keyof Messages)[])("%s", (name) => {
    expect(atRunTime[name]).toThrow(new ShapeError(messages[name]));
  });
});

describe("the message begins with the name that was called", () => {
  const [two, three] = [of(2), of(3)];

  test.each(binaryOperations)("%s", (name) => {
    const message = `${name}: [2] and [3] do not broadcast: 2 and 3 differ`;
    expect(() => nabla[name](two, three)).toThrow(new ShapeError(message));
    expect(() => two[name](three)).toThrow(new ShapeError(message));
  });

  test.each(axisOperations)("%s", (name) => {
    const message = `${name}: axis 1 is out of range for [2]`;
    // Eleven generic signatures at once are more than a call can be checked against.
    const run = nabla[name] as (x: Tensor, axis: number) => Tensor;
    const method = two[name] as (axis: number) => Tensor;
    expect(() => run(two, 1)).toThrow(new ShapeError(message));
    expect(() => method.call(two, 1)).toThrow(new ShapeError(message));
  });
});
