import { describe, expect, test } from "vitest";
import { ShapeError } from "../src/graph/errors.ts";
import * as shape from "../src/graph/shape.ts";
import { nestedShape } from "../src/tensor/nested.ts";
import { type Messages, messages } from "./shape-messages.ts";

const reduced = (operation: string, of: shape.Shape, axes: shape.Axes) =>
  shape.checkReducible(operation, of, shape.normalizeAxes(operation, axes, of));

const atRunTime: { readonly [Name in keyof Messages]: () => unknown } = {
  "sizes, negative": () => shape.checkShape("zeros", [2, -3]),
  "sizes, fraction": () => shape.checkShape("zeros", [1.5, 3]),
  "same shape": () => shape.checkSameShape("quadraticCost", [32, 10], [32, 1]),
  "same shape, ranks": () => shape.checkSameShape("quadraticCost", [32, 1], [32]),

  broadcast: () => shape.broadcastShapes("add", [32, 10], [128]),
  "broadcast, rightmost": () => shape.broadcastShapes("add", [2, 3, 4], [5, 4, 4]),
  "broadcast, empty": () => shape.broadcastShapes("add", [2, 0], [2, 3]),
  "broadcast three": () => shape.broadcastShapes("where", [2, 1], [3], [4]),
  "broadcast to": () => shape.broadcastToShape([3], [4]),
  "broadcast to fewer axes": () => shape.broadcastToShape([1, 3], [3]),

  "matmul, inner": () => shape.matmulShape([100, 784], [128, 10]),
  "matmul, vectors": () => shape.matmulShape([3], [4]),
  "matmul, vector right": () => shape.matmulShape([2, 3], [2]),
  "matmul, batch": () => shape.matmulShape([2, 3, 4], [5, 4, 6]),
  "matmul, scalar left": () => shape.matmulShape([], [3]),
  "matmul, scalar right": () => shape.matmulShape([2, 3], []),

  axis: () => shape.normalizeAxes("sum", -3, [100, 784]),
  "axis, scalar": () => shape.normalizeAxes("sum", 0, []),
  "axis, in a list": () => shape.normalizeAxes("sum", [0, 2], [100, 784]),
  "axis, repeated": () => shape.normalizeAxes("sum", [1, -1], [100, 784]),
  "axis, empty": () => reduced("max", [2, 0], -1),
  "axis, all and empty": () => reduced("argMax", [0, 3], undefined),
  transpose: () => shape.transposed([3]),
  "permute, range": () => shape.permutedShape([2, 3], [0, 2]),
  "permute, repeated": () => shape.permutedShape([2, 3], [1, -1]),
  "permute, missing": () => shape.permutedShape([2, 3, 4], [1, 0]),
  expandDims: () => shape.expandedShape([2, 3], 3),
  squeeze: () => shape.squeezedShape([2, 3], 1),
  "squeeze, empty": () => shape.squeezedShape([0, 3], 0),
  "squeeze, in a list": () => shape.squeezedShape([1, 2, 1], [0, -2]),
  "squeeze, range": () => shape.squeezedShape([2, 1], 2),

  reshape: () => shape.reshapeShape([100, 28, 28], [100, 783]),
  "reshape, to a scalar": () => shape.reshapeShape([2], []),
  "reshape, open": () => shape.reshapeShape([2, 6], [5, -1]),
  "reshape, two open": () => shape.reshapeShape([2, 6], [-1, -1]),
  "reshape, any": () => shape.reshapeShape([2, 0], [0, -1]),
  "reshape, negative": () => shape.reshapeShape([2, 6], [-2, 6]),
  "reshape, fraction": () => shape.reshapeShape([2], [2, 1.5]),
  flatten: () => shape.flattenedShape([2, 3], 2),

  "concat, sizes": () =>
    shape.concatShape(0, [
      [2, 3],
      [2, 4],
    ]),
  "concat, third": () =>
    shape.concatShape(-2, [
      [2, 3],
      [5, 3],
      [4, 2],
    ]),
  "concat, ranks": () => shape.concatShape(0, [[2, 3], [2]]),
  "concat, axis": () =>
    shape.concatShape(2, [
      [2, 3],
      [2, 3],
    ]),
  "concat, none": () => shape.concatShape(0, []),
  "stack, shapes": () =>
    shape.stackShape(0, [
      [2, 3],
      [2, 4],
    ]),
  "stack, axis": () =>
    shape.stackShape(3, [
      [2, 3],
      [2, 3],
    ]),
  "stack, none": () => shape.stackShape(0, []),
  "split, equal": () => shape.splitSizes([5, 2], 2, 0),
  "split, sizes": () => shape.splitSizes([5, 4], [2, 1], -1),
  "split, none": () => shape.splitSizes([5, 4], 0, 0),

  gather: () => shape.gatheredShape(2, [2, 3], [5]),
  slice: () => shape.slicedShape([2, 3], 2, 0, 1),
  at: () => shape.normalizeIndex("at", 3, 0, [3, 4]),
  "at, negative": () => shape.normalizeIndex("at", -4, 0, [3, 4]),
  "at, scalar": () => shape.normalizeIndex("at", 0, 0, []),
  pad: () => shape.paddedShape([2, 3], [[1, 1]]),

  ragged: () => nestedShape("tensor", [[1, 2], [3]]),
  "ragged, deep": () =>
    nestedShape("tensor", [
      [1, 2],
      [3, 4, [5, 6]],
    ]),
  "tensor of a shape": () => shape.reshapeShape([4], [2, 3], "tensor"),
};

describe("what is thrown is what the compiler says, word for word", () => {
  test.each(Object.keys(messages) as (keyof Messages)[])("%s", (name) => {
    expect(atRunTime[name]).toThrow(new ShapeError(messages[name]));
  });
});
