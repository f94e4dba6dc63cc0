import { expectTypeOf, test } from "vitest";
import type * as T from "../src/tensor/shapes.ts";
import { type Messages, messages } from "./shape-messages.ts";

/** The type that a check's parameter would have if it fitted. */
type Fits = "fits";

type InTypes = {
  "sizes, negative": T.SizesCheck<"zeros", [2, -3], Fits>;
  "sizes, fraction": T.SizesCheck<"zeros", [1.5, 3], Fits>;
  "same shape": T.SameShapeCheck<"quadraticCost", [32, 10], [32, 1], Fits>;
  "same shape, ranks": T.SameShapeCheck<"quadraticCost", [32, 1], [32], Fits>;

  broadcast: T.BroadcastCheck<"add", [32, 10], [128], Fits>;
  "broadcast, rightmost": T.BroadcastCheck<"add", [2, 3, 4], [5, 4, 4], Fits>;
  "broadcast, empty": T.BroadcastCheck<"add", [2, 0], [2, 3], Fits>;
  "broadcast three": T.BroadcastCheck<
    "where",
    [2, 1],
    [4],
    T.BroadcastCheck<"where", [3], [4], Fits>
  >;
  "broadcast to": T.BroadcastToCheck<[3], [4], Fits>;
  "broadcast to fewer axes": T.BroadcastToCheck<[1, 3], [3], Fits>;

  "matmul, inner": T.MatmulCheck<[100, 784], [128, 10], Fits>;
  "matmul, vectors": T.MatmulCheck<[3], [4], Fits>;
  "matmul, vector right": T.MatmulCheck<[2, 3], [2], Fits>;
  "matmul, batch": T.MatmulCheck<[2, 3, 4], [5, 4, 6], Fits>;
  "matmul, scalar left": T.MatmulCheck<[], [3], Fits>;
  "matmul, scalar right": T.MatmulCheck<[2, 3], [], Fits>;

  axis: T.AxesCheck<"sum", [100, 784], -3, Fits>;
  "axis, scalar": T.AxesCheck<"sum", [], 0, Fits>;
  "axis, in a list": T.AxesCheck<"sum", [100, 784], [0, 2], Fits>;
  "axis, repeated": T.AxesCheck<"sum", [100, 784], [1, -1], Fits>;
  "axis, empty": T.NonEmptyAxesCheck<"max", [2, 0], -1, Fits>;
  "axis, all and empty": T.NonEmptyAxesCheck<"max", [0, 3], undefined, Fits>;
  transpose: T.TransposeCheck<[3], Fits>;
  "permute, range": T.PermuteCheck<[2, 3], [0, 2], Fits>;
  "permute, repeated": T.PermuteCheck<[2, 3], [1, -1], Fits>;
  "permute, missing": T.PermuteCheck<[2, 3, 4], [1, 0], Fits>;
  expandDims: T.InsertAtCheck<"expandDims", [2, 3], 3, Fits>;
  squeeze: T.SqueezeCheck<[2, 3], 1, Fits>;
  "squeeze, empty": T.SqueezeCheck<[0, 3], 0, Fits>;
  "squeeze, in a list": T.SqueezeCheck<[1, 2, 1], [0, -2], Fits>;
  "squeeze, range": T.SqueezeCheck<[2, 1], 2, Fits>;

  reshape: T.ReshapeCheck<"reshape", [100, 28, 28], [100, 783], Fits>;
  "reshape, to a scalar": T.ReshapeCheck<"reshape", [2], [], Fits>;
  "reshape, open": T.ReshapeCheck<"reshape", [2, 6], [5, -1], Fits>;
  "reshape, two open": T.ReshapeCheck<"reshape", [2, 6], [-1, -1], Fits>;
  "reshape, any": T.ReshapeCheck<"reshape", [2, 0], [0, -1], Fits>;
  "reshape, negative": T.ReshapeCheck<"reshape", [2, 6], [-2, 6], Fits>;
  "reshape, fraction": T.ReshapeCheck<"reshape", [2], [2, 1.5], Fits>;
  flatten: T.FlattenCheck<[2, 3], 2, Fits>;
  "flatten, scalar": T.FlattenCheck<[], 1, Fits>;

  "concat, sizes": T.ConcatCheck<[[2, 3], [2, 4]], 0>;
  "concat, third": T.ConcatCheck<[[2, 3], [5, 3], [4, 2]], -2>;
  "concat, ranks": T.ConcatCheck<[[2, 3], [2]], 0>;
  "concat, axis": T.ConcatCheck<[[2, 3], [2, 3]], 2>;
  "concat, none": T.ConcatCheck<[], 0>;
  "stack, shapes": T.StackCheck<[[2, 3], [2, 4]], 0>;
  "stack, axis": T.StackCheck<[[2, 3], [2, 3]], 3>;
  "stack, none": T.StackCheck<[], 0>;
  "split, equal": T.SplitCheck<[5, 2], 2, 0, Fits>;
  "split, sizes": T.SplitCheck<[5, 4], [2, 1], -1, Fits>;
  "split, none": T.SplitCheck<[5, 4], 0, 0, Fits>;

  gather: T.AxesCheck<"gather", [2, 3], 2, Fits>;
  slice: T.AxesCheck<"slice", [2, 3], 2, Fits>;
  at: T.AtCheck<[3, 4], 3, Fits>;
  "at, negative": T.AtCheck<[3, 4], -4, Fits>;
  "at, scalar": T.AtCheck<[], 0, Fits>;
  pad: T.PadCheck<[2, 3], [[1, 1]], Fits>;

  ragged: T.NestedCheck<[[1, 2], [3]], Fits>;
  "ragged, deep": T.NestedCheck<[[1, 2], [3, 4, [5, 6]]], Fits>;
  "tensor of a shape": T.ReshapeCheck<"tensor", T.NestedShape<[1, 2, 3, 4]>, [2, 3], Fits>;
};

test("the compiler says what is thrown, word for word", () => {
  // Assigned both ways rather than by toEqualTypeOf: the error then names the text that differs.
  const inTypes: InTypes = messages;
  expectTypeOf(inTypes).toExtend<Messages>();
  const given: Messages = inTypes;
  expectTypeOf(given).toExtend<InTypes>();
});
